//! Who sent it: HMAC (RFC 2104) over the raw body and what the connection says beside it.
use super::config::{Algorithm, BODY, DigestEncoding, HmacConfig, key};
use crate::webhooks::Knock;
use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use purser_kernel::{SecretString, Timestamp, hex};
use sha2::{Sha256, Sha512};
use subtle::ConstantTimeEq;

/// Whether `knock` is signed with the secret, and in time. Takes equally long wherever the digests differ.
pub(crate) fn is_valid(config: &HmacConfig, secret: &SecretString, knock: Knock<'_>, now: Timestamp) -> bool {
    let Some(header) = knock.header(&config.signature_header) else {
        return false;
    };
    let (Some(before), Some(key)) = (signed_before(config, knock), key(config.secret_encoding, secret)) else {
        return false;
    };
    if config.timestamp_header.is_some() && !is_timely(config, knock, now) {
        return false;
    }
    let expected = match config.algorithm {
        Algorithm::Sha256 => made::<Hmac<Sha256>>(&key, &before, knock.body),
        Algorithm::Sha512 => made::<Hmac<Sha512>>(&key, &before, knock.body),
    };
    let Some(expected) = expected else {
        return false;
    };
    // While a secret is replaced, some providers send the digests of both, with spaces between.
    header.split_ascii_whitespace().any(|signature| {
        let digits = signature.strip_prefix(config.signature_prefix.as_str());
        digits.and_then(|digits| digest(config, digits)).is_some_and(|digest| expected.ct_eq(&digest).into())
    })
}

/// Made once, however many digests are held against it.
fn made<M: Mac + KeyInit>(key: &[u8], before: &str, body: &[u8]) -> Option<Vec<u8>> {
    let mut mac = <M as KeyInit>::new_from_slice(key).ok()?;
    mac.update(before.as_bytes());
    mac.update(body);
    Some(mac.finalize().into_bytes().to_vec())
}

fn digest(config: &HmacConfig, digits: &str) -> Option<Vec<u8>> {
    match (config.encoding, config.algorithm) {
        (DigestEncoding::Base64, _) => STANDARD.decode(digits).ok(),
        (DigestEncoding::Hex, Algorithm::Sha256) => hex::decode::<32>(digits).map(Into::into),
        (DigestEncoding::Hex, Algorithm::Sha512) => hex::decode::<64>(digits).map(Into::into),
    }
}

/// What is signed before the body. `None` when something of it was not sent.
fn signed_before(config: &HmacConfig, knock: Knock<'_>) -> Option<String> {
    let mut before = config.signed_content.strip_suffix(BODY)?.to_owned();
    for (name, header) in [("{timestamp}", &config.timestamp_header), ("{id}", &config.id_header)] {
        if before.contains(name) {
            before = before.replace(name, knock.header(header.as_ref()?)?);
        }
    }
    Some(before)
}

fn is_timely(config: &HmacConfig, knock: Knock<'_>, now: Timestamp) -> bool {
    let sent = config.timestamp_header.as_ref().and_then(|name| knock.header(name)?.trim().parse::<i64>().ok());
    sent.is_some_and(|sent| now.timestamp().abs_diff(sent) <= u64::from(config.tolerance_seconds))
}

#[cfg(test)]
mod tests;
