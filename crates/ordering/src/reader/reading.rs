//! What comes out: the intent, and the lines with their confidence.
use purser_kernel::Quantity;
use purser_kernel::ids::{ProductId, ProductVariantId};
use serde::{Deserialize, Serialize};

/// What was read from a message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// What the customer wants.
    pub intent: Intent,
    /// How sure the intent is, 0 to 1.
    pub intent_confidence: f64,
    /// How sure the order as a whole is, 0 to 1: at most the weakest line's, below 0.5 where a line has no product, and 0
    /// where nothing is ordered.
    pub confidence: f64,
    /// What changes, in the order of the message.
    pub lines: Vec<ReadLine>,
    /// The whole order is withdrawn. Then there are no lines, and `confidence` is the withdrawal's: low where the
    /// message also ordered something.
    pub cancel: bool,
}

/// What a message is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Intent {
    /// It orders, or changes or withdraws an order.
    Order,
    /// It asks something and orders nothing.
    Question,
    /// It complains and orders nothing.
    Complaint,
    /// It only says hello.
    Greeting,
    /// Anything else.
    Other,
}

/// What a line does to the draft order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// The quantity comes on top.
    Add,
    /// The quantity replaces that of the draft's line.
    Set,
    /// The draft's line goes; the quantity is the one it had.
    Remove,
}

/// One line as read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReadLine {
    /// The customer's own words, a verbatim slice of the message.
    pub original_text: String,
    /// What it does to the draft order.
    pub effect: Effect,
    /// The product meant; `None` where a person must find it.
    pub product: Option<Match>,
    /// How many of the product's unit (of `unit` where there is no product). Always above zero.
    pub quantity: Quantity,
    /// The unit the quantity counts: the product's, or the customer's word where it could not be converted.
    pub unit: Option<String>,
    /// How sure the line is, 0 to 1.
    pub confidence: f64,
    /// What else it might be, likeliest first, at most four.
    pub alternatives: Vec<Candidate>,
}

/// A product, with its variant where one was named.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Match {
    /// The product.
    pub product_id: ProductId,
    /// The variant, if one was named.
    pub variant_id: Option<ProductVariantId>,
}

/// Something a line might mean.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// The product.
    pub product_id: ProductId,
    /// The variant, if one fits.
    pub variant_id: Option<ProductVariantId>,
    /// How well it fits, 0 to 1.
    pub confidence: f64,
}
