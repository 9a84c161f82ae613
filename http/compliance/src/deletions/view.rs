//! A deletion, as clients see it.
use chrono::{DateTime, Utc};
use purser_compliance::deletions::{Listed, Shown};
use purser_kernel::{UserId, ids::DeletionId};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

/// A deletion.
#[derive(Serialize, ToSchema)]
pub struct DeletionView {
    id: DeletionId,
    /// What was deleted, such as `customer`.
    resource: String,
    resource_id: Uuid,
    /// Null for a program.
    deleted_by: Option<UserId>,
    /// What the request that deleted it said in `X-Purpose`.
    reason: Option<String>,
    deleted_at: DateTime<Utc>,
    /// Until when it can be brought back, by the organization's settings; then it is purged.
    restorable_until: DateTime<Utc>,
    restored_at: Option<DateTime<Utc>>,
    restored_by: Option<UserId>,
    /// From then on nothing brings it back.
    purging_since: Option<DateTime<Utc>>,
    /// When there was nothing left to remove.
    purged_at: Option<DateTime<Utc>>,
    /// Who purged it before its time.
    purged_by: Option<UserId>,
    purge_reason: Option<String>,
    /// The tables that refer to what was deleted: for them it was emptied and not removed.
    #[schema(value_type = Option<Vec<String>>)]
    kept_for: Option<Value>,
}

impl From<Listed> for DeletionView {
    fn from(Listed { deletion, restorable_until }: Listed) -> Self {
        Self {
            id: deletion.id,
            resource: deletion.resource,
            resource_id: deletion.resource_id,
            deleted_by: deletion.deleted_by,
            reason: deletion.reason,
            deleted_at: deletion.created_at,
            restorable_until,
            restored_at: deletion.restored_at,
            restored_by: deletion.restored_by,
            purging_since: deletion.purging_since,
            purged_at: deletion.purged_at,
            purged_by: deletion.purged_by,
            purge_reason: deletion.purge_reason,
            kept_for: deletion.kept_for,
        }
    }
}

/// A deletion with what was deleted.
#[derive(Serialize, ToSchema)]
pub struct DeletionWithSnapshot {
    #[serde(flatten)]
    deletion: DeletionView,
    /// `row` is what was deleted and `parts` what went with it, by table: the columns as they are kept, without secrets. Null once it is
    /// purged.
    snapshot: Option<Value>,
}

impl From<Shown> for DeletionWithSnapshot {
    fn from(shown: Shown) -> Self {
        let Shown { mut deletion, restorable_until, .. } = shown;
        let snapshot = deletion.snapshot.take();
        Self { deletion: Listed { deletion, restorable_until }.into(), snapshot }
    }
}
