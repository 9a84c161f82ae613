//! Secrets that must be read back: sealed with a key of their organization, which the master key wraps.
//!
//! XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha) with random 192-bit nonces. Each ciphertext is bound to organization, table,
//! column and row: moved elsewhere it does not open.
mod cipher;
mod columns;
mod destroy;
mod left;
mod master;
mod organization;
mod reseal;
mod rewrap;
mod ring;

use cipher::Cipher;
use moka::future::Cache;
use purser_kernel::{OrganizationId, Problem, ids::EncryptionKeyId};
use ring::Ring;
use std::{sync::Arc, time::Duration};
use uuid::Uuid;

pub use columns::{SEALED, SEALED_GLOBALLY, SealedColumn, SealedGlobally};
pub use left::{KeysLeft, OrganizationKeys};
pub use master::{DerivedKeys, MasterKey};
pub use reseal::Resealed;
pub use rewrap::{MasterRotation, Rewrapped};
pub use ring::MissingMasterKey;

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

/// How long a process opens secrets with an organization's key that it has read once, whatever has become of the key since.
const KNOWN_FOR: Duration = Duration::from_mins(5);

/// Holds the master key, and organizations' keys that were used lately.
#[derive(Clone)]
pub struct Vault {
    ring: Ring,
    keys: Cache<(OrganizationId, EncryptionKeyId), Arc<Cipher>>,
}

impl Vault {
    /// A vault under this master key, and the one before it.
    pub fn new(master: &MasterKey) -> Result<Self, Problem> {
        let keys = Cache::builder().max_capacity(10_000).time_to_live(KNOWN_FOR).build();
        Ok(Self { ring: Ring::new(master)?, keys })
    }
}
