//! What a person changes in an order.
use crate::quantity::QuantityBody;
use chrono::NaiveDate;
use purser_kernel::{
    Patch,
    ids::{OrderLineId, ProductId, ProductVariantId},
};
use purser_ordering::orders::{EditLine, OrderEdit};
use serde::Deserialize;
use utoipa::ToSchema;

/// What changes in an order. Fields that are left out keep their value.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateOrder {
    /// All lines as they shall be: one that names its `id` is kept and changed, the others are added, and what is not named
    /// goes. What differs from what was read is learned from.
    #[schema(min_items = 1, max_items = 500)]
    lines: Option<Vec<EditLineBody>>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 4000)]
    notes: Patch<String>,
    /// The customer's own number for it.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 80)]
    customer_reference: Patch<String>,
    /// When it is wanted.
    #[serde(default)]
    #[schema(value_type = Option<NaiveDate>)]
    requested_delivery_on: Patch<NaiveDate>,
}

/// A line as it shall be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EditLineBody {
    /// The line that this one replaces; a new one when left out.
    id: Option<OrderLineId>,
    /// May be left out of a line that has no product yet and shall keep waiting for one.
    product_id: Option<ProductId>,
    /// A variant of the product.
    variant_id: Option<ProductVariantId>,
    /// More than 0, in the product's unit.
    #[schema(value_type = QuantityBody)]
    quantity: QuantityBody,
}

impl From<UpdateOrder> for OrderEdit {
    fn from(body: UpdateOrder) -> Self {
        let UpdateOrder { lines, notes, customer_reference, requested_delivery_on } = body;
        let lines = lines.map(|lines| lines.into_iter().map(Into::into).collect());
        Self { notes, customer_reference, requested_delivery_on, lines }
    }
}

impl From<EditLineBody> for EditLine {
    fn from(body: EditLineBody) -> Self {
        let EditLineBody { id, product_id, variant_id, quantity: QuantityBody(quantity) } = body;
        Self { id, product_id, variant_id, quantity }
    }
}
