//! A line of an order as it is shown.
use purser_kernel::{
    Currency, Money, Quantity, UnitPrice,
    ids::{OrderLineId, ProductId, ProductVariantId},
};
use purser_ordering::entity::{alternatives::Alternative, order_line};
use serde::Serialize;
use utoipa::ToSchema;

/// A line of an order. Amounts are in the order's currency.
#[derive(Debug, Serialize, ToSchema)]
pub struct OrderLineView {
    id: OrderLineId,
    /// From 1.
    line_number: i32,
    /// Null while nobody has found the product.
    product_id: Option<ProductId>,
    variant_id: Option<ProductVariantId>,
    /// As it was when ordered; the customer's words while there is no product.
    product_name: String,
    quantity: Quantity,
    unit: String,
    /// Variant included. With graduated tiers, what the last unit costs. Decimal with at most 4 places.
    unit_price: String,
    /// Decimal.
    line_total: String,
    /// Whether it was read from a message.
    ai_extracted: bool,
    /// From 0 to 1.
    ai_confidence: Option<f64>,
    /// The customer's words.
    ai_original_text: Option<String>,
    /// What else the words may mean, best first.
    alternatives: Vec<AlternativeView>,
}

/// What else a line may mean.
#[derive(Debug, Serialize, ToSchema)]
pub struct AlternativeView {
    product_id: ProductId,
    variant_id: Option<ProductVariantId>,
    product_name: String,
    /// From 0 to 1.
    confidence: f64,
}

impl OrderLineView {
    pub(super) fn has_words(&self) -> bool {
        self.ai_original_text.is_some()
    }

    pub(super) fn new(line: order_line::Model, currency: Currency) -> Self {
        Self {
            id: line.id,
            line_number: line.line_number,
            product_id: line.product_id,
            variant_id: line.variant_id,
            product_name: line.product_name,
            quantity: line.quantity_e4,
            unit: line.unit,
            unit_price: UnitPrice::from_e4(line.unit_price_e4, currency).to_string(),
            line_total: Money::from_minor(line.line_total_minor, currency).to_string(),
            ai_extracted: line.ai_extracted,
            ai_confidence: line.ai_confidence,
            ai_original_text: line.ai_original_text,
            alternatives: line.alternatives.0.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<Alternative> for AlternativeView {
    fn from(alternative: Alternative) -> Self {
        let Alternative { product_id, variant_id, product_name, confidence } = alternative;
        Self { product_id, variant_id, product_name, confidence }
    }
}
