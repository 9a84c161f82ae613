//! The public keys, for whoever verifies our tokens.
use super::{PUBLISHED_AHEAD, ring};
use crate::Auth;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use purser_store::prelude::*;
use std::time::Duration;

/// A public key as RFC 7517 and RFC 8037 have it: of the type `OKP`, on the curve `Ed25519`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    /// Names the key, also in the header of tokens.
    pub kid: String,
    /// `EdDSA`.
    pub algorithm: String,
    /// The key's 32 bytes in URL-safe base64.
    pub x: String,
}

impl Auth {
    /// How long the published keys may be kept. A key is published for at least as long before it signs.
    pub const PUBLIC_KEYS_LIFETIME: Duration = Duration::from_secs(PUBLISHED_AHEAD.num_seconds().unsigned_abs());

    /// The keys that verify access tokens now, and the one that will.
    pub async fn public_keys(&self) -> Result<Vec<PublicKey>, Problem> {
        self.prepare_signing_keys().await?;
        let tx = self.store.system_read().await?;
        let now = tx.system().now();
        let rows = ring::listed(tx.system()).await?.into_iter();
        let valid = rows.filter(|row| row.retires_at.is_none_or(|time| time > now));
        Ok(valid
            .map(|row| PublicKey { kid: row.kid, algorithm: row.algorithm, x: URL_SAFE_NO_PAD.encode(row.public_key) })
            .collect())
    }
}
