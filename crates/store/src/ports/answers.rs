//! What readers and models answered, and what people taught them.
use crate::WriteTx;
use async_trait::async_trait;
use purser_kernel::{
    Cost, Problem,
    ids::{MessageId, OrderId},
};
use serde_json::Value;

/// An answer of a reader or a model.
#[derive(Clone, Debug)]
pub struct NewAnswer {
    /// The message that was read.
    pub message_id: MessageId,
    /// Such as `order_processing`.
    pub agent_type: &'static str,
    /// Such as `purser-rules-1`.
    pub model: String,
    /// What was answered.
    pub content: Value,
    /// From 0 to 1.
    pub confidence: f64,
    /// What it cost.
    pub cost: Cost,
    /// How long it took.
    pub latency_ms: i64,
}

/// What a person made of an answer.
#[derive(Clone, Debug)]
pub struct Correction {
    /// The message, where the words came from one.
    pub message_id: Option<MessageId>,
    /// The order.
    pub order_id: OrderId,
    /// Such as `order_processing`.
    pub agent_type: &'static str,
    /// What the customer wrote.
    pub input_text: String,
    /// What was proposed.
    pub proposed: Value,
    /// What is right.
    pub right: Value,
}

/// Implemented by agents.
#[async_trait]
pub trait Answers: Send + Sync {
    /// Keeps an answer; the same message and agent again changes nothing.
    async fn keep_answer(&self, tx: &WriteTx, answer: NewAnswer) -> Result<(), Problem>;

    /// Keeps corrections as training examples, and marks the answers they correct.
    async fn keep_corrections(&self, tx: &WriteTx, corrections: Vec<Correction>) -> Result<(), Problem>;
}
