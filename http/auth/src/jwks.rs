//! The public keys that verify access tokens.
use actix_web::get;
use purser_auth::{Auth, PublicKey};
use purser_http::{problem::Refusal, reply::Reply, routes::Routes, unit::Anyone};
use serde::Serialize;
use utoipa::ToSchema;

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(show);
}

/// A public key (RFC 7517, RFC 8037).
#[derive(Serialize, ToSchema)]
pub struct PublicKeyView {
    /// Names the key; stands in the header of each token that it has signed.
    kid: String,
    /// `OKP`.
    kty: &'static str,
    /// `Ed25519`.
    crv: &'static str,
    /// `EdDSA`.
    alg: String,
    /// `sig`: for signatures.
    #[serde(rename = "use")]
    usage: &'static str,
    /// The key's 32 bytes in URL-safe base64.
    x: String,
}

impl From<PublicKey> for PublicKeyView {
    fn from(key: PublicKey) -> Self {
        let PublicKey { kid, algorithm, x } = key;
        Self { kid, kty: "OKP", crv: "Ed25519", alg: algorithm, usage: "sig", x }
    }
}

/// The keys of this installation.
#[derive(Serialize, ToSchema)]
pub struct PublicKeysView {
    /// Those that have signed tokens which are still good, and the one that signs next.
    keys: Vec<PublicKeyView>,
}

/// The keys that verify access tokens. May be kept for an hour: a key is published for longer before it signs.
#[utoipa::path(tag = "Auth", responses((status = 200, body = PublicKeysView)), security(()))]
#[get("/.well-known/jwks.json")]
async fn show(anyone: Anyone) -> Result<Reply, Refusal> {
    let keys = anyone.auth().public_keys().await?;
    let view = PublicKeysView { keys: keys.into_iter().map(PublicKeyView::from).collect() };
    Ok(Reply::ok(&view)?.cacheable(Auth::PUBLIC_KEYS_LIFETIME))
}
