//! Entries that no seal has yet.
use purser_entity_compliance::audit_seal_entry;
use purser_entity_platform::audit_log::{Column, Entity, Model};
use purser_kernel::ids::AuditLogId;
use purser_store::prelude::*;
use serde_json::Value;
use std::collections::HashSet;

/// Entries in one look.
const LOOK: u64 = 1_000;

/// The first `limit` entries that are in no seal, of those that were written after `since`, in the order of their times and ids.
pub(super) async fn unsealed(tx: &ReadTx, since: Option<Timestamp>, limit: usize) -> Result<Vec<Model>, Problem> {
    let mut found: Vec<AuditLogId> = Vec::new();
    let mut after: Option<(Timestamp, AuditLogId)> = None;
    loop {
        // Most of them are sealed: what they say is fetched for the others alone.
        let looked = tx
            .find::<Entity>()
            .without(Column::Changes, Value::Null)
            .filter_if(since.filter(|_| after.is_none()).map(|since| Column::CreatedAt.gte(since)))
            .filter_if(after.map(behind))
            .order_by(Column::CreatedAt, Asc)
            .order_by(Column::Id, Asc)
            .all(LOOK)
            .await?;
        let sealed = sealed(tx, &looked).await?;
        found.extend(looked.iter().map(|entry| entry.id).filter(|id| !sealed.contains(id)));
        found.truncate(limit);
        let is_last = u64::try_from(looked.len()).unwrap_or(LOOK) < LOOK;
        after = looked.last().map(|entry| (entry.created_at, entry.id));
        if is_last || found.len() == limit {
            break;
        }
    }
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let limit = u64::try_from(found.len()).map_err(Problem::internal)?;
    let wanted = tx.find::<Entity>().filter(Column::Id.is_in(found));
    wanted.order_by(Column::CreatedAt, Asc).order_by(Column::Id, Asc).all(limit).await
}

/// Entries that come after one with this time and id.
pub(crate) fn behind((time, id): (Timestamp, AuditLogId)) -> Filter<Entity> {
    // Begun with a plain comparison, by which an index is entered where the entries before have ended.
    Column::CreatedAt.gte(time).and(Column::CreatedAt.gt(time).or(Column::Id.gt(id)))
}

/// Those of `entries` that a seal has.
pub(super) async fn sealed(tx: &ReadTx, entries: &[Model]) -> Result<HashSet<AuditLogId>, Problem> {
    if entries.is_empty() {
        return Ok(HashSet::new());
    }
    let ids = audit_seal_entry::Column::AuditId.is_in(entries.iter().map(|entry| entry.id));
    let rows =
        tx.find::<audit_seal_entry::Entity>().filter(ids).aggregate().by(audit_seal_entry::Column::AuditId).count();
    let rows = rows.rows::<(AuditLogId, i64)>().await?;
    Ok(rows.into_iter().map(|(id, _)| id).collect())
}
