//! What Twilio posts.
use base64::{Engine, engine::general_purpose::STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use purser_kernel::hex;
use serde_json::{Value, json};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicU64, Ordering},
};

/// The account.
pub const ACCOUNT: &str = "AC0123456789abcdef0123456789abcdef";
/// What signs.
pub const AUTH_TOKEN: &str = "fedcba9876543210fedcba9876543210";

/// The body that connects it.
pub fn integration() -> Value {
    json!({
        "name": "Text line",
        "config": { "account_sid": ACCOUNT },
        "credentials": { "auth_token": AUTH_TOKEN },
    })
}

/// An id of a message that no other message of this process has.
pub fn message_id() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    format!("SM{:032x}", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// A message.
pub fn message(from: &str, body: &str) -> Vec<(String, String)> {
    let id = message_id();
    let params = [
        ("MessageSid", &*id),
        ("SmsStatus", "received"),
        ("AccountSid", ACCOUNT),
        ("From", from),
        ("To", "+15017122661"),
        ("Body", body),
        ("NumMedia", "0"),
        ("FromCity", ""),
    ];
    owned(&params)
}

/// How far the message `id` has come.
pub fn status(id: &str, status: &str) -> Vec<(String, String)> {
    owned(&[("MessageSid", id), ("AccountSid", ACCOUNT), ("MessageStatus", status), ("From", "+15017122661")])
}

fn owned(params: &[(&str, &str)]) -> Vec<(String, String)> {
    params.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

/// The parameters as a form.
pub fn form(params: &[(String, String)]) -> String {
    let encoded = |text: &str| text.bytes().map(|byte| format!("%{byte:02X}")).collect::<Vec<_>>().concat();
    let pairs = params.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value)));
    pairs.collect::<Vec<_>>().join("&")
}

/// The parameters as an object in JSON.
pub fn object(params: &[(String, String)]) -> String {
    let members = params.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str())));
    Value::Object(members.collect()).to_string()
}

/// What stands in the URL's query for a body that is no form, which is not signed itself.
pub fn body_hash(body: impl AsRef<[u8]>) -> String {
    format!("bodySHA256={}", hex::encode(&Sha256::digest(body)))
}

/// The value of `X-Twilio-Signature`.
pub fn signature(token: &str, url: &str, params: &[(String, String)]) -> String {
    let sorted: BTreeSet<_> = params.iter().collect();
    let signed: String = sorted.into_iter().flat_map(|(name, value)| [&**name, &**value]).collect();
    let mut mac = Hmac::<Sha1>::new_from_slice(token.as_bytes()).expect("a key has any length");
    mac.update(format!("{url}{signed}").as_bytes());
    STANDARD.encode(mac.finalize().into_bytes())
}
