//! Ed25519 keys (RFC 8032), as the library for tokens wants them.
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ed25519_dalek::{SigningKey, pkcs8::EncodePrivateKey};
use jsonwebtoken::{DecodingKey, EncodingKey};
use purser_kernel::{Problem, Timestamp, random};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use zeroize::Zeroizing;

/// A key that was just made.
pub(crate) struct NewKey {
    pub(crate) kid: String,
    pub(crate) public: Vec<u8>,
    pub(crate) private: Zeroizing<[u8; 32]>,
}

/// Makes a key.
pub(crate) fn new_key() -> Result<NewKey, Problem> {
    let private = Zeroizing::new(random::bytes::<32>()?);
    let public = SigningKey::from_bytes(&private).verifying_key().to_bytes().to_vec();
    let digest = Sha256::digest(&public);
    let kid = URL_SAFE_NO_PAD.encode(digest.get(..12).unwrap_or_default());
    Ok(NewKey { kid, public, private })
}

/// Signs tokens.
pub(crate) struct Signer {
    pub(super) kid: String,
    pub(super) key: EncodingKey,
}

impl Signer {
    /// The key of this name. `internal` for what is no private key.
    pub(crate) fn new(kid: String, private: &[u8]) -> Result<Self, Problem> {
        let bytes = Zeroizing::new(<[u8; 32]>::try_from(private).map_err(Problem::internal)?);
        let document = SigningKey::from_bytes(&bytes).to_pkcs8_der();
        let document = document.map_err(|error| Problem::internal(error.to_string()))?;
        Ok(Self { kid, key: EncodingKey::from_ed_der(document.as_bytes()) })
    }
}

/// The keys that verify tokens, by their names, and until when.
#[derive(Default)]
pub(crate) struct Verifiers(HashMap<String, (DecodingKey, Option<Timestamp>)>);

impl Verifiers {
    /// The key of this name. `None` when there is none, or it has retired.
    pub(super) fn get(&self, kid: &str, now: Timestamp) -> Option<&DecodingKey> {
        let (key, until) = self.0.get(kid)?;
        until.is_none_or(|until| now < until).then_some(key)
    }

    /// Whether there is a key of this name.
    pub(crate) fn know(&self, kid: &str) -> bool {
        self.0.contains_key(kid)
    }
}

impl<'k> FromIterator<(String, &'k [u8], Option<Timestamp>)> for Verifiers {
    fn from_iter<I: IntoIterator<Item = (String, &'k [u8], Option<Timestamp>)>>(keys: I) -> Self {
        Self(keys.into_iter().map(|(kid, public, until)| (kid, (DecodingKey::from_ed_der(public), until))).collect())
    }
}
