//! Refresh tokens: opaque, and kept as their hash only.
use super::Holder;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use purser_kernel::{Id, Problem, SecretString, random};
use purser_store::{DerivedKeys, MasterKey, System};
use sha2::{Digest, Sha256};
use uuid::Uuid;
use zeroize::Zeroizing;

/// The layout: this byte, the ids of organization, person and session, and the secret.
const VERSION: u8 = 1;
const ID: usize = 16;
const SECRET: usize = 32;
const LENGTH: usize = 1 + 3 * ID + SECRET;

/// A refresh token. It carries whose it is, so that the tenant and the person are known before anything is looked up; the 256
/// random bits behind prove it.
pub(crate) struct RefreshToken(Zeroizing<[u8; LENGTH]>);

impl RefreshToken {
    /// The first token of a session.
    pub(crate) fn first(holder: Holder) -> Result<Self, Problem> {
        Ok(Self::new(holder, &random::bytes::<SECRET>()?))
    }

    fn new(holder: Holder, secret: &[u8; SECRET]) -> Self {
        let ids = [holder.organization.as_uuid(), holder.user.as_uuid(), holder.session.as_uuid()];
        let parts = [VERSION].into_iter().chain(ids.into_iter().flat_map(Uuid::into_bytes)).chain(*secret);
        let mut bytes = Zeroizing::new([0; LENGTH]);
        for (to, from) in bytes.iter_mut().zip(parts) {
            *to = from;
        }
        Self(bytes)
    }

    /// Reads what a client sent. `None` when it was never given out.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        // 81 bytes are 108 letters without padding; nothing longer is decoded.
        if text.len() > LENGTH * 2 {
            return None;
        }
        let bytes = Zeroizing::new(URL_SAFE_NO_PAD.decode(text).ok()?);
        let bytes: [u8; LENGTH] = bytes.as_slice().try_into().ok()?;
        (bytes.first() == Some(&VERSION)).then(|| Self(Zeroizing::new(bytes)))
    }

    /// Whom it speaks for, if it is genuine.
    pub(crate) fn holder(&self) -> Holder {
        let id = |position: usize| {
            let bytes = self.0.iter().skip(1 + position * ID).take(ID);
            Uuid::from_u128(bytes.fold(0, |number, byte| number << 8 | u128::from(*byte)))
        };
        Holder { organization: Id::from_uuid(id(0)), user: Id::from_uuid(id(1)), session: Id::from_uuid(id(2)) }
    }

    /// What is kept of it. A plain hash is enough: nobody guesses 256 random bits.
    pub(crate) fn hash(&self) -> Vec<u8> {
        Sha256::digest(self.0.as_slice()).to_vec()
    }

    /// What the client gets.
    pub(crate) fn reveal(&self) -> SecretString {
        URL_SAFE_NO_PAD.encode(self.0.as_slice()).into()
    }
}

/// Makes the token that follows another. The same one each time: a client whose answer was lost gets it again, although only
/// its hash was kept.
pub(crate) struct Successors(DerivedKeys);

impl Successors {
    pub(crate) fn new(master: &MasterKey) -> Result<Self, Problem> {
        Ok(Self(master.derive_each("auth/derive-refresh-tokens")?))
    }

    /// The token that follows `previous`.
    pub(crate) async fn of(&self, system: System<'_>, previous: &RefreshToken) -> Result<RefreshToken, Problem> {
        successor(self.0.newest(system).await?, previous)
    }

    /// The token that follows `previous`, as each master key makes it: it may have been given out before the key was replaced.
    pub(crate) fn each(&self, previous: &RefreshToken) -> Result<Vec<RefreshToken>, Problem> {
        self.0.each().map(|key| successor(key, previous)).collect()
    }
}

fn successor(key: &[u8; 32], previous: &RefreshToken) -> Result<RefreshToken, Problem> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).map_err(Problem::internal)?;
    mac.update(&*previous.0);
    let secret = Zeroizing::new(<[u8; SECRET]>::from(mac.finalize().into_bytes()));
    Ok(RefreshToken::new(previous.holder(), &secret))
}

#[cfg(test)]
mod tests {
    use super::*;
    use purser_kernel::ExposeSecret;

    fn holder() -> Holder {
        Holder { organization: Id::generate(), user: Id::generate(), session: Id::generate() }
    }

    fn successor(key: u8, previous: &RefreshToken) -> RefreshToken {
        let successors = Successors::new(&MasterKey::new([key; 32])).unwrap();
        successors.each(previous).unwrap().remove(0)
    }

    #[test]
    fn carries_whose_it_is() {
        let holder = holder();
        let token = RefreshToken::first(holder).unwrap();
        let read = RefreshToken::parse(token.reveal().expose_secret()).unwrap();
        assert_eq!(read.holder(), holder);
        assert_eq!(read.hash(), token.hash());
        assert_ne!(token.hash(), RefreshToken::first(holder).unwrap().hash());
    }

    #[test]
    fn the_successor_is_always_the_same_and_nobody_else_s() {
        let token = RefreshToken::first(holder()).unwrap();
        let first = successor(1, &token);
        assert_eq!(first.hash(), successor(1, &token).hash());
        assert_eq!(first.holder(), token.holder());
        assert_ne!(first.hash(), token.hash());
        assert_ne!(first.hash(), successor(2, &token).hash());
    }

    #[test]
    fn every_bit_counts() {
        let token = RefreshToken::first(holder()).unwrap();
        for position in 0..LENGTH {
            let mut changed = token.0.clone();
            changed[position] ^= 1;
            assert_ne!(RefreshToken(changed).hash(), token.hash(), "{position}");
        }
    }

    #[test]
    fn garbage_is_refused() {
        let token = RefreshToken::first(holder()).unwrap();
        let text = token.reveal().expose_secret().to_owned();
        assert_eq!(text.len(), 108);
        for garbage in ["", "x", &text[1..], &format!("{text}A"), &"A".repeat(108), &"A".repeat(1_000_000)] {
            assert!(RefreshToken::parse(garbage).is_none());
        }
    }
}
