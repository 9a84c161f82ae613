//! Who sent it.
//!
//! SendGrid, "Event Webhook security features" and "Securing your Inbound Parse webhooks": `X-Twilio-Email-Event-Webhook-Signature` is an ECDSA
//! signature (P-256, SHA-256) in DER and Base64 over the timestamp beside it and the raw body.
use super::{config::SendGridConfig, form};
use crate::webhooks::Knock;
use base64::{Engine, engine::general_purpose::STANDARD};
use p256::{
    ecdsa::{Signature, VerifyingKey, signature::Verifier},
    pkcs8::DecodePublicKey,
};

/// Timestamps are seconds; nothing longer is signed.
const MAX_TIMESTAMP: usize = 20;

/// Whether `knock` is signed with the key of what it is.
pub(crate) fn is_valid(config: &SendGridConfig, knock: Knock<'_>) -> bool {
    let is_mail = knock.header("content-type").is_some_and(form::is_form);
    let given = if is_mail { &config.inbound_public_key } else { &config.event_public_key };
    let Some(key) = given.as_ref().and_then(|given| key(given)) else {
        return false;
    };
    let signature = knock.header("x-twilio-email-event-webhook-signature").and_then(signature);
    let timestamp = knock.header("x-twilio-email-event-webhook-timestamp");
    let (Some(signature), Some(timestamp)) = (signature, timestamp.filter(|time| time.len() <= MAX_TIMESTAMP)) else {
        return false;
    };
    key.verify(&[timestamp.as_bytes(), knock.body].concat(), &signature).is_ok()
}

fn signature(text: &str) -> Option<Signature> {
    Signature::from_der(&STANDARD.decode(text.trim()).ok()?).ok()
}

/// A public key as SendGrid shows it: a SubjectPublicKeyInfo in Base64.
pub(super) fn key(text: &str) -> Option<VerifyingKey> {
    VerifyingKey::from_public_key_der(&STANDARD.decode(text.trim()).ok()?).ok()
}
