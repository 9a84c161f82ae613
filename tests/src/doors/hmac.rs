//! What is signed with a shared secret as Standard Webhooks has it.
use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;

/// What signs.
pub const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// The body that connects it. What comes is a message of a web shop's visitor.
pub fn integration() -> Value {
    json!({
        "name": "Web shop",
        "config": {
            "algorithm": "sha256",
            "encoding": "base64",
            "secret_encoding": "base64",
            "signature_header": "Webhook-Signature",
            "signature_prefix": "v1,",
            "signed_content": "{id}.{timestamp}.{body}",
            "timestamp_header": "Webhook-Timestamp",
            "id_header": "Webhook-Id",
            "message": { "from": "/visitor/id", "text": "/text", "name": "/visitor/name" },
        },
        "credentials": { "secret": SECRET },
    })
}

/// The value of `webhook-signature`.
pub fn signature(id: &str, at: i64, body: impl AsRef<[u8]>) -> String {
    let key = STANDARD.decode(&SECRET["whsec_".len()..]).expect("a key in Base64");
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).expect("a key has any length");
    mac.update(format!("{id}.{at}.").as_bytes());
    mac.update(body.as_ref());
    format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()))
}
