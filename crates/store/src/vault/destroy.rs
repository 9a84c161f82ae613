//! The end of an organization's keys, and so of everything that they have sealed.
use crate::{AuditCategory, AuditSeverity, Standing, Store, prelude::*};
use purser_entity_platform::encryption_key::{ActiveModel, Column, Entity, Status};
use purser_kernel::OrganizationId;
use serde_json::json;

/// Keys of one organization that are there at once.
const MOST_KEYS: u64 = 1_000;

impl Store {
    /// Destroys the keys of a closed organization: nothing that they have sealed opens again, here at once and in other processes
    /// after five minutes at the latest. Returns how many keys there were; none when that was done before.
    ///
    /// `not_found` for one that is not closed: it would go on without being able to keep a secret.
    pub async fn destroy_organization_keys(&self, organization: OrganizationId) -> Result<u64, Problem> {
        let tx = self.upkeep(organization).await?;
        if crate::standing::look(&tx).await? != Some(Standing::Closed) {
            return Err(Problem::not_found("closed organization"));
        }
        let keys = tx.find_for_update::<Entity>().filter(Column::Status.ne(Status::Destroyed)).all(MOST_KEYS).await?;
        if keys.is_empty() {
            return Ok(0);
        }
        let now = tx.now();
        let destroy = |row: &mut ActiveModel| {
            row.status = Set(Status::Destroyed);
            row.wrapped_key = Set(Vec::new());
            row.rotated_at = Set(Some(now));
        };
        let destroyed = tx.update_keys(Column::Status.ne(Status::Destroyed), destroy).await?;
        let entry = AuditEntry::new("encryption_key.destroy", "organization", organization);
        let entry = entry.category(AuditCategory::Security).severity(AuditSeverity::Critical);
        tx.audit(entry.after(&json!({ "keys": destroyed }))).await?;
        tx.commit().await?;
        for key in keys {
            self.vault().keys.invalidate(&(organization, key.id)).await;
        }
        Ok(destroyed)
    }
}
