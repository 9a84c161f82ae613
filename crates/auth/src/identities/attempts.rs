//! Wrong passwords at a directory, of those who were here before: they are kept with what it knows them by, so that the pause
//! holds at every node.
use super::Identities;
use crate::throttle::Attempts;
use purser_entity_auth::user_identity::{ActiveModel, Column, Entity, Model};
use purser_kernel::ids::UserIdentityId;
use purser_store::{AuditCategory, AuditSeverity, prelude::*};

pub(crate) fn attempts_of(identity: &Model) -> Attempts {
    Attempts { failures: identity.failures, next_try_at: identity.next_try_at }
}

impl Identities {
    /// Counts a wrong password that was given for `action`. `too_many_requests` when others have failed meanwhile and a pause has
    /// begun: guessing many at once must not outrun it.
    pub(crate) async fn count_failure(
        &self,
        scope: &Scope,
        identity: UserIdentityId,
        action: &'static str,
    ) -> Result<(), Problem> {
        let tx = self.auth.store.write_in_any_state(scope).await?;
        let same = Column::Id.eq(identity);
        let Some(identity) = tx.find_for_update::<Entity>().filter(same).one().await? else {
            return Ok(());
        };
        let attempts = attempts_of(&identity);
        attempts.allow(tx.now())?;
        note(&tx, &identity, attempts.after_failure(tx.now())).await?;
        let entry = AuditEntry::new(action, "user", identity.user_id);
        tx.audit(entry.category(AuditCategory::Security).failed(AuditSeverity::Warning)).await?;
        tx.commit().await
    }
}

/// Forgets the wrong passwords of somebody who has given the right one, unless a pause began meanwhile: `too_many_requests`.
pub(crate) async fn forgive(tx: &WriteTx, identity: &Model) -> Result<(), Problem> {
    attempts_of(identity).allow(tx.now())?;
    note(tx, identity, Attempts::default()).await
}

async fn note(tx: &WriteTx, identity: &Model, attempts: Attempts) -> Result<(), Problem> {
    if attempts == attempts_of(identity) {
        return Ok(());
    }
    let change = |row: &mut ActiveModel| {
        row.failures = Set(attempts.failures);
        row.next_try_at = Set(attempts.next_try_at);
    };
    tx.update_where(Column::Id.eq(identity.id), change).await.map(|_| ())
}
