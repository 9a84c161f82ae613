//! What was deleted comes back.
use super::{
    Deletions, Listed,
    events::{Brought, DeletionRestored},
};
use crate::ComplianceProblem;
use purser_entity_platform::deletion::{ActiveModel, Column, Entity, Model};
use purser_kernel::ids::DeletionId;
use purser_store::prelude::*;
use serde_json::json;

impl Deletions {
    /// Takes a deletion back: the row and what went with it are there again, and nothing else.
    ///
    /// `already_restored`, `already_purged` and `restore_expired` as they say, and what the domain names that is in the way. Of two at
    /// once one waits for the other, and is then told.
    pub async fn restore(&self, tx: &WriteTx, id: DeletionId) -> Result<Listed, Problem> {
        tx.scope().require(Permission::DeletionsRestore)?;
        let (deletion, domain) = self.locked(tx, id).await?;
        require_open(&deletion)?;
        let restorable_until = deletion.created_at + self.retention(tx).await?;
        if restorable_until <= tx.now() {
            let problem = Problem::of(ComplianceProblem::RestoreExpired);
            return Err(problem.with("restorable_until", restorable_until.to_rfc3339()));
        }
        domain.restore(tx, &deletion).await?;
        let (now, person) = (tx.now(), tx.scope().actor.user());
        let restored = |row: &mut ActiveModel| {
            row.restored_at = Set(Some(now));
            row.restored_by = Set(person);
        };
        tx.update_where(Column::Id.eq(id), restored).await?;
        let resource = domain.about().resource;
        let said = json!({ "deletion_id": id, "deleted_at": deletion.created_at, "deleted_by": deletion.deleted_by });
        let row = purser_kernel::Id::<()>::from_uuid(deletion.resource_id);
        tx.audit(AuditEntry::new("deletion.restore", resource, row).after(&said)).await?;
        tx.emit(&DeletionRestored(Brought::of(&deletion))).await?;
        let deletion = tx.get::<Entity>(id).await?;
        Ok(Listed { deletion, restorable_until })
    }
}

/// Whether something can still become of it.
pub(super) fn require_open(deletion: &Model) -> Result<(), Problem> {
    if deletion.restored_at.is_some() {
        return Err(Problem::of(ComplianceProblem::AlreadyRestored));
    }
    if deletion.purging_since.is_some() {
        return Err(Problem::of(ComplianceProblem::AlreadyPurged));
    }
    Ok(())
}
