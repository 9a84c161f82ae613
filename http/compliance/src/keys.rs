//! The public keys that verify seals.
use actix_web::get;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use purser_compliance::keys::{self, PublishedKey};
use purser_http::{problem::Refusal, reply::Reply, routes::Routes, unit::Anyone};
use serde::Serialize;
use std::time::Duration;
use utoipa::ToSchema;

/// How long others may keep what was published. A key is never taken back.
const LIFETIME: Duration = Duration::from_hours(1);

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(show);
}

/// A public key (RFC 7517, RFC 8037).
#[derive(Serialize, ToSchema)]
pub struct AuditSealKeyView {
    /// Names the key; stands in each seal that it has signed.
    kid: String,
    /// `OKP`.
    kty: &'static str,
    /// `Ed25519`.
    crv: &'static str,
    /// `EdDSA`.
    alg: &'static str,
    /// `sig`: for signatures.
    #[serde(rename = "use")]
    usage: &'static str,
    /// The key's 32 bytes in URL-safe base64: what `purser audit verify --key` takes.
    x: String,
    /// Since when it signs.
    since: DateTime<Utc>,
}

impl From<PublishedKey> for AuditSealKeyView {
    fn from(PublishedKey { kid, key, since }: PublishedKey) -> Self {
        let x = URL_SAFE_NO_PAD.encode(key.to_bytes());
        Self { kid, kty: "OKP", crv: "Ed25519", alg: "EdDSA", usage: "sig", x, since }
    }
}

/// The keys of this installation that have ever signed a seal.
#[derive(Serialize, ToSchema)]
pub struct AuditSealKeysView {
    /// The oldest first.
    keys: Vec<AuditSealKeyView>,
}

/// The keys that verify seals over audit trails. Whoever checks exports fetches them once and keeps them.
#[utoipa::path(tag = "Audit", responses((status = 200, body = AuditSealKeysView)), security(()))]
#[get("/.well-known/audit-seal-keys.json")]
async fn show(anyone: Anyone) -> Result<Reply, Refusal> {
    let keys = keys::published(anyone.store()).await?;
    let view = AuditSealKeysView { keys: keys.into_iter().map(AuditSealKeyView::from).collect() };
    Ok(Reply::ok(&view)?.cacheable(LIFETIME))
}
