//! What a program sends: `purser_` and 94 letters and digits.
//!
//! Behind the prefix stand the ids of the key and of its organization, 256 random bits and a checksum. The ids say which row of
//! which tenant proves the secret, so that nothing is looked up across tenants. Prefix and checksum are as GitHub's tokens have
//! them (Behind GitHub's new authentication token formats, github.blog, April 2021: the CRC32 of what stands before, in base62,
//! six digits, with leading zeros): scanners find keys that leaked without asking anybody, and a mistyped one costs no query.
use purser_kernel::{Id, OrganizationId, Problem, SecretString, ids::ApiKeyId, random};
use sha2::{Digest, Sha256};
use uuid::Uuid;
use zeroize::Zeroizing;

/// What every key begins with.
const PREFIX: &str = "purser_";
const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// Digits of 128 bits in base62.
const NUMBER: usize = 22;
/// Digits of 32 bits in base62.
const CHECKSUM: usize = 6;
/// Two ids, and the secret in two halves.
const NUMBERS: usize = 4;
const LENGTH: usize = PREFIX.len() + NUMBERS * NUMBER + CHECKSUM;

/// An API key as its program has it.
pub(crate) struct ApiKeySecret {
    pub(crate) organization: OrganizationId,
    pub(crate) key: ApiKeyId,
    secret: Zeroizing<[u128; 2]>,
}

impl ApiKeySecret {
    /// A new secret for this key.
    pub(crate) fn generate(organization: OrganizationId, key: ApiKeyId) -> Result<Self, Problem> {
        let half = || random::bytes::<16>().map(u128::from_be_bytes);
        Ok(Self { organization, key, secret: Zeroizing::new([half()?, half()?]) })
    }

    /// Whether this is an API key and no other kind of token.
    pub(crate) fn is_meant_by(bearer: &str) -> bool {
        bearer.starts_with(PREFIX)
    }

    /// Reads what a client sent. `None` when it was never given out, as far as that can be seen from itself.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if text.len() != LENGTH || !text.is_ascii() {
            return None;
        }
        let (signed, checksum) = text.split_at_checked(LENGTH - CHECKSUM)?;
        if decode(checksum)? != u128::from(crc32fast::hash(signed.as_bytes())) {
            return None;
        }
        let numbers = signed.strip_prefix(PREFIX)?;
        let number = |place: usize| decode(numbers.get(place * NUMBER..(place + 1) * NUMBER)?);
        Some(Self {
            key: Id::from_uuid(Uuid::from_u128(number(0)?)),
            organization: Id::from_uuid(Uuid::from_u128(number(1)?)),
            secret: Zeroizing::new([number(2)?, number(3)?]),
        })
    }

    /// What is kept of it. A plain hash is enough: nobody guesses 256 random bits.
    pub(crate) fn hash(&self) -> [u8; 32] {
        let [first, second] = *self.secret;
        let digest = Sha256::new()
            .chain_update(self.key.as_uuid())
            .chain_update(self.organization.as_uuid())
            .chain_update(first.to_be_bytes())
            .chain_update(second.to_be_bytes());
        digest.finalize().into()
    }

    /// What the client gets.
    pub(crate) fn reveal(&self) -> SecretString {
        let mut text = String::with_capacity(LENGTH);
        text.push_str(&shown(self.key));
        text.extend(encode(self.organization.as_uuid().as_u128(), NUMBER));
        self.secret.iter().for_each(|half| text.extend(encode(*half, NUMBER)));
        let checksum = crc32fast::hash(text.as_bytes());
        text.extend(encode(checksum.into(), CHECKSUM));
        text.into()
    }
}

/// How every secret of this key begins: whoever finds one can tell which key it is.
pub fn shown(key: ApiKeyId) -> String {
    PREFIX.chars().chain(encode(key.as_uuid().as_u128(), NUMBER)).collect()
}

fn encode(number: u128, width: usize) -> impl Iterator<Item = char> {
    let places = (0..u32::try_from(width).unwrap_or_default()).rev();
    places.map(move |place| {
        let digit = usize::try_from(number / 62_u128.pow(place) % 62).ok();
        char::from(digit.and_then(|digit| DIGITS.get(digit)).copied().unwrap_or(b'0'))
    })
}

fn decode(digits: &str) -> Option<u128> {
    digits.bytes().try_fold(0_u128, |number, byte| {
        let digit = DIGITS.iter().position(|digit| *digit == byte)?;
        number.checked_mul(62)?.checked_add(u128::try_from(digit).ok()?)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use purser_kernel::ExposeSecret;

    fn secret() -> ApiKeySecret {
        ApiKeySecret::generate(Id::generate(), Id::generate()).unwrap()
    }

    #[test]
    fn carries_whose_it_is() {
        let secret = secret();
        let text = secret.reveal();
        let text = text.expose_secret();
        assert_eq!(text.len(), LENGTH);
        assert!(text.starts_with(&shown(secret.key)));
        assert!(text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'), "{text}");
        let read = ApiKeySecret::parse(text).unwrap();
        assert_eq!((read.organization, read.key, read.hash()), (secret.organization, secret.key, secret.hash()));
        assert_ne!(secret.hash(), ApiKeySecret::generate(secret.organization, secret.key).unwrap().hash());
    }

    #[test]
    fn a_mistyped_one_is_known_at_sight() {
        let text = secret().reveal().expose_secret().to_owned();
        for place in 0..LENGTH {
            let mut changed: Vec<char> = text.chars().collect();
            changed[place] = if changed[place] == 'x' { 'y' } else { 'x' };
            assert!(ApiKeySecret::parse(&changed.into_iter().collect::<String>()).is_none(), "{place}");
        }
        for garbage in ["", "purser_", &text[1..], &format!("{text}0"), &"a".repeat(LENGTH), &"ä".repeat(LENGTH)] {
            assert!(ApiKeySecret::parse(garbage).is_none(), "{garbage}");
        }
    }

    #[test]
    fn a_number_has_one_spelling() {
        assert_eq!(encode(u128::MAX, NUMBER).collect::<String>(), "7n42DGM5Tflk9n8mt7Fhc7");
        assert_eq!(decode("7n42DGM5Tflk9n8mt7Fhc7"), Some(u128::MAX));
        assert_eq!(decode("7n42DGM5Tflk9n8mt7Fhc8"), None);
        assert_eq!(decode("00000000000000000000-0"), None);
        assert_eq!(encode(61, CHECKSUM).collect::<String>(), "00000z");
    }
}
