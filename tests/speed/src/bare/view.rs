//! The JSON of an order, as the API answers it.
#![expect(clippy::struct_field_names, reason = "the fields have the names of the API")]
use chrono::{DateTime, NaiveDate, Utc};
use purser_kernel::{Currency, Quantity};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

#[derive(Serialize)]
pub(crate) struct Order {
    pub(crate) id: Uuid,
    pub(crate) number: String,
    pub(crate) status: String,
    pub(crate) customer_id: Uuid,
    pub(crate) channel: String,
    pub(crate) conversation_id: Option<Uuid>,
    pub(crate) message_id: Option<Uuid>,
    pub(crate) message_ids: Vec<Uuid>,
    pub(crate) ai_generated: bool,
    pub(crate) ai_confidence: Option<f64>,
    pub(crate) requires_review: bool,
    pub(crate) reviewed_by: Option<Uuid>,
    pub(crate) reviewed_at: Option<DateTime<Utc>>,
    pub(crate) lines: Vec<Line>,
    pub(crate) subtotal: String,
    pub(crate) total: String,
    pub(crate) currency: Currency,
    pub(crate) notes: Option<String>,
    pub(crate) customer_reference: Option<String>,
    pub(crate) requested_delivery_on: Option<NaiveDate>,
    pub(crate) approval_id: Option<Uuid>,
    pub(crate) approval_status: Option<String>,
    pub(crate) confirmed_at: Option<DateTime<Utc>>,
    pub(crate) cancelled_at: Option<DateTime<Utc>>,
    pub(crate) version: i64,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) updated_at: DateTime<Utc>,
    #[serde(skip)]
    pub(crate) total_minor: i64,
}

#[derive(Serialize)]
pub(crate) struct Line {
    pub(crate) id: Uuid,
    pub(crate) line_number: i32,
    pub(crate) product_id: Option<Uuid>,
    pub(crate) variant_id: Option<Uuid>,
    pub(crate) product_name: String,
    pub(crate) quantity: Quantity,
    pub(crate) unit: String,
    pub(crate) unit_price: String,
    pub(crate) line_total: String,
    pub(crate) ai_extracted: bool,
    pub(crate) ai_confidence: Option<f64>,
    pub(crate) ai_original_text: Option<String>,
    pub(crate) alternatives: Vec<Alternative>,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct Alternative {
    pub(crate) product_id: Uuid,
    pub(crate) variant_id: Option<Uuid>,
    pub(crate) product_name: String,
    pub(crate) confidence: f64,
}

#[derive(Serialize)]
pub(crate) struct Page {
    pub(crate) data: Vec<Order>,
    pub(crate) next_cursor: Option<String>,
}
