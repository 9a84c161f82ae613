//! What an organization has decided for itself, as other domains need it.
use crate::ReadTx;
use async_trait::async_trait;
use chrono::TimeDelta;
use purser_kernel::{Currency, Problem};

/// What an organization has decided about its orders.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OrderSettings {
    /// From 0 to 1: an order that was read with less goes to review.
    pub ai_confidence_threshold: f64,
    /// The currency of an order when neither its customer nor its products name one.
    pub default_currency: Currency,
}

/// Implemented by tenancy.
#[async_trait]
pub trait Settings: Send + Sync {
    /// What the organization of `tx` has decided about its orders.
    async fn for_orders(&self, tx: &ReadTx) -> Result<OrderSettings, Problem>;

    /// How many days the organization of `tx` keeps what nothing more particular is said about.
    async fn retention_days(&self, tx: &ReadTx) -> Result<Option<i32>, Problem>;

    /// How long what was deleted can be brought back before it is purged.
    async fn deletion_retention(&self, tx: &ReadTx) -> Result<TimeDelta, Problem>;
}
