//! What was deleted goes for good.
//!
//! From the moment a purge has begun nothing comes back, and the snapshot is gone. What is more than one transaction should remove goes
//! batch by batch, by a job; what was not finished is gone on with by the run of each night.
use super::{
    Deletions, Listed,
    events::{Brought, DeletionPurged},
    job::PurgeDeleted,
    restore::require_open,
};
use purser_entity_platform::deletion::{ActiveModel, Column, Entity, Model};
use purser_kernel::{Id, ids::DeletionId};
use purser_store::{
    AuditCategory, AuditSeverity, Store,
    jobs::NewJob,
    ports::{Progress, Restorable},
    prelude::*,
};
use serde_json::json;

const MAX_REASON: usize = 500;
/// Deletions in one look at the list.
const BATCH: u64 = 100;

impl Deletions {
    /// Purges a deletion before its time. `already_restored` and `already_purged` as they say; with a restore at once, one of the two
    /// wins. What is too much for one transaction has begun, and a job goes on with it.
    pub async fn purge(&self, tx: &WriteTx, id: DeletionId, reason: &str) -> Result<Listed, Problem> {
        tx.scope().require(Permission::DeletionsPurge)?;
        let reason = text::line("/reason", reason, MAX_REASON)?;
        let (deletion, domain) = self.locked(tx, id).await?;
        require_open(&deletion)?;
        let restorable_until = deletion.created_at + self.retention(tx).await?;
        let person = tx.scope().actor.user();
        let asked = |row: &mut ActiveModel| {
            row.purged_by = Set(person);
            row.purge_reason = Set(Some(reason.clone()));
        };
        tx.update_where(Column::Id.eq(id), asked).await?;
        let deletion = Model { purge_reason: Some(reason.clone()), ..deletion };
        if step(tx, domain, &deletion).await? == Progress::Partly {
            tx.enqueue(NewJob::new(PurgeDeleted::KIND_BEGUN, json!({}))).await?;
        }
        let deletion = tx.get::<Entity>(id).await?;
        Ok(Listed { deletion, restorable_until })
    }

    /// Removes some of what hangs on one deletion whose time is over, or that is being purged. `Done` also when another purger or a
    /// restore was faster.
    async fn go_on(&self, tx: &WriteTx, id: DeletionId) -> Result<Progress, Problem> {
        let deletion = tx.get_for_update::<Entity>(id).await?;
        if deletion.restored_at.is_some() || deletion.purged_at.is_some() {
            return Ok(Progress::Done);
        }
        step(tx, self.of(&deletion)?, &deletion).await
    }
}

/// One transaction's worth of a purge, of a deletion that is locked.
async fn step(tx: &WriteTx, domain: &dyn Restorable, deletion: &Model) -> Result<Progress, Problem> {
    let about = domain.about();
    let kept_for = tx.referring(deletion.resource_id, about.referred_to_by).await?;
    let removed =
        if kept_for.is_empty() { domain.remove(tx, deletion).await } else { domain.empty(tx, deletion).await };
    let progress = removed.map_err(named_meanwhile)?;
    let (now, is_done) = (tx.now(), progress == Progress::Done);
    let (kept, since) = ((!kept_for.is_empty()).then(|| json!(kept_for)), deletion.purging_since.unwrap_or(now));
    let purged = |row: &mut ActiveModel| {
        row.snapshot = Set(None);
        row.purging_since = Set(Some(since));
        if is_done {
            row.purged_at = Set(Some(now));
            row.kept_for = Set(kept.clone());
        }
    };
    tx.update_where(Column::Id.eq(deletion.id), purged).await?;
    if is_done {
        let said = json!({
            "deletion_id": deletion.id, "deleted_at": deletion.created_at, "reason": deletion.purge_reason, "kept_for": kept,
        });
        let entry = AuditEntry::new("deletion.purge", about.resource, Id::<()>::from_uuid(deletion.resource_id));
        let entry = entry.category(AuditCategory::Security).severity(AuditSeverity::Warning);
        tx.audit(entry.after(&said)).await?;
        tx.emit(&DeletionPurged(Brought::of(deletion))).await?;
    }
    Ok(progress)
}

/// Something came to refer to the row after it was looked for.
fn named_meanwhile(problem: Problem) -> Problem {
    if problem.is(CommonProblem::ValidationFailed) {
        Problem::of(CommonProblem::InUse).caused_by(problem)
    } else {
        problem
    }
}

/// Purges what an organization has deleted and whose time is over, the oldest first, and goes on with what was begun. Each deletion has
/// transactions of its own: killed at any point it is as good as done later, and two at once share the work. Returns how many came to
/// their end; what could not be purged is tried again the next time.
pub async fn purge_due(deletions: &Deletions, store: &Store, scope: &Scope) -> Result<u64, Problem> {
    let (mut purged, mut after, mut failed) = (0, None, None);
    loop {
        let due = due(deletions, store, scope, after).await?;
        let Some(last) = due.last() else {
            return failed.map_or(Ok(purged), Err);
        };
        after = Some((last.created_at, last.id));
        for deletion in due {
            match purge_one(deletions, store, scope, deletion.id).await {
                Ok(()) => purged += 1,
                Err(problem) => {
                    tracing::warn!(organization = %scope.organization, deletion = %deletion.id, %problem, "a deletion could not be purged");
                    failed = Some(problem);
                }
            }
        }
    }
}

async fn due(
    deletions: &Deletions,
    store: &Store,
    scope: &Scope,
    after: Option<(Timestamp, DeletionId)>,
) -> Result<Vec<Model>, Problem> {
    let tx = store.read_in_any_state(scope).await?;
    let over = tx.now() - deletions.retention(&tx).await?;
    let behind = after.map(|(time, id)| {
        let same = Column::CreatedAt.eq(time).and(Column::Id.gt(id));
        Column::CreatedAt.gt(time).or(same)
    });
    tx.find::<Entity>()
        .without(Column::Snapshot, serde_json::Value::Null)
        .filter(Column::RestoredAt.is_null().and(Column::PurgedAt.is_null()))
        .filter(Column::CreatedAt.lte(over).or(Column::PurgingSince.is_not_null()))
        .filter_if(behind)
        .order_by(Column::CreatedAt, Asc)
        .order_by(Column::Id, Asc)
        .all(BATCH)
        .await
}

async fn purge_one(deletions: &Deletions, store: &Store, scope: &Scope, id: DeletionId) -> Result<(), Problem> {
    loop {
        let tx = store.write_in_any_state(scope).await?;
        let progress = deletions.go_on(&tx, id).await?;
        tx.commit().await?;
        if progress == Progress::Done {
            return Ok(());
        }
    }
}
