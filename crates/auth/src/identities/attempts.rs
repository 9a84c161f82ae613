//! Wrong passwords at a directory, of those who were here before. As with passwords of our own, those from a network that the person
//! has signed in from are kept with that network, all others with what the directory knows the person by: whoever guesses from
//! elsewhere keeps nobody out of where they are at home.
use super::Identities;
use crate::{networks, throttle::Attempts};
use purser_entity_auth::{
    sign_in_network,
    user_identity::{ActiveModel, Column, Entity, Model},
};
use purser_kernel::ids::UserIdentityId;
use purser_store::{AuditCategory, AuditSeverity, prelude::*};

/// What a directory knows somebody by, for somebody who comes from a certain network.
pub(crate) struct Known {
    pub(crate) identity: Model,
    /// Where they come from, if the person has signed in from there.
    network: Option<sign_in_network::Model>,
}

impl Known {
    /// Of the identity's person, whose transaction it is.
    pub(crate) async fn of(tx: &ReadTx, identity: Model) -> Result<Self, Problem> {
        let network = networks::known(tx.system(), identity.user_id, &tx.scope().client).await?;
        Ok(Self { identity, network })
    }

    /// Whether the person has signed in before from where this attempt comes from.
    pub(crate) fn is_at_home(&self) -> bool {
        self.network.is_some()
    }

    /// The wrong passwords that count here.
    pub(crate) fn attempts(&self) -> Attempts {
        self.network.as_ref().map_or_else(
            || Attempts { failures: self.identity.failures, next_try_at: self.identity.next_try_at },
            networks::attempts_of,
        )
    }
}

impl Identities {
    /// Counts a wrong password that was given for `action`, in the scope of the person. `too_many_requests` when others have
    /// failed meanwhile and a pause has begun: guessing many at once must not outrun it.
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
        let known = Known::of(&tx, identity).await?;
        known.attempts().allow(tx.now())?;
        note(&tx, &known, known.attempts().after_failure(tx.now())).await?;
        let entry = AuditEntry::new(action, "user", known.identity.user_id);
        tx.audit(entry.category(AuditCategory::Security).failed(AuditSeverity::Warning)).await?;
        tx.commit().await
    }
}

/// Forgets the wrong passwords of somebody who has given the right one, unless a pause began meanwhile: `too_many_requests`.
pub(crate) async fn forgive(tx: &WriteTx, known: &Known) -> Result<(), Problem> {
    known.attempts().allow(tx.now())?;
    note(tx, known, Attempts::default()).await
}

async fn note(tx: &WriteTx, known: &Known, attempts: Attempts) -> Result<(), Problem> {
    if attempts == known.attempts() {
        return Ok(());
    }
    if let Some(network) = &known.network {
        return networks::note(tx.system(), network, attempts).await;
    }
    let change = |row: &mut ActiveModel| {
        row.failures = Set(attempts.failures);
        row.next_try_at = Set(attempts.next_try_at);
    };
    tx.update_where(Column::Id.eq(known.identity.id), change).await.map(|_| ())
}
