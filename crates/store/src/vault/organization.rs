//! Keys of organizations, and what they seal.
use super::{Place, Sealed, Vault, cipher::Cipher, ring::wrapping_context};
use crate::{ReadTx, WriteTx, error::internal, prelude::*, query::visible};
use purser_entity_platform::encryption_key::{self, Column, Entity, Status};
use purser_kernel::{OrganizationId, ids::EncryptionKeyId, random};
use sea_orm::{EntityTrait, QueryFilter, sea_query::LockType};
use std::sync::Arc;
use zeroize::Zeroizing;

/// What the one key of each organization is for, today.
const PURPOSE: &str = "secrets";

/// Attempts at finding the key that seals: it may be replaced by another while it is looked for, and that one is there then.
const ATTEMPTS: usize = 3;

impl Vault {
    pub(super) fn unwrap_key(&self, row: &encryption_key::Model) -> Result<Cipher, Problem> {
        if row.status == Status::Destroyed {
            return Err(Problem::internal("the organization's key was destroyed"));
        }
        let context = wrapping_context(row.organization_id, row.id);
        let (_, key) = self.ring.open(|master| &master.wrapping, &row.wrapped_key, &context)?;
        Cipher::from_slice(&key)
    }
}

impl WriteTx {
    /// Makes the organization's key. Once, with the organization itself.
    pub async fn create_encryption_key(&self) -> Result<(), Problem> {
        self.add_encryption_key(1).await.map(|_| ())
    }

    pub(super) async fn add_encryption_key(&self, version: i32) -> Result<EncryptionKeyId, Problem> {
        let id = EncryptionKeyId::generate();
        let key = Zeroizing::new(random::bytes::<32>()?);
        let row = encryption_key::ActiveModel {
            id: Set(id),
            purpose: Set(PURPOSE.to_owned()),
            version: Set(version),
            wrapped_key: Set(self.wrap_key(id, key.as_ref()).await?),
            status: Set(Status::Active),
            rotated_at: Set(None),
            ..Default::default()
        };
        self.insert_many([row]).await?;
        Ok(id)
    }

    /// Changes keys of the organization, and returns how many. Not by [`WriteTx::update_where`], which counts `version` up: here it is
    /// the key's own.
    pub(super) async fn update_keys(
        &self,
        which: Filter<Entity>,
        change: impl FnOnce(&mut encryption_key::ActiveModel) + Send,
    ) -> Result<u64, Problem> {
        let mut row = encryption_key::ActiveModel { updated_at: Set(self.now()), ..Default::default() };
        change(&mut row);
        let own = visible::<Entity>(self.organization());
        let update = Entity::update_many().set(row).filter(own).filter(which.condition);
        Ok(update.exec(self.connection()).await.map_err(internal)?.rows_affected)
    }

    /// Wraps a key of the organization with the master key that seals.
    pub(super) async fn wrap_key(&self, id: EncryptionKeyId, key: &[u8]) -> Result<Vec<u8>, Problem> {
        let name = self.system().sealing_master_key().await?;
        let master = self.vault().ring.named(&name);
        let master = master.ok_or_else(|| Problem::internal("this process does not have the master key that seals"))?;
        master.wrapping.seal(key, &wrapping_context(self.organization(), id))
    }

    /// Seals a secret for `place`.
    pub async fn seal(&self, place: Place, secret: &[u8]) -> Result<Sealed, Problem> {
        let key_id = self.sealing_key().await?.id;
        let key = organization_key(self, key_id).await?;
        Ok(Sealed { ciphertext: key.seal(secret, &secret_context(self.organization(), place))?, key_id })
    }

    /// The key that seals. It does so until this transaction ends: a rotation waits for that before it looks for what is left on it.
    pub(super) async fn sealing_key(&self) -> Result<encryption_key::Model, Problem> {
        for _ in 0..ATTEMPTS {
            if let Some(row) = active(self).locked_as(LockType::KeyShare).one().await? {
                return Ok(row);
            }
        }
        Err(Problem::internal("the organization has no encryption key"))
    }
}

/// The organization's key that seals what is new.
pub(super) fn active(tx: &ReadTx) -> crate::Scoped<'_, Entity> {
    tx.find::<Entity>().filter(Column::Purpose.eq(PURPOSE).and(Column::Status.eq(Status::Active)))
}

impl ReadTx {
    /// Opens a secret of `place`. `internal` when it was sealed elsewhere or altered.
    pub async fn open(&self, place: Place, sealed: &Sealed) -> Result<Zeroizing<Vec<u8>>, Problem> {
        let key = organization_key(self, sealed.key_id).await?;
        let opened = key.open(&sealed.ciphertext, &secret_context(self.organization(), place));
        opened.ok_or_else(|| Problem::internal("a secret does not open"))
    }
}

pub(super) async fn organization_key(tx: &ReadTx, id: EncryptionKeyId) -> Result<Arc<Cipher>, Problem> {
    let (vault, entry) = (tx.vault(), (tx.organization(), id));
    if let Some(key) = vault.keys.get(&entry).await {
        return Ok(key);
    }
    let row = tx.get::<Entity>(id).await.map_err(Problem::internal)?;
    let key = Arc::new(vault.unwrap_key(&row)?);
    vault.keys.insert(entry, key.clone()).await;
    Ok(key)
}

pub(super) fn secret_context(organization: OrganizationId, Place { table, column, row }: Place) -> String {
    format!("purser/v1/secret/{organization}/{table}/{column}/{row}")
}
