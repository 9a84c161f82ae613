//! What Google's Pub/Sub pushes for Gmail.
use base64::{Engine, engine::general_purpose::STANDARD};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

/// The mailbox.
pub const MAILBOX: &str = "orders@gmail.example";
/// The audience of the subscription.
pub const AUDIENCE: &str = "purser-pushes";
/// The service account of the subscription.
pub const ACCOUNT: &str = "pusher@project.iam.gserviceaccount.com";
/// The name of the key.
pub const KID: &str = "of-the-tests";
/// A key that signs for Google in tests alone.
pub const KEY: &str = include_str!("google.pem");
const MODULUS: &str = "wy9D7n3XIM_jlh1lUhFpLsWVe-WlSgEY1zfJuXPeYsbGlHcCAL-9hIQyeCI5xP-sT_n7iZShr4zp-RTrbEiFuce6DK4NfmeIsgrbhT07DbDoDFkN43QB6GqlzALUoi8BnLOUPq5I-VJCxTDmrW4rj6dLuphccoL7jC_1W1HhupyqDsqfi1KJnHs9tx_ZLJX-ViSnXYDnNsLGOiZDrOe8Z5qH27_OepnYhNwcpjFGJyd7aLB7a6PRd3vvieMmBZMaIH4QiOTVjcFZthmUW6CVF3oBMDNXxT2NO771Q1yvXUu1na4FtzY1iAdFlpEvuTZmOW5U8RkZEUEqvc_2kGeO4Q";

/// The body that connects it.
pub fn integration() -> Value {
    json!({
        "name": "Order mailbox",
        "config": { "email_address": MAILBOX, "audience": AUDIENCE, "service_account": ACCOUNT },
    })
}

/// The keys, as Google publishes them.
pub fn keys() -> Value {
    json!({ "keys": [{ "kty": "RSA", "use": "sig", "alg": "RS256", "kid": KID, "n": MODULUS, "e": "AQAB" }] })
}

/// What a token says that was made at this second.
pub fn claims(now: i64) -> Value {
    json!({
        "iss": "https://accounts.google.com", "aud": AUDIENCE, "email": ACCOUNT, "email_verified": true,
        "sub": "113774264463038321964", "iat": now, "exp": now + 3600,
    })
}

/// A token that says this.
pub fn token(kid: &str, claims: &Value) -> String {
    let header = Header { kid: Some(kid.to_owned()), ..Header::new(Algorithm::RS256) };
    encode(&header, claims, &EncodingKey::from_rsa_pem(KEY.as_bytes()).expect("a key")).expect("a token")
}

/// A push: the mailbox has come this far.
pub fn push(message_id: &str, mailbox: &str, history_id: &Value) -> Value {
    let note = json!({ "emailAddress": mailbox, "historyId": history_id }).to_string();
    json!({
        "message": { "data": STANDARD.encode(note), "messageId": message_id, "publishTime": "2026-01-01T00:00:00Z" },
        "subscription": "projects/project/subscriptions/gmail",
    })
}
