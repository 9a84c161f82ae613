//! What Meta posts, for tests that stand at the door of the WhatsApp Cloud API.
use hmac::{Hmac, KeyInit, Mac};
use purser_kernel::hex;
use serde_json::{Value, json};
use sha2::Sha256;
use std::sync::atomic::{AtomicU64, Ordering};

/// The integration's telephone number at Meta.
pub const PHONE_NUMBER_ID: &str = "106540352242922";
/// What signs the bodies.
pub const APP_SECRET: &str = "0123456789abcdef0123456789abcdef";
/// What was entered beside the callback URL.
pub const VERIFY_TOKEN: &str = "let-meta-in";
/// What would let one send.
pub const ACCESS_TOKEN: &str = "EAAGm0PX4ZCpsBA-access-token";

/// The body that connects the integration.
pub fn integration() -> Value {
    json!({
        "kind": "messaging",
        "provider": "whatsapp",
        "name": "Order line",
        "config": { "phone_number_id": PHONE_NUMBER_ID },
        "credentials": { "app_secret": APP_SECRET, "verify_token": VERIFY_TOKEN, "access_token": ACCESS_TOKEN },
    })
}

/// The value of `X-Hub-Signature-256`.
pub fn signature(secret: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key has any length");
    mac.update(body);
    format!("sha256={}", hex::encode(&mac.finalize().into_bytes()))
}

/// An id of a message that no other message of this process has.
pub fn message_id() -> String {
    static NEXT: AtomicU64 = AtomicU64::new(1);
    format!("wamid.{:016}", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// A message of `from`, whose type and content are members of `content`.
pub fn message(from: &str, mut content: Value) -> Value {
    content["from"] = from.into();
    content["id"] = message_id().into();
    content["timestamp"] = "1749416383".into();
    content
}

/// A text of `from`.
pub fn text(from: &str, body: &str) -> Value {
    message(from, json!({ "type": "text", "text": { "body": body } }))
}

/// How far the message `id` has come.
pub fn status(id: &str, status: &str) -> Value {
    json!({ "id": id, "status": status, "timestamp": "1749416400", "recipient_id": "16505551234" })
}

/// A change of the field `messages` for the telephone number `phone_number_id`.
pub fn change(phone_number_id: &str, messages: &[Value], statuses: &[Value]) -> Value {
    let sender = |message: &Value| json!({ "profile": { "name": "Sheena Nelson" }, "wa_id": message["from"] });
    let contacts: Vec<Value> = messages.iter().map(sender).collect();
    json!({
        "field": "messages",
        "value": {
            "messaging_product": "whatsapp",
            "metadata": { "display_phone_number": "15550783881", "phone_number_id": phone_number_id },
            "contacts": contacts,
            "messages": messages,
            "statuses": statuses,
        },
    })
}

/// A notification with one entry for each list of changes.
pub fn notification(entries: &[Vec<Value>]) -> Value {
    let entry = |changes: &Vec<Value>| json!({ "id": "102290129340398", "changes": changes });
    json!({ "object": "whatsapp_business_account", "entry": entries.iter().map(entry).collect::<Vec<_>>() })
}

/// A notification with these messages and nothing else.
pub fn messages(messages: &[Value]) -> Value {
    notification(&[vec![change(PHONE_NUMBER_ID, messages, &[])]])
}
