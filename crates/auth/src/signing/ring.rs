//! The keys as one server knows them.
use super::{ALGORITHM, KNOWN_FOR, LOOKED_FOR, place, rotate};
use crate::tokens::{Signer, Verifiers};
use purser_entity_auth::signing_key::{Column, Entity, Model, State};
use purser_store::prelude::*;
use std::sync::{
    Arc, PoisonError, RwLock,
    atomic::{AtomicU64, Ordering},
};
use tokio::sync::Mutex;

/// More keys than there are: one is next, one active, and few retire within minutes.
const MOST: u64 = 20;

/// What was read last.
pub(crate) struct Keys {
    /// Signs.
    pub(crate) signer: Signer,
    /// Verify.
    pub(crate) verifiers: Verifiers,
    read_at: Timestamp,
    /// How many rotations of this server came before they were read.
    rotations: u64,
}

/// Keeps what was read last. Cheap to read; who has to read anew does so alone.
#[derive(Default)]
pub(crate) struct KeyRing {
    known: RwLock<Option<Arc<Keys>>>,
    reading: Mutex<()>,
    rotations: AtomicU64,
}

impl KeyRing {
    /// What is known, however old it is. `internal` before anything was read.
    pub(crate) fn known(&self) -> Result<Arc<Keys>, Problem> {
        self.get().ok_or_else(|| Problem::internal("the signing keys were not read"))
    }

    /// What is known, read anew when that was a while ago. To be called where no transaction is open.
    pub(crate) async fn current(&self, store: &Store) -> Result<Arc<Keys>, Problem> {
        self.younger_than(KNOWN_FOR, store).await
    }

    /// As [`KeyRing::current`], for a token that names a key which is not known: another server may have made it just now.
    pub(crate) async fn latest(&self, store: &Store) -> Result<Arc<Keys>, Problem> {
        self.younger_than(LOOKED_FOR, store).await
    }

    async fn younger_than(&self, age: chrono::TimeDelta, store: &Store) -> Result<Arc<Keys>, Problem> {
        let young = |keys: &Arc<Keys>| {
            store.clock().now() - keys.read_at < age && keys.rotations == self.rotations.load(Ordering::Acquire)
        };
        if let Some(keys) = self.get().filter(young) {
            return Ok(keys);
        }
        let _alone = self.reading.lock().await;
        // Somebody else may have read while this one waited.
        if let Some(keys) = self.get().filter(young) {
            return Ok(keys);
        }
        let rotations = self.rotations.load(Ordering::Acquire);
        let keys = Arc::new(Keys { rotations, ..read(store).await? });
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Some(keys.clone());
        Ok(keys)
    }

    fn get(&self) -> Option<Arc<Keys>> {
        self.known.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Makes the next use read anew. Who has a transaction open goes on with what is known: the key that signed until now is
    /// good until every token of it has run out.
    pub(crate) fn rotated(&self) {
        self.rotations.fetch_add(1, Ordering::AcqRel);
    }
}

/// Reads the keys, and makes the first ones where there are none.
async fn read(store: &Store) -> Result<Keys, Problem> {
    let mut rows = rows(store).await?;
    if !rows.iter().any(|row| row.state == State::Active) {
        rotate::make_first(store).await?;
        rows = self::rows(store).await?;
    }
    let now = store.clock().now();
    let active = rows.iter().find(|row| row.state == State::Active);
    let active = active.ok_or_else(|| Problem::internal("there is no key that signs"))?;
    let private = store.vault().open_global(place(active.id.as_uuid()), &active.private_key_ciphertext)?;
    Ok(Keys {
        signer: Signer::new(active.kid.clone(), &private)?,
        verifiers: rows.iter().map(|row| (row.kid.clone(), row.public_key.as_slice(), row.retires_at)).collect(),
        read_at: now,
        rotations: 0,
    })
}

async fn rows(store: &Store) -> Result<Vec<Model>, Problem> {
    let tx = store.system_read().await?;
    listed(tx.system()).await
}

/// The keys that verify.
pub(super) async fn listed(system: System<'_>) -> Result<Vec<Model>, Problem> {
    let known = Column::Algorithm.eq(ALGORITHM);
    system.find::<Entity>().filter(known).order_by(Column::CreatedAt, Desc).order_by(Column::Id, Desc).all(MOST).await
}
