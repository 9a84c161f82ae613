//! What else a line of an order may have meant.
use purser_kernel::ids::{ProductId, ProductVariantId};
use sea_orm::FromJsonQueryResult;
use serde::{Deserialize, Serialize};

/// The candidates that a person chooses from at review, best first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, FromJsonQueryResult)]
pub struct Alternatives(pub Vec<Alternative>);

/// One candidate, with the name it had when the line was read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Alternative {
    pub product_id: ProductId,
    #[serde(default)]
    pub variant_id: Option<ProductVariantId>,
    pub product_name: String,
    /// From 0 to 1.
    pub confidence: f64,
}
