//! Wrong passwords for names that nobody has here: mail addresses, and what directories know people by.
//!
//! They are counted where those of accounts are and by the same rules, so that a pause holds at every node, after a restart and at every
//! door alike: one that only real accounts have would tell which are real. A name is kept as its keyed hash.
use crate::{
    Auth,
    throttle::{Attempts, FORGET_AFTER},
};
use hmac::{Hmac, KeyInit, Mac};
use purser_entity_auth::sign_in_stranger::{ActiveModel, Column, Entity, Model};
use purser_kernel::ids::SignInStrangerId;
use purser_store::{MasterKey, prelude::*};
use sha2::Sha256;
use uuid::Uuid;
use zeroize::Zeroizing;

impl Auth {
    /// The wrong passwords that count for the name. Looked up for everybody: the work is to be the same.
    pub(crate) async fn stranger(&self, name: &str) -> Result<Attempts, Problem> {
        let tx = self.store.system_read().await?;
        let row = tx.system().find::<Entity>().filter(Column::Id.eq(self.strangers.id(name)?)).one().await?;
        Ok(row.as_ref().map(attempts).unwrap_or_default())
    }

    /// Counts a failure. `too_many_requests` when others have failed meanwhile and a pause has begun.
    pub(crate) async fn stranger_failed(&self, name: &str) -> Result<(), Problem> {
        let tx = self.store.system().await?;
        let system = tx.system();
        let id = self.strangers.id(name)?;
        let first = Attempts::default().after_failure(system.now());
        let row = ActiveModel {
            id: Set(id),
            failures: Set(first.failures),
            next_try_at: Set(first.next_try_at),
            ..Default::default()
        };
        if !system.insert_if_absent(row).await? {
            let row = system.find::<Entity>().filter(Column::Id.eq(id)).for_update().one().await?;
            let before = row.as_ref().map(attempts).unwrap_or_default();
            before.allow(system.now())?;
            let now = before.after_failure(system.now());
            let count = |row: &mut ActiveModel| {
                row.failures = Set(now.failures);
                row.next_try_at = Set(now.next_try_at);
            };
            system.update_where(Column::Id.eq(id), count).await?;
        }
        tx.commit().await
    }

    /// Begins to count anew, for somebody who is none any more. `too_many_requests` when a pause has begun meanwhile.
    pub(crate) async fn stranger_known(&self, name: &str) -> Result<(), Problem> {
        let tx = self.store.system().await?;
        let row =
            tx.system().find::<Entity>().filter(Column::Id.eq(self.strangers.id(name)?)).for_update().one().await?;
        let Some(row) = row else { return Ok(()) };
        attempts(&row).allow(tx.system().now())?;
        tx.system().remove::<Entity>(Column::Id.eq(row.id)).await?;
        tx.commit().await
    }
}

/// Somebody has the name from now on: what was counted for it is theirs, so that a pause does not end by that.
pub(crate) async fn adopt(system: System<'_>, id: SignInStrangerId) -> Result<Attempts, Problem> {
    let row = system.find::<Entity>().filter(Column::Id.eq(id)).for_update().one().await?;
    let Some(row) = row else { return Ok(Attempts::default()) };
    system.remove::<Entity>(Column::Id.eq(row.id)).await?;
    Ok(attempts(&row))
}

/// Removes what would be forgotten by the next failure.
pub(crate) async fn clear(system: System<'_>) -> Result<u64, Problem> {
    system.remove::<Entity>(Column::NextTryAt.lt(system.now() - FORGET_AFTER)).await
}

fn attempts(row: &Model) -> Attempts {
    Attempts { failures: row.failures, next_try_at: row.next_try_at }
}

/// Makes the ids under which names are kept, by a key of the installation's: what was typed into the wrong field is nobody's to guess from
/// them. Of 256 bits 128 are enough: who makes two names of one has two strangers that pause each other.
pub(crate) struct StrangerIds(Zeroizing<[u8; 32]>);

impl StrangerIds {
    pub(crate) fn new(master: &MasterKey) -> Result<Self, Problem> {
        master.derive("auth/derive-stranger-ids").map(Self)
    }

    pub(crate) fn id(&self, name: &str) -> Result<SignInStrangerId, Problem> {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.0.as_slice()).map_err(Problem::internal)?;
        mac.update(name.as_bytes());
        let code = mac.finalize().into_bytes();
        let id = code.iter().take(16).fold(0, |id, byte| id << 8 | u128::from(*byte));
        Ok(SignInStrangerId::from_uuid(Uuid::from_u128(id)))
    }
}
