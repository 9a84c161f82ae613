//! Access to engagements, as those need it whose rows stand below one.
use crate::ReadTx;
use async_trait::async_trait;
use purser_kernel::{Problem, ids::EngagementId};

/// What one may do in an engagement. A higher level includes the lower ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AccessLevel {
    /// See it and what stands below it.
    Read,
    /// Change it and what stands below it.
    Write,
    /// Give access to others.
    Admin,
}

/// Implemented by tenancy.
#[async_trait]
pub trait EngagementAccess: Send + Sync {
    /// Whether the caller of `tx` has access of at least this level at this moment. Asked in the transaction that shows or changes
    /// what stands below the engagement.
    ///
    /// `not_found` without access, as for an engagement that never was; `engagement_level_too_low` with less.
    async fn require(&self, tx: &ReadTx, engagement: EngagementId, level: AccessLevel) -> Result<(), Problem>;
}
