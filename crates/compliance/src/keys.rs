//! The keys that sign seals: keys of the installation, of their own.
//!
//! Not those that sign access tokens: these follow one another every month and are forgotten, and a seal has to be checked after years.
use crate::statement::PublicKey;
use ed25519_dalek::SigningKey;
use purser_entity_compliance::audit_seal_key::{ActiveModel, Column, Entity, Model, State};
use purser_kernel::{ids::AuditSealKeyId, random};
use purser_store::{Place, prelude::*};
use uuid::Uuid;
use zeroize::Zeroizing;

/// More keys than there are.
const MOST: u64 = 100;

/// Where a private key is sealed.
fn place(row: Uuid) -> Place {
    Place { table: "audit_seal_keys", column: "private_key_ciphertext", row }
}

/// A key as it is published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedKey {
    /// Names it, also in seals.
    pub kid: String,
    /// The key.
    pub key: PublicKey,
    /// Since when it signs.
    pub since: Timestamp,
}

/// Makes the first key, where there is none.
pub async fn prepare(store: &Store) -> Result<(), Problem> {
    active(store).await.map(|_| ())
}

/// Every key that has ever signed, the oldest first. They are for everybody: whoever has an export can check it.
pub async fn published(store: &Store) -> Result<Vec<PublishedKey>, Problem> {
    let tx = store.system_read().await?;
    let rows = tx.system().find::<Entity>().order_by(Column::CreatedAt, Asc).order_by(Column::Id, Asc);
    rows.all(MOST).await?.into_iter().map(published_key).collect()
}

fn published_key(row: Model) -> Result<PublishedKey, Problem> {
    let key = PublicKey::from_bytes(&row.public_key).ok_or_else(|| Problem::internal("a public key is none"))?;
    Ok(PublishedKey { kid: row.kid, key, since: row.created_at })
}

/// The key that signs. `internal` when the master key does not open it.
pub(crate) async fn signer(store: &Store) -> Result<SigningKey, Problem> {
    let row = active(store).await?;
    let private = store.vault().open_global(place(row.id.as_uuid()), &row.private_key_ciphertext)?;
    let bytes = Zeroizing::new(<[u8; 32]>::try_from(private.as_slice()).map_err(Problem::internal)?);
    Ok(SigningKey::from_bytes(&bytes))
}

async fn active(store: &Store) -> Result<Model, Problem> {
    if let Some(row) = find_active(store).await? {
        return Ok(row);
    }
    make(store).await?;
    find_active(store).await?.ok_or_else(|| Problem::internal("there is no key that signs seals"))
}

async fn find_active(store: &Store) -> Result<Option<Model>, Problem> {
    let tx = store.system_read().await?;
    tx.system().find::<Entity>().filter(Column::State.eq(State::Active)).one().await
}

/// Makes a key, unless another process was faster.
async fn make(store: &Store) -> Result<(), Problem> {
    let id = AuditSealKeyId::generate();
    let private = Zeroizing::new(random::bytes::<32>()?);
    let public = PublicKey::of(&SigningKey::from_bytes(&private));
    let tx = store.system().await?;
    let row = ActiveModel {
        id: Set(id),
        kid: Set(public.kid()),
        state: Set(State::Active),
        public_key: Set(public.to_bytes().to_vec()),
        private_key_ciphertext: Set(tx.system().seal_global(place(id.as_uuid()), private.as_slice()).await?),
        ..Default::default()
    };
    tx.system().insert_if_absent(row).await?;
    tx.commit().await
}
