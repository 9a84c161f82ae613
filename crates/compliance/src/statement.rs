//! What a seal says, and its signature.
use crate::{
    leaf::time,
    merkle::{self, Hash},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use purser_entity_compliance::audit_seal;
use purser_kernel::{OrganizationId, canonical::canonical, hex};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::str::FromStr;

/// Stands in front of what is signed, so that a signature over a seal is one over nothing else.
const CONTEXT: &str = "purser audit seal v1\n";

/// What is signed of a seal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// Whose trail.
    pub organization_id: OrganizationId,
    /// From 1, without a gap.
    pub number: i64,
    /// How many entries it has.
    pub count: i32,
    /// The root of the Merkle tree over its entries' leaves, in hexadecimal digits.
    pub merkle_root: String,
    /// That of the seal before; of the empty tree before the first.
    pub previous_root: String,
    /// When its latest entry was written.
    pub through: String,
    /// When it was closed.
    pub sealed_at: String,
    /// The key that signed it.
    pub key_id: String,
}

impl Statement {
    /// What is signed: a line that says what it is, and the statement in canonical form (RFC 8785).
    fn bytes(&self) -> Vec<u8> {
        let value = serde_json::to_value(self).unwrap_or_default();
        format!("{CONTEXT}{}", canonical(&value)).into_bytes()
    }

    /// Signs it.
    pub fn sign(&self, key: &SigningKey) -> Vec<u8> {
        key.sign(&self.bytes()).to_bytes().to_vec()
    }

    /// Whether one of `keys` is the one that it names, and has signed it.
    pub fn is_signed(&self, signature: &[u8], keys: &[PublicKey]) -> bool {
        let Ok(signature) = Signature::from_slice(signature) else {
            return false;
        };
        let mut named = keys.iter().filter(|key| key.kid() == self.key_id);
        let bytes = self.bytes();
        named.any(|key| key.0.verify_strict(&bytes, &signature).is_ok())
    }
}

impl From<&audit_seal::Model> for Statement {
    fn from(seal: &audit_seal::Model) -> Self {
        Self {
            organization_id: seal.organization_id,
            number: seal.number,
            count: seal.count,
            merkle_root: hex::encode(&seal.merkle_root),
            previous_root: hex::encode(&seal.previous_root),
            through: time(seal.through),
            sealed_at: time(seal.created_at),
            key_id: seal.key_id.clone(),
        }
    }
}

/// What the first seal names as the root before it.
pub fn before_the_first() -> Hash {
    merkle::root(&[])
}

/// The public half of a key that signs seals (Ed25519, RFC 8032).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

impl PublicKey {
    /// The key with these bytes. `None` for what is none.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let bytes = <[u8; 32]>::try_from(bytes).ok()?;
        VerifyingKey::from_bytes(&bytes).ok().map(Self)
    }

    /// The public half of `key`.
    pub fn of(key: &SigningKey) -> Self {
        Self(key.verifying_key())
    }

    /// Its 32 bytes.
    pub fn to_bytes(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// What names it: the beginning of its SHA-256.
    pub fn kid(&self) -> String {
        let digest = Sha256::digest(self.to_bytes());
        URL_SAFE_NO_PAD.encode(digest.get(..12).unwrap_or_default())
    }
}

impl FromStr for PublicKey {
    type Err = &'static str;

    /// As it is published: 32 bytes in URL-safe base64 without padding. Hexadecimal digits are read, too.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        let bytes = hex::decode::<32>(text).map(Vec::from).or_else(|| URL_SAFE_NO_PAD.decode(text).ok());
        bytes.and_then(|bytes| Self::from_bytes(&bytes)).ok_or("not an Ed25519 key in base64 or hexadecimal digits")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statement(key: &SigningKey) -> Statement {
        Statement {
            organization_id: "01a1fa5a-0000-7000-8000-000000000000".parse().unwrap(),
            number: 1,
            count: 2,
            merkle_root: hex::encode(&[1; 32]),
            previous_root: hex::encode(&before_the_first()),
            through: "2026-11-20T10:00:00.000000Z".to_owned(),
            sealed_at: "2026-11-20T10:05:00.000000Z".to_owned(),
            key_id: PublicKey::of(key).kid(),
        }
    }

    #[test]
    fn a_signature_is_over_all_of_it_and_by_the_key_that_it_names() {
        let (key, other) = (SigningKey::from_bytes(&[7; 32]), SigningKey::from_bytes(&[8; 32]));
        let keys = [PublicKey::of(&other), PublicKey::of(&key)];
        let said = statement(&key);
        let signature = said.sign(&key);
        assert!(said.is_signed(&signature, &keys));
        assert!(!said.is_signed(&signature, &keys[..1]), "that key is not known");
        assert!(!said.is_signed(&said.sign(&other), &keys), "another key than it names");
        assert!(!said.is_signed(&signature[1..], &keys));
        let changes: [fn(&mut Statement); 8] = [
            |said| said.organization_id = OrganizationId::generate(),
            |said| said.number = 2,
            |said| said.count = 3,
            |said| said.merkle_root = hex::encode(&[2; 32]),
            |said| said.previous_root = hex::encode(&[2; 32]),
            |said| said.through.push('0'),
            |said| said.sealed_at.push('0'),
            |said| said.key_id = "other".to_owned(),
        ];
        for change in changes {
            let mut forged = said.clone();
            change(&mut forged);
            assert!(!forged.is_signed(&signature, &keys), "{forged:?}");
        }
    }

    #[test]
    fn a_key_is_read_as_it_is_published() {
        let key = PublicKey::of(&SigningKey::from_bytes(&[7; 32]));
        let text = URL_SAFE_NO_PAD.encode(key.to_bytes());
        assert_eq!(text.parse(), Ok(key.clone()));
        assert_eq!(hex::encode(&key.to_bytes()).parse(), Ok(key));
        assert!("nonsense".parse::<PublicKey>().is_err());
    }
}
