//! The master keys that this process has, and which of them seals.
use super::{
    Place, Vault,
    cipher::Cipher,
    master::{Fingerprint, MasterKey, derive, fingerprint},
};
use crate::{Store, System, prelude::*};
use purser_entity_platform::master_key::{ActiveModel, Column, Entity, Status};
use purser_kernel::{OrganizationId, ids::EncryptionKeyId};
use std::sync::Arc;
use zeroize::Zeroizing;

/// What one master key does.
pub(super) struct Master {
    pub(super) name: Fingerprint,
    /// Wraps organizations' keys.
    pub(super) wrapping: Cipher,
    /// Seals what belongs to no organization.
    pub(super) global: Cipher,
}

/// The master keys of this process: its own, and the one before it.
#[derive(Clone)]
pub(super) struct Ring(Arc<[Master]>);

impl Ring {
    pub(super) fn new(master: &MasterKey) -> Result<Self, Problem> {
        let make = |key| {
            Ok(Master {
                name: fingerprint(key)?,
                wrapping: Cipher::new(&*derive(key, "vault/wrap-organization-keys")?),
                global: Cipher::new(&*derive(key, "vault/seal-global-rows")?),
            })
        };
        master.each().map(make).collect::<Result<_, Problem>>().map(Self)
    }

    /// The process's own key.
    pub(super) fn own(&self) -> Result<&Master, Problem> {
        self.0.first().ok_or_else(|| Problem::internal("a ring has a key"))
    }

    pub(super) fn named(&self, name: &[u8]) -> Option<&Master> {
        self.0.iter().find(|master| master.name == name)
    }

    /// What is sealed here with whichever key, and that key's name. `internal` when none opens it.
    pub(super) fn open(
        &self,
        cipher: impl Fn(&Master) -> &Cipher,
        sealed: &[u8],
        context: &str,
    ) -> Result<(Fingerprint, Zeroizing<Vec<u8>>), Problem> {
        let mut opened = self.0.iter().filter_map(|master| Some((master.name, cipher(master).open(sealed, context)?)));
        opened.next().ok_or_else(|| Problem::internal("the master key does not open this database's keys"))
    }
}

/// A master key that this process needs and does not have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MissingMasterKey {
    /// The one that seals.
    Active,
    /// The one before it, on which something is left.
    Retiring,
}

impl Vault {
    /// Opens the organization's newest key. `internal` when the master key is not the one that wrapped it.
    pub async fn check(&self, store: &Store, organization: OrganizationId) -> Result<(), Problem> {
        use purser_entity_platform::encryption_key::{Column, Entity, Status};
        let tx = store.read_in_any_state(&Scope::system(organization, "vault-check")).await?;
        let there = Column::Status.ne(Status::Destroyed);
        let row = tx.find::<Entity>().filter(there).order_by(Column::Version, Desc).one().await?;
        row.map_or(Ok(()), |row| self.unwrap_key(&row).map(|_| ()))
    }

    /// The master key that the database needs and this process does not have, if there is one.
    pub async fn missing_master_key(&self, store: &Store) -> Result<Option<MissingMasterKey>, Problem> {
        let tx = store.system_read().await?;
        let needed = Column::Status.is_in([Status::Active, Status::Retiring]);
        let needed = tx.system().find::<Entity>().filter(needed).order_by(Column::Status, Asc).all(10).await?;
        let mut missing = needed.into_iter().filter(|row| self.ring.named(&row.fingerprint).is_none());
        Ok(missing.next().map(|row| match row.status {
            Status::Active => MissingMasterKey::Active,
            Status::Retiring | Status::Retired => MissingMasterKey::Retiring,
        }))
    }

    /// Opens a secret of a global table. `internal` when it was sealed elsewhere, altered, or sealed under another master key.
    pub fn open_global(&self, place: Place, ciphertext: &[u8]) -> Result<Zeroizing<Vec<u8>>, Problem> {
        self.ring.open(|master| &master.global, ciphertext, &global_context(place)).map(|(_, secret)| secret)
    }
}

/// Attempts at finding the key that seals: it may be replaced by another while it is looked for, and that one is there then.
const ATTEMPTS: usize = 3;

impl System<'_> {
    /// Seals a secret of a global table for `place`, under the master key.
    pub async fn seal_global(self, place: Place, secret: &[u8]) -> Result<Vec<u8>, Problem> {
        let name = self.sealing_master_key().await?;
        let master = self.vault().ring.named(&name).ok_or_else(unknown)?;
        master.global.seal(secret, &global_context(place))
    }

    /// The name of the master key that seals. It does so until this transaction ends: a rotation waits for that before it looks for
    /// what is left on the key.
    ///
    /// On an empty database it is this process's own.
    pub(super) async fn sealing_master_key(self) -> Result<Fingerprint, Problem> {
        let own = self.vault().ring.own()?.name;
        for _ in 0..ATTEMPTS {
            let active = self.find::<Entity>().filter(Column::Status.eq(Status::Active)).key_shared().one().await?;
            if let Some(row) = active {
                return row.fingerprint.try_into().map_err(|_| unknown());
            }
            let first = ActiveModel {
                id: Set(purser_kernel::Id::generate()),
                fingerprint: Set(own.to_vec()),
                status: Set(Status::Active),
                rotated_at: Set(None),
                ..Default::default()
            };
            self.insert_if_absent(first).await?;
        }
        Err(Problem::internal("there is no master key that seals"))
    }

    /// As [`System::sealing_master_key`], for looking at.
    pub(super) async fn active_master_key(self) -> Result<Option<Fingerprint>, Problem> {
        let active = self.find::<Entity>().filter(Column::Status.eq(Status::Active)).one().await?;
        Ok(active.and_then(|row| row.fingerprint.try_into().ok()))
    }
}

fn unknown() -> Problem {
    Problem::internal("this process does not have the master key that seals")
}

pub(super) fn wrapping_context(organization: OrganizationId, id: EncryptionKeyId) -> String {
    format!("purser/v1/key/{organization}/{id}")
}

pub(super) fn global_context(Place { table, column, row }: Place) -> String {
    format!("purser/v1/global/{table}/{column}/{row}")
}
