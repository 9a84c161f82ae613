//! Which resources of a kind one may read, for events about them.
use crate::ReadTx;
use async_trait::async_trait;
use purser_kernel::Problem;
use uuid::Uuid;

/// Implemented by the crate that owns a kind of resource to which each caller has access or not.
#[async_trait]
pub trait ResourceReaders: Send + Sync {
    /// The kind, as events name it, such as `engagement`.
    fn resource(&self) -> &'static str;

    /// Those of `ids` that the caller of `tx` has access to at this moment. What was deleted counts as before.
    async fn readable(&self, tx: &ReadTx, ids: &[Uuid]) -> Result<Vec<Uuid>, Problem>;
}
