//! Who sent it.
//!
//! Meta, "Webhooks: getting started", section "Validating payloads": each request carries `X-Hub-Signature-256: sha256=<hex>`,
//! the HMAC-SHA256 of the raw body with the app's secret. Its own escaping is signed, so the bytes are checked as they came
//! and not after parsing.
use hmac::{Hmac, KeyInit, Mac};
use purser_kernel::{ExposeSecret, SecretString, hex};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// Whether `header` is the signature of `body`. Takes equally long wherever the two differ.
pub(crate) fn is_valid(app_secret: &SecretString, body: &[u8], header: Option<&str>) -> bool {
    let Some(given) = header.and_then(|header| header.trim().strip_prefix("sha256=")).and_then(hex::decode::<32>)
    else {
        return false;
    };
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(app_secret.expose_secret().as_bytes()) else {
        return false;
    };
    mac.update(body);
    mac.verify_slice(&given).is_ok()
}

/// Whether the token is the right one. Hashed before they are compared, so that the length does not show either.
pub(crate) fn is_same(expected: &SecretString, given: &str) -> bool {
    let expected = Sha256::digest(expected.expose_secret().as_bytes());
    expected.ct_eq(&Sha256::digest(given.as_bytes())).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    // RFC 4231, test case 2.
    const BODY: &[u8] = b"what do ya want for nothing?";
    const SIGNATURE: &str = "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";

    #[test]
    fn agrees_with_the_standard() {
        assert!(is_valid(&"Jefe".into(), BODY, Some(SIGNATURE)));
    }

    #[test]
    fn refuses_everything_else() {
        let secret = "Jefe".into();
        assert!(!is_valid(&secret, BODY, None));
        assert!(!is_valid(&secret, BODY, Some("")));
        assert!(!is_valid(&secret, BODY, Some("sha256=")));
        assert!(!is_valid(&secret, BODY, Some(&SIGNATURE["sha256=".len()..])));
        assert!(!is_valid(&secret, BODY, Some(&SIGNATURE.replace("sha256", "sha1"))));
        assert!(!is_valid(&secret, BODY, Some(&SIGNATURE[..SIGNATURE.len() - 2])));
        assert!(!is_valid(&secret, b"what do ya want for nothing!", Some(SIGNATURE)));
        assert!(!is_valid(&"jefe".into(), BODY, Some(SIGNATURE)));
    }

    #[test]
    fn tokens_are_the_same_or_not() {
        assert!(is_same(&"token".into(), "token"));
        assert!(!is_same(&"token".into(), "token "));
        assert!(!is_same(&"token".into(), ""));
    }
}
