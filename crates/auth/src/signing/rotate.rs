//! How one key follows another.
use super::{ALGORITHM, KNOWN_FOR, PUBLISHED_AHEAD, place};
use crate::{Auth, platform, tokens::new_key};
use async_trait::async_trait;
use chrono::TimeDelta;
use purser_entity_auth::signing_key::{ActiveModel, Column, Entity, State};
use purser_kernel::ids::SigningKeyId;
use purser_store::{
    jobs::{Job, JobHandler},
    prelude::*,
};

/// How long a key signs.
const SIGNS_FOR: TimeDelta = TimeDelta::days(30);

/// What a rotation has done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rotated {
    /// The key with this id signs now.
    Done(String),
    /// The next key may not sign before this time: it was published too short a time ago.
    NotBefore(Timestamp),
}

impl Auth {
    /// Reads the signing keys, and makes the first ones on an empty database. `internal` when the master key does not open them.
    pub async fn prepare_signing_keys(&self) -> Result<(), Problem> {
        self.keys.current(&self.store).await.map(|_| ())
    }

    /// Lets the next key sign from now on, if it was published long enough ago.
    ///
    /// Of two rotations at once one finds nothing to do: it is told when the key after next may sign.
    pub async fn rotate_signing_keys(&self) -> Result<Rotated, Problem> {
        self.prepare_signing_keys().await?;
        let tx = self.store.system().await?;
        let system = tx.system();
        let now = system.now();
        clear(system).await?;
        let next = system.find::<Entity>().filter(Column::State.eq(State::Next)).for_update().one().await?;
        let Some(next) = next else {
            // Its predecessor became active and nobody came to make another.
            make(system, State::Next).await?;
            tx.commit().await?;
            return Ok(Rotated::NotBefore(now + PUBLISHED_AHEAD));
        };
        if next.not_before > now {
            return Ok(Rotated::NotBefore(next.not_before));
        }
        // Other servers sign with it until they read the keys anew, and what they sign then lives as long as any token.
        let longest = self.options.access_token_lifetime.max(platform::LONGEST_TOKEN);
        let retires_at = now + longest + KNOWN_FOR * 5;
        let retire = |row: &mut ActiveModel| {
            row.state = Set(State::Retiring);
            row.retires_at = Set(Some(retires_at));
        };
        system.update_where(Column::State.eq(State::Active), retire).await?;
        let activate = |row: &mut ActiveModel| row.state = Set(State::Active);
        let still_next = Column::Id.eq(next.id).and(Column::State.eq(State::Next));
        if system.update_where(still_next, activate).await? == 0 {
            // Another rotation was faster; this transaction leaves nothing behind.
            return Ok(Rotated::NotBefore(now + PUBLISHED_AHEAD));
        }
        make(system, State::Next).await?;
        tx.commit().await?;
        self.keys.rotated();
        Ok(Rotated::Done(next.kid))
    }
}

/// Makes the key that signs and the one that follows it, unless another server was faster.
pub(super) async fn make_first(store: &Store) -> Result<(), Problem> {
    let tx = store.system().await?;
    make(tx.system(), State::Active).await?;
    make(tx.system(), State::Next).await?;
    tx.commit().await
}

/// Makes a key, unless there is one of this state.
async fn make(system: System<'_>, state: State) -> Result<(), Problem> {
    let id = SigningKeyId::generate();
    let key = new_key()?;
    let now = system.now();
    let row = ActiveModel {
        id: Set(id),
        kid: Set(key.kid),
        algorithm: Set(ALGORITHM.to_owned()),
        state: Set(state),
        public_key: Set(key.public),
        private_key_ciphertext: Set(system.seal_global(place(id.as_uuid()), &*key.private).await?),
        not_before: Set(if state == State::Active { now } else { now + PUBLISHED_AHEAD }),
        retires_at: Set(None),
        ..Default::default()
    };
    system.insert_if_absent(row).await.map(|_| ())
}

/// Removes the keys of which no token is left.
async fn clear(system: System<'_>) -> Result<(), Problem> {
    let over = Column::State.eq(State::Retiring).and(Column::RetiresAt.lt(system.now()));
    system.remove::<Entity>(over).await.map(|_| ())
}

/// Rotates the keys when one has signed for long enough, and removes those that nobody needs any more. By a schedule.
pub struct RotateSigningKeys {
    auth: Auth,
}

impl RotateSigningKeys {
    /// The kind of the job.
    pub const KIND: &'static str = "auth.rotate_signing_keys";

    /// The handler.
    pub fn new(auth: Auth) -> Self {
        Self { auth }
    }
}

#[async_trait]
impl JobHandler for RotateSigningKeys {
    fn kind(&self) -> &'static str {
        Self::KIND
    }

    async fn run(&self, store: &Store, _: &Job) -> Result<(), Problem> {
        self.auth.prepare_signing_keys().await?;
        let tx = store.system().await?;
        clear(tx.system()).await?;
        let active = tx.system().find::<Entity>().filter(Column::State.eq(State::Active)).one().await?;
        let due = active.is_some_and(|key| key.not_before + SIGNS_FOR <= tx.system().now());
        tx.commit().await?;
        if due && let Rotated::Done(kid) = self.auth.rotate_signing_keys().await? {
            tracing::info!(kid, "another key signs access tokens");
        }
        Ok(())
    }
}
