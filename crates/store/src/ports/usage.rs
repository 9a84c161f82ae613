//! Metering.
use crate::WriteTx;
use async_trait::async_trait;
use purser_kernel::{Cost, Problem, Quantity, Timestamp, ids::OutboxEventId};

/// One use that is metered.
#[derive(Clone, Debug)]
pub struct Usage {
    /// Which part of Purser meters it, such as `ordering`.
    pub source: &'static str,
    /// Makes it count once, with `source`, however often it is recorded.
    pub idempotency_key: String,
    /// Such as `message_read`, `event_sent`, `llm_call`.
    pub resource_type: &'static str,
    /// How much.
    pub quantity: Quantity,
    /// Of what.
    pub unit: &'static str,
    /// What it costs us.
    pub cost: Cost,
    /// Who provides it, where that is somebody else.
    pub provider: Option<String>,
    /// With which model.
    pub model: Option<String>,
    /// How long it took.
    pub latency_ms: Option<i64>,
    /// When.
    pub occurred_at: Timestamp,
    /// What else is worth knowing; never a person's data.
    pub extra: serde_json::Value,
}

impl Usage {
    /// One piece of `resource_type`, free of charge.
    pub fn one(
        source: &'static str,
        idempotency_key: impl Into<String>,
        resource_type: &'static str,
        occurred_at: Timestamp,
    ) -> Self {
        Self {
            source,
            idempotency_key: idempotency_key.into(),
            resource_type,
            quantity: Quantity::ONE,
            unit: "piece",
            cost: Cost::ZERO,
            provider: None,
            model: None,
            latency_ms: None,
            occurred_at,
            extra: serde_json::json!({}),
        }
    }

    /// An event was sent to its subscribers.
    pub fn event_sent(event: OutboxEventId, event_type: &str, occurred_at: Timestamp) -> Self {
        let mut usage = Self::one("outbox", event.to_string(), "event_sent", occurred_at);
        usage.extra = serde_json::json!({ "event_type": event_type });
        usage
    }
}

/// Meters uses. Implemented by billing.
#[async_trait]
pub trait UsageMeter: Send + Sync {
    /// Records uses, each once however often it is recorded.
    async fn record(&self, tx: &WriteTx, usage: &[Usage]) -> Result<(), Problem>;
}
