//! Signing in with the organization's own OpenID provider.
use super::log_in::SignedInView;
use actix_web::{http::StatusCode, post, web::Data};
use chrono::{DateTime, Utc};
use purser_auth::{BegunSignIn, Identities, OidcLogIn};
use purser_http::{
    body::Body, cookies::Delivery, path::PathIds, problem::Refusal, reply::Reply, routes::Routes, unit::Anyone,
};
use purser_kernel::{
    ExposeSecret, OrganizationId, SecretString,
    ids::{self, IntegrationId},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(start).service(callback);
}

/// A sign-in that was begun.
#[derive(Serialize, ToSchema)]
pub struct BegunSignInView {
    /// Where the browser is to go.
    authorization_url: String,
    /// To be kept where the browser's page alone finds it again, and to be brought with the code. It stands in no address.
    sign_in: String,
    /// Until when it can be completed.
    expires_at: DateTime<Utc>,
}

impl From<BegunSignIn> for BegunSignInView {
    fn from(begun: BegunSignIn) -> Self {
        let BegunSignIn { authorization_url, sign_in, expires_at } = begun;
        Self { authorization_url, sign_in: sign_in.expose_secret().to_owned(), expires_at }
    }
}

/// What the browser has come back with, and what was kept.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OidcLogInRequest {
    /// From the answer to the beginning.
    #[schema(value_type = String)]
    sign_in: SecretString,
    /// `state` of the address that the browser was sent back to.
    #[schema(value_type = String)]
    state: SecretString,
    /// `code` from there.
    #[schema(value_type = String)]
    code: SecretString,
    /// `iss` from there, if it is there (RFC 9207).
    iss: Option<String>,
}

/// Begins a sign-in with the organization's OpenID provider: authorization code flow with PKCE.
#[utoipa::path(
    tag = "Auth",
    params(("organization_id" = OrganizationId, Path), ("integration_id" = IntegrationId, Path)),
    responses((status = 200, body = BegunSignInView)),
    security(()),
)]
#[post("/v1/auth/oidc/{organization_id}/{integration_id}/start")]
async fn start(
    anyone: Anyone,
    identities: Data<Identities>,
    PathIds(organization, integration): PathIds<ids::Organization, ids::Integration>,
) -> Result<Reply, Refusal> {
    let (client, request_id) = (anyone.client.clone(), anyone.request_id.clone());
    let identities = &identities;
    let begun = identities.begin_with_provider(organization, integration, client, request_id).await?;
    Ok(Reply::ok(&BegunSignInView::from(begun))?)
}

/// Completes it, once, and opens a session for whom the provider vouches. Who comes for the first time becomes a member; roles
/// follow the provider's groups.
#[utoipa::path(
    tag = "Auth",
    params(("organization_id" = OrganizationId, Path), ("integration_id" = IntegrationId, Path)),
    request_body = OidcLogInRequest,
    responses((status = 200, body = SignedInView), (status = 401), (status = 403)),
    security(()),
)]
#[post("/v1/auth/oidc/{organization_id}/{integration_id}/callback")]
async fn callback(
    anyone: Anyone,
    identities: Data<Identities>,
    delivery: Delivery,
    PathIds(organization, integration): PathIds<ids::Organization, ids::Integration>,
    body: Body<OidcLogInRequest>,
) -> Result<Reply, Refusal> {
    let (client, request_id) = (anyone.client.clone(), anyone.request_id.clone());
    let OidcLogInRequest { sign_in, state, code, iss: issuer } = body.into_inner();
    let request = OidcLogIn { organization, integration, sign_in, state, code, issuer };
    let signed_in = identities.log_in_with_provider(request, client, request_id).await?;
    Ok(delivery.reply(StatusCode::OK, SignedInView::from(signed_in))?)
}
