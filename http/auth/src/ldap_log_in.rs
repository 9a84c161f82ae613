//! Signing in with the organization's own directory.
use super::log_in::SignedInView;
use actix_web::{http::StatusCode, post, web::Data};
use purser_auth::{DirectoryLogIn, Identities};
use purser_http::{
    body::Body, cookies::Delivery, path::PathIds, problem::Refusal, reply::Reply, routes::Routes, unit::Anyone,
};
use purser_kernel::{
    OrganizationId, SecretString,
    ids::{self, IntegrationId},
};
use serde::Deserialize;
use utoipa::ToSchema;

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(log_in);
}

/// Who signs in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LdapLogInRequest {
    /// The name that the directory knows them by.
    username: String,
    #[schema(value_type = String, format = Password)]
    password: SecretString,
}

/// Opens a session for whom the organization's directory vouches. Whatever is wrong with name or password, the answer is the
/// same. Who comes for the first time becomes a member; roles follow the directory's groups.
#[utoipa::path(
    tag = "Auth",
    params(("organization_id" = OrganizationId, Path), ("integration_id" = IntegrationId, Path)),
    request_body = LdapLogInRequest,
    responses((status = 200, body = SignedInView), (status = 401), (status = 403), (status = 429)),
    security(()),
)]
#[post("/v1/auth/ldap/{organization_id}/{integration_id}/login")]
async fn log_in(
    anyone: Anyone,
    identities: Data<Identities>,
    delivery: Delivery,
    PathIds(organization, integration): PathIds<ids::Organization, ids::Integration>,
    body: Body<LdapLogInRequest>,
) -> Result<Reply, Refusal> {
    let (client, request_id) = (anyone.client.clone(), anyone.request_id.clone());
    let LdapLogInRequest { username, password } = body.into_inner();
    let request = DirectoryLogIn { organization, integration, username, password };
    let signed_in = identities.log_in_with_directory(request, client, request_id).await?;
    Ok(delivery.reply(StatusCode::OK, SignedInView::from(signed_in))?)
}
