//! What Twilio SendGrid posts.
use base64::{Engine, engine::general_purpose::STANDARD};
use p256::{
    ecdsa::{Signature, SigningKey, signature::Signer},
    pkcs8::EncodePublicKey,
};
use serde_json::{Value, json};

/// Whom mails come for.
pub const ADDRESS: &str = "orders@shop.example";
/// What signs mails, in hexadecimal.
pub const INBOUND: &str = "1111111111111111111111111111111111111111111111111111111111111111";
/// What signs events.
pub const EVENTS: &str = "2222222222222222222222222222222222222222222222222222222222222222";
/// How its forms are told apart.
pub const FORM: &str = "multipart/form-data; boundary=xYzZY";

/// The body that connects it.
pub fn integration() -> Value {
    json!({
        "name": "Order mails",
        "config": {
            "addresses": [ADDRESS], "inbound_public_key": public_key(INBOUND), "event_public_key": public_key(EVENTS),
        },
    })
}

fn key(secret: &str) -> SigningKey {
    let bytes = purser_kernel::hex::decode::<32>(secret).expect("32 bytes");
    SigningKey::from_slice(&bytes).expect("a key")
}

/// The public key, as SendGrid shows it.
pub fn public_key(secret: &str) -> String {
    let der = key(secret).verifying_key().to_public_key_der().expect("a public key");
    STANDARD.encode(der.as_bytes())
}

/// The signature, as SendGrid sends it.
pub fn signature(secret: &str, timestamp: &str, body: &[u8]) -> String {
    let signature: Signature = key(secret).sign(&[timestamp.as_bytes(), body].concat());
    STANDARD.encode(signature.to_der().as_bytes())
}

/// A form of these parts.
pub fn form(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let part = |(name, value): &(&str, &[u8])| {
        let head = format!("--xYzZY\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n");
        [head.as_bytes(), value, b"\r\n"].concat()
    };
    [parts.iter().flat_map(part).collect::<Vec<u8>>(), b"--xYzZY--\r\n".to_vec()].concat()
}

/// A mail of `from` to `to`, called `id`.
pub fn mail(id: &str, from: &str, to: &str, text: &str) -> Vec<u8> {
    let headers = format!("Message-ID: <{id}>\nDate: Sun, 08 Jun 2025 21:00:00 +0000\n");
    let envelope = json!({ "to": [to], "from": from }).to_string();
    form(&[
        ("headers", headers.as_bytes()),
        ("from", from.as_bytes()),
        ("subject", b"Order"),
        ("text", text.as_bytes()),
        ("envelope", envelope.as_bytes()),
        ("charsets", br#"{"text":"UTF-8","subject":"UTF-8"}"#),
    ])
}
