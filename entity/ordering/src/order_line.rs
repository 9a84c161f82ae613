//! A line of an order. Amounts are in the order's currency.
use crate::alternatives::Alternatives;
use purser_kernel::{
    OrganizationId, Percent, Quantity,
    ids::{MessageId, OrderId, OrderLineId, ProductId, ProductVariantId},
};
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "order_lines")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: OrderLineId,
    pub order_id: OrderId,
    /// From 1. Unique in the order.
    pub line_number: i32,
    /// The message that the line was read from last.
    pub message_id: Option<MessageId>,
    /// Empty while nothing in the catalogue matched.
    pub product_id: Option<ProductId>,
    pub variant_id: Option<ProductVariantId>,
    /// As it was when ordered.
    pub product_name: String,
    pub quantity_e4: Quantity,
    pub unit: String,
    /// Variant included. 0 while nothing matched.
    pub unit_price_e4: i64,
    pub discount_bp: Percent,
    pub tax_rate_id: Option<Uuid>,
    /// Quantity times price less discount, rounded once; without tax.
    pub line_total_minor: i64,
    pub ai_extracted: bool,
    /// The customer's words.
    pub ai_original_text: Option<String>,
    /// From 0 to 1.
    pub ai_confidence: Option<f64>,
    pub alternatives: Alternatives,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    #[sea_orm(belongs_to, from = "(organization_id, order_id)", to = "(organization_id, id)")]
    pub order: BelongsTo<super::order::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
