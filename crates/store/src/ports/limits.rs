//! How much an organization may have, as those need it who add to it.
use crate::WriteTx;
use async_trait::async_trait;
use purser_kernel::Problem;

/// Implemented by tenancy.
#[async_trait]
pub trait Limits: Send + Sync {
    /// Makes room for `bytes` more of files. `limit_reached` when the organization's storage is too small for them.
    ///
    /// Called in the transaction that adds the file, before it does: others that add files wait until it ends.
    async fn take_storage(&self, tx: &WriteTx, bytes: i64) -> Result<(), Problem>;
}
