//! How long an organization keeps what.
use crate::ReadTx;
use async_trait::async_trait;
use purser_kernel::{Kept, Problem, Timestamp};

/// Implemented by compliance.
#[async_trait]
pub trait Retention: Send + Sync {
    /// What the organization of `tx` has of this from before is kept no longer; nothing is kept for ever. Asks for no permission: it
    /// is Purser's own work.
    async fn kept_since(&self, tx: &ReadTx, what: Kept) -> Result<Option<Timestamp>, Problem>;
}
