//! Sealing and opening with one key.
use chacha20poly1305::{
    KeyInit, XChaCha20Poly1305, XNonce,
    aead::{Aead, Payload},
};
use purser_kernel::{Problem, random};
use zeroize::Zeroizing;

const NONCE_LENGTH: usize = 24;

/// A key that seals and opens.
pub(super) struct Cipher(XChaCha20Poly1305);

impl Cipher {
    pub(super) fn new(key: &[u8; 32]) -> Self {
        Self(XChaCha20Poly1305::new(key.into()))
    }

    /// `internal` for what has not the length of a key.
    pub(super) fn from_slice(key: &[u8]) -> Result<Self, Problem> {
        XChaCha20Poly1305::new_from_slice(key).map(Self).map_err(Problem::internal)
    }

    /// Seals `secret` for `context`: nonce and ciphertext.
    pub(super) fn seal(&self, secret: &[u8], context: &str) -> Result<Vec<u8>, Problem> {
        let nonce = random::bytes::<NONCE_LENGTH>()?;
        let payload = Payload { msg: secret, aad: context.as_bytes() };
        let sealed = self.0.encrypt(&XNonce::from(nonce), payload);
        let ciphertext = sealed.map_err(|_| Problem::internal("sealing failed"))?;
        Ok([nonce.as_slice(), &ciphertext].concat())
    }

    /// `None` for what was sealed by another key, for another context, or altered.
    pub(super) fn open(&self, sealed: &[u8], context: &str) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, ciphertext) = sealed.split_first_chunk::<NONCE_LENGTH>()?;
        let payload = Payload { msg: ciphertext, aad: context.as_bytes() };
        self.0.decrypt(&XNonce::from(*nonce), payload).ok().map(Zeroizing::new)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_with_its_key_and_context() {
        let key = Cipher::new(&[7; 32]);
        let sealed = key.seal(b"secret", "here").unwrap();
        assert_eq!(key.open(&sealed, "here").unwrap().as_slice(), b"secret");
        assert!(key.open(&sealed, "there").is_none());
        assert!(Cipher::new(&[9; 32]).open(&sealed, "here").is_none());
        for length in 0..sealed.len() {
            assert!(key.open(&sealed[..length], "here").is_none(), "cut to {length} bytes");
        }
    }
}
