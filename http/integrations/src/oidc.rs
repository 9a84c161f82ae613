//! OpenID providers that vouch for members.
use super::integrations::IntegrationView;
use actix_web::{HttpResponse, get, patch, post, web::Data};
use purser_http::{
    body::Body,
    path::PathId,
    problem::Refusal,
    reply::Reply,
    routes::Routes,
    unit::{Read, Write},
};
use purser_integrations::{
    Providers,
    oidc::{NewOidc, OidcConfig, OidcCredentials, OidcPatch, SecondFactor},
};
use purser_kernel::{
    SecretString,
    ids::{self, IntegrationId},
};
use serde::Deserialize;
use utoipa::ToSchema;

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(create).service(show).service(update);
}

/// When the provider has asked for a second factor. Without it, never as far as Purser knows.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SecondFactorBody {
    /// It always does, as you declare: some providers say nothing of it.
    always: Option<bool>,
    /// With one of these as `acr` in the ID token. They are asked for.
    #[schema(max_items = 20)]
    acr_values: Option<Vec<String>>,
    /// With one of these among `amr` in the ID token, such as `mfa` (RFC 8176).
    #[schema(max_items = 20)]
    amr_values: Option<Vec<String>>,
}

impl From<SecondFactorBody> for SecondFactor {
    fn from(SecondFactorBody { always, acr_values, amr_values }: SecondFactorBody) -> Self {
        Self {
            always: always.unwrap_or(false),
            acr_values: acr_values.unwrap_or_default(),
            amr_values: amr_values.unwrap_or_default(),
        }
    }
}

/// Where the provider is and what it is asked for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OidcConfigBody {
    /// The provider's issuer identifier, to the letter; `/.well-known/openid-configuration` is below it. It cannot be changed.
    #[schema(max_length = 500)]
    issuer: String,
    #[schema(max_length = 255)]
    client_id: String,
    /// Who signed the provider's certificate, in PEM. Without it, those that the server's machine trusts.
    #[schema(max_length = 16384)]
    ca_certificate: Option<String>,
    /// Where the provider sends people back to, to the letter. Without it, `oidc/callback` below this installation's public
    /// address. Register it at the provider.
    #[schema(max_length = 500)]
    redirect_uri: Option<String>,
    /// What is asked for beside `openid`; without it, `email` and `profile`. With `offline_access` many providers can be asked
    /// again whether somebody is still there.
    #[schema(max_items = 20)]
    scopes: Option<Vec<String>>,
    /// The claim that names a person's groups, such as `groups`.
    #[schema(max_length = 255)]
    groups_claim: Option<String>,
    second_factor: Option<SecondFactorBody>,
}

impl From<OidcConfigBody> for OidcConfig {
    fn from(body: OidcConfigBody) -> Self {
        let OidcConfigBody { issuer, client_id, ca_certificate, redirect_uri, scopes, groups_claim, second_factor } =
            body;
        Self {
            issuer,
            client_id,
            ca_certificate,
            redirect_uri,
            scopes: scopes.unwrap_or_else(|| vec!["email".to_owned(), "profile".to_owned()]),
            groups_claim,
            second_factor: second_factor.unwrap_or_default().into(),
        }
    }
}

/// What only the provider and this organization know. Kept encrypted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OidcCredentialsBody {
    #[schema(value_type = String, format = Password, write_only, max_length = 1024)]
    client_secret: SecretString,
}

impl From<OidcCredentialsBody> for OidcCredentials {
    fn from(OidcCredentialsBody { client_secret }: OidcCredentialsBody) -> Self {
        Self { client_secret }
    }
}

/// A provider that is to be connected.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateOidcIntegration {
    #[schema(max_length = 200)]
    name: String,
    /// Whether members can sign in with it; without it, yes. One directory or provider at a time is switched on.
    is_active: Option<bool>,
    config: OidcConfigBody,
    credentials: OidcCredentialsBody,
}

impl From<CreateOidcIntegration> for NewOidc {
    fn from(body: CreateOidcIntegration) -> Self {
        let CreateOidcIntegration { name, is_active, config, credentials } = body;
        Self { name, is_active: is_active.unwrap_or(true), config: config.into(), credentials: credentials.into() }
    }
}

/// What changes in a provider. Fields that are left out keep their value.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateOidcIntegration {
    #[schema(max_length = 200)]
    name: Option<String>,
    is_active: Option<bool>,
    /// Replaces all of it. With another client or certificate the credentials have to come along.
    config: Option<OidcConfigBody>,
    credentials: Option<OidcCredentialsBody>,
}

impl From<UpdateOidcIntegration> for OidcPatch {
    fn from(body: UpdateOidcIntegration) -> Self {
        let UpdateOidcIntegration { name, is_active, config, credentials } = body;
        Self { name, is_active, config: config.map(Into::into), credentials: credentials.map(Into::into) }
    }
}

/// Connects an OpenID provider, with which members sign in.
#[utoipa::path(
    tag = "Integrations",
    request_body = CreateOidcIntegration,
    responses((status = 201, body = IntegrationView)),
    security(("bearer" = ["integrations.manage", "identities.manage"])),
)]
#[post("/v1/integrations/oidc")]
async fn create(
    unit: Write,
    providers: Data<Providers>,
    body: Body<CreateOidcIntegration>,
) -> Result<HttpResponse, Refusal> {
    let tx = unit.begin(&body).await?;
    let integration = providers.create_oidc(&tx, body.into_inner().into()).await?;
    let (version, location) = (integration.version, format!("/v1/integrations/{}", integration.id));
    let view = IntegrationView::new(unit.scope().organization, integration);
    unit.commit(tx, Reply::created(&view)?.etag(version).location(location)).await
}

/// One provider.
#[utoipa::path(
    tag = "Integrations",
    params(("id" = IntegrationId, Path)),
    responses((status = 200, body = IntegrationView)),
    security(("bearer" = ["integrations.read"])),
)]
#[get("/v1/integrations/{id}/oidc")]
async fn show(unit: Read, providers: Data<Providers>, PathId(id): PathId<ids::Integration>) -> Result<Reply, Refusal> {
    let tx = unit.begin().await?;
    let integration = providers.get_oidc(&tx, id).await?;
    let version = integration.version;
    Ok(Reply::ok(&IntegrationView::new(unit.scope().organization, integration))?.etag(version))
}

/// Changes the connection with a provider.
#[utoipa::path(
    tag = "Integrations",
    params(("id" = IntegrationId, Path)),
    request_body = UpdateOidcIntegration,
    responses((status = 200, body = IntegrationView)),
    security(("bearer" = ["integrations.manage", "identities.manage"])),
)]
#[patch("/v1/integrations/{id}/oidc")]
async fn update(
    unit: Write,
    providers: Data<Providers>,
    PathId(id): PathId<ids::Integration>,
    body: Body<UpdateOidcIntegration>,
) -> Result<HttpResponse, Refusal> {
    let expected = unit.if_match()?;
    let tx = unit.begin(&body).await?;
    let integration = providers.update_oidc(&tx, id, expected, body.into_inner().into()).await?;
    let version = integration.version;
    let view = IntegrationView::new(unit.scope().organization, integration);
    unit.commit(tx, Reply::ok(&view)?.etag(version)).await
}
