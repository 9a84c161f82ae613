//! Secrets that must be read back: sealed with a key of their organization, which the master key wraps.
//!
//! XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha) with random 192-bit nonces. Each ciphertext is bound to organization, table,
//! column and row: moved elsewhere it does not open.
use crate::{ReadTx, Store, WriteTx, prelude::*};
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use hkdf::Hkdf;
use moka::future::Cache;
use purser_entity_platform::encryption_key::{self, Column, Entity, Status};
use purser_kernel::{OrganizationId, ids::EncryptionKeyId, random};
use sha2::Sha256;
use std::{fmt, sync::Arc, time::Duration};
use uuid::Uuid;
use zeroize::Zeroizing;

const NONCE_LENGTH: usize = 24;
/// What the one key of each organization is for, today.
const PURPOSE: &str = "secrets";

/// The key that wraps every organization's key, and from which the program's other keys are derived.
#[derive(Clone)]
pub struct MasterKey(Arc<Zeroizing<[u8; 32]>>);

impl MasterKey {
    /// The key with these bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Arc::new(Zeroizing::new(bytes)))
    }

    /// A key of 32 bytes for `purpose`, by HKDF-SHA256 (RFC 5869). The master key itself encrypts nothing.
    pub fn derive(&self, purpose: &str) -> Result<Zeroizing<[u8; 32]>, Problem> {
        let mut key = Zeroizing::new([0; 32]);
        let hkdf = Hkdf::<Sha256>::new(Some(b"purser/v1"), self.0.as_ref().as_ref());
        hkdf.expand(purpose.as_bytes(), key.as_mut()).map_err(|error| Problem::internal(error.to_string()))?;
        Ok(key)
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MasterKey(…)")
    }
}

/// Where a secret is kept. It opens nowhere else.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// The table.
    pub table: &'static str,
    /// The column.
    pub column: &'static str,
    /// The row's id.
    pub row: Uuid,
}

/// A secret as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// Nonce and ciphertext.
    pub ciphertext: Vec<u8>,
    /// The organization's key that opens it.
    pub key_id: EncryptionKeyId,
}

/// Holds the master key, and organizations' keys that were used lately.
#[derive(Clone)]
pub struct Vault {
    wrapping: Arc<XChaCha20Poly1305>,
    /// Seals what belongs to no organization.
    global: Arc<XChaCha20Poly1305>,
    keys: Cache<(OrganizationId, EncryptionKeyId), Arc<XChaCha20Poly1305>>,
    /// Which key seals. Short-lived: another process may rotate it, and a key that no longer seals still opens.
    active: Cache<OrganizationId, EncryptionKeyId>,
}

impl Vault {
    /// A vault under this master key.
    pub fn new(master: &MasterKey) -> Result<Self, Problem> {
        let wrapping = master.derive("vault/wrap-organization-keys")?;
        let global = master.derive("vault/seal-global-rows")?;
        Ok(Self {
            wrapping: Arc::new(XChaCha20Poly1305::new((&*wrapping).into())),
            global: Arc::new(XChaCha20Poly1305::new((&*global).into())),
            keys: Cache::builder().max_capacity(10_000).time_to_live(Duration::from_mins(5)).build(),
            active: Cache::builder().max_capacity(10_000).time_to_live(Duration::from_mins(1)).build(),
        })
    }

    /// Opens the organization's newest key. `internal` when the master key is not the one that wrapped it.
    pub async fn check(&self, store: &Store, organization: OrganizationId) -> Result<(), Problem> {
        let tx = store.read_in_any_state(&Scope::system(organization, "vault-check")).await?;
        let row = tx.find::<Entity>().order_by(Column::Version, Desc).one().await?;
        row.map_or(Ok(()), |row| self.unwrap_key(&row).map(|_| ()))
    }

    /// Seals a secret of a global table for `place`, under the master key.
    pub fn seal_global(&self, place: Place, secret: &[u8]) -> Result<Vec<u8>, Problem> {
        encrypt(&self.global, secret, global_context(place).as_bytes())
    }

    /// Opens a secret of a global table. `internal` when it was sealed elsewhere, altered, or sealed under another master key.
    pub fn open_global(&self, place: Place, ciphertext: &[u8]) -> Result<Zeroizing<Vec<u8>>, Problem> {
        decrypt(&self.global, ciphertext, global_context(place).as_bytes())
            .ok_or_else(|| Problem::internal("the master key does not open this database's keys"))
    }

    fn unwrap_key(&self, row: &encryption_key::Model) -> Result<XChaCha20Poly1305, Problem> {
        let aad = wrapping_context(row.organization_id, row.id);
        let key = decrypt(&self.wrapping, &row.wrapped_key, aad.as_bytes())
            .ok_or_else(|| Problem::internal("the master key does not open this database's keys"))?;
        XChaCha20Poly1305::new_from_slice(&key).map_err(Problem::internal)
    }
}

impl WriteTx {
    /// Makes the organization's key. Once, with the organization itself.
    pub async fn create_encryption_key(&self) -> Result<(), Problem> {
        let id = EncryptionKeyId::generate();
        let key = Zeroizing::new(random::bytes::<32>()?);
        let aad = wrapping_context(self.organization(), id);
        let wrapped_key = encrypt(&self.vault().wrapping, key.as_ref(), aad.as_bytes())?;
        let row = encryption_key::ActiveModel {
            id: Set(id),
            purpose: Set(PURPOSE.to_owned()),
            version: Set(1),
            wrapped_key: Set(wrapped_key),
            status: Set(Status::Active),
            rotated_at: Set(None),
            ..Default::default()
        };
        self.insert_many([row]).await
    }

    /// Seals a secret for `place`.
    pub async fn seal(&self, place: Place, secret: &[u8]) -> Result<Sealed, Problem> {
        let key_id = active_key(self).await?;
        let key = organization_key(self, key_id).await?;
        let aad = secret_context(self.organization(), place);
        Ok(Sealed { ciphertext: encrypt(&key, secret, aad.as_bytes())?, key_id })
    }
}

impl ReadTx {
    /// Opens a secret of `place`. `internal` when it was sealed elsewhere or altered.
    pub async fn open(&self, place: Place, sealed: &Sealed) -> Result<Zeroizing<Vec<u8>>, Problem> {
        let key = organization_key(self, sealed.key_id).await?;
        let aad = secret_context(self.organization(), place);
        decrypt(&key, &sealed.ciphertext, aad.as_bytes()).ok_or_else(|| Problem::internal("a secret does not open"))
    }
}

async fn active_key(tx: &WriteTx) -> Result<EncryptionKeyId, Problem> {
    let (vault, organization) = (tx.vault(), tx.organization());
    if let Some(id) = vault.active.get(&organization).await {
        return Ok(id);
    }
    let active = Column::Purpose.eq(PURPOSE).and(Column::Status.eq(Status::Active));
    let row = tx.find::<Entity>().filter(active).one().await?;
    let row = row.ok_or_else(|| Problem::internal("the organization has no encryption key"))?;
    vault.active.insert(organization, row.id).await;
    Ok(row.id)
}

async fn organization_key(tx: &ReadTx, id: EncryptionKeyId) -> Result<Arc<XChaCha20Poly1305>, Problem> {
    let (vault, entry) = (tx.vault(), (tx.organization(), id));
    if let Some(key) = vault.keys.get(&entry).await {
        return Ok(key);
    }
    let row = tx.get::<Entity>(id).await.map_err(Problem::internal)?;
    let key = Arc::new(vault.unwrap_key(&row)?);
    vault.keys.insert(entry, key.clone()).await;
    Ok(key)
}

fn wrapping_context(organization: OrganizationId, id: EncryptionKeyId) -> String {
    format!("purser/v1/key/{organization}/{id}")
}

fn secret_context(organization: OrganizationId, Place { table, column, row }: Place) -> String {
    format!("purser/v1/secret/{organization}/{table}/{column}/{row}")
}

fn global_context(Place { table, column, row }: Place) -> String {
    format!("purser/v1/global/{table}/{column}/{row}")
}

fn encrypt(key: &XChaCha20Poly1305, secret: &[u8], aad: &[u8]) -> Result<Vec<u8>, Problem> {
    let nonce = random::bytes::<NONCE_LENGTH>()?;
    let payload = Payload { msg: secret, aad };
    let ciphertext = key.encrypt(&XNonce::from(nonce), payload).map_err(|_| Problem::internal("sealing failed"))?;
    Ok([nonce.as_slice(), &ciphertext].concat())
}

fn decrypt(key: &XChaCha20Poly1305, sealed: &[u8], aad: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, ciphertext) = sealed.split_first_chunk::<NONCE_LENGTH>()?;
    let payload = Payload { msg: ciphertext, aad };
    key.decrypt(&XNonce::from(*nonce), payload).ok().map(Zeroizing::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn master() -> MasterKey {
        let bytes: Vec<u8> = (0..32).collect();
        MasterKey::new(bytes.try_into().unwrap())
    }

    /// Another answer would leave every secret of every database closed. Worked out apart from this code.
    #[test]
    fn derived_keys_never_change() {
        let expected = [
            0xbb, 0xc1, 0x78, 0xd3, 0xc1, 0x21, 0xf3, 0x17, 0x5f, 0x87, 0xdc, 0xd9, 0xa6, 0xce, 0xd6, 0xe2, 0x41, 0x3c,
            0x5d, 0x26, 0x5e, 0x66, 0x41, 0xa1, 0xf1, 0x4a, 0x00, 0xa4, 0x5a, 0xbe, 0xff, 0x29,
        ];
        assert_eq!(*master().derive("vault/wrap-organization-keys").unwrap(), expected);
        assert_ne!(*master().derive("another purpose").unwrap(), expected);
    }

    #[test]
    fn a_key_is_not_printed() {
        assert_eq!(format!("{:?}", master()), "MasterKey(…)");
    }

    #[test]
    fn what_belongs_to_nobody_opens_in_its_place_alone() {
        let vault = Vault::new(&master()).unwrap();
        let place = |column, row| Place { table: "keys", column, row: Uuid::from_u128(row) };
        let sealed = vault.seal_global(place("private", 1), b"secret").unwrap();
        assert_eq!(vault.open_global(place("private", 1), &sealed).unwrap().as_slice(), b"secret");
        assert!(vault.open_global(place("private", 2), &sealed).is_err());
        assert!(vault.open_global(place("public", 1), &sealed).is_err());
        let other = Vault::new(&MasterKey::new([9; 32])).unwrap();
        assert!(other.open_global(place("private", 1), &sealed).is_err());
    }

    #[test]
    fn what_is_sealed_opens_with_its_key_and_context() {
        let key = Vault::new(&master()).unwrap().wrapping;
        let sealed = encrypt(&key, b"secret", b"here").unwrap();
        assert_eq!(decrypt(&key, &sealed, b"here").unwrap().as_slice(), b"secret");
        assert!(decrypt(&key, &sealed, b"there").is_none());
        let other = Vault::new(&MasterKey::new([9; 32])).unwrap().wrapping;
        assert!(decrypt(&other, &sealed, b"here").is_none());
        for length in 0..sealed.len() {
            assert!(decrypt(&key, &sealed[..length], b"here").is_none(), "cut to {length} bytes");
        }
    }
}
