//! Connections to providers.
use actix_web::{HttpResponse, delete, get, patch, post};
use chrono::{DateTime, Utc};
use purser_http::{
    body::Body,
    path::PathId,
    problem::Refusal,
    query::{PageQuery, Query},
    reply::Reply,
    routes::Routes,
    unit::{Read, Write},
    view::PageView,
};
use purser_integrations::{
    WhatsAppConfig, WhatsAppCredentials,
    integrations::{self, Integration, IntegrationPatch, NewIntegration},
};
use purser_kernel::{
    OrganizationId, SecretString,
    ids::{self, IntegrationId},
};
use purser_store::name_of;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(list).service(create).service(show).service(update).service(delete);
}

/// A connection to a provider. Its credentials are never shown.
#[derive(Debug, Serialize, ToSchema)]
pub struct IntegrationView {
    id: IntegrationId,
    /// What it is for, such as `messaging`.
    kind: String,
    /// Such as `whatsapp`.
    provider: String,
    name: String,
    /// What is not secret; which fields depends on the provider.
    #[schema(value_type = Object)]
    config: Value,
    /// Whether the provider's door is open.
    is_active: bool,
    /// Where the provider is told to post what happens ("Callback URL"), behind this server's address; for a directory or an
    /// OpenID provider, where members sign in with it.
    callback_path: String,
    version: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl IntegrationView {
    pub(super) fn new(organization: OrganizationId, integration: Integration) -> Self {
        let Integration { id, kind, provider, name, config, is_active, created_at, updated_at, version } = integration;
        let kind = name_of(&kind);
        let callback_path = match &*provider {
            "ldap" => format!("/v1/auth/ldap/{organization}/{id}/login"),
            "oidc" => format!("/v1/auth/oidc/{organization}/{id}/start"),
            _ => format!("/v1/webhooks/{provider}/{organization}/{id}"),
        };
        Self { id, kind, provider, name, config, is_active, callback_path, version, created_at, updated_at }
    }
}

/// What is not secret.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfigBody {
    /// Meta's id of the business's telephone number.
    #[schema(pattern = "^[0-9]{1,32}$")]
    phone_number_id: String,
}

impl From<ConfigBody> for WhatsAppConfig {
    fn from(ConfigBody { phone_number_id }: ConfigBody) -> Self {
        Self { phone_number_id }
    }
}

/// What only the provider and this organization know. Kept encrypted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CredentialsBody {
    /// The app's secret, which signs what Meta sends.
    #[schema(value_type = String, format = Password, write_only, max_length = 1024)]
    app_secret: SecretString,
    /// The token that was entered at Meta beside the callback URL.
    #[schema(value_type = String, format = Password, write_only, max_length = 1024)]
    verify_token: SecretString,
    /// The token that lets one send.
    #[schema(value_type = String, format = Password, write_only, max_length = 1024)]
    access_token: SecretString,
}

impl From<CredentialsBody> for WhatsAppCredentials {
    fn from(CredentialsBody { app_secret, verify_token, access_token }: CredentialsBody) -> Self {
        Self { app_secret, verify_token, access_token }
    }
}

/// A connection that is to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateIntegration {
    /// `messaging`.
    #[schema(pattern = "^messaging$")]
    kind: String,
    /// `whatsapp`.
    #[schema(pattern = "^whatsapp$")]
    provider: String,
    #[schema(max_length = 200)]
    name: String,
    config: ConfigBody,
    credentials: CredentialsBody,
}

impl From<CreateIntegration> for NewIntegration {
    fn from(body: CreateIntegration) -> Self {
        let CreateIntegration { kind, provider, name, config, credentials } = body;
        Self { kind, provider, name, config: config.into(), credentials: credentials.into() }
    }
}

/// What changes in a connection. Fields that are left out keep their value.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateIntegration {
    #[schema(max_length = 200)]
    name: Option<String>,
    /// `false` closes the provider's door.
    is_active: Option<bool>,
    config: Option<ConfigBody>,
    /// Replaces all of them.
    credentials: Option<CredentialsBody>,
}

impl From<UpdateIntegration> for IntegrationPatch {
    fn from(body: UpdateIntegration) -> Self {
        let UpdateIntegration { name, is_active, config, credentials } = body;
        Self { name, is_active, config: config.map(Into::into), credentials: credentials.map(Into::into) }
    }
}

/// Connections, the newest first.
#[utoipa::path(
    tag = "Integrations",
    params(PageQuery),
    responses((status = 200, body = PageView<IntegrationView>)),
    security(("bearer" = ["integrations.read"])),
)]
#[get("/v1/integrations")]
async fn list(unit: Read, Query(query): Query<PageQuery>) -> Result<Reply, Refusal> {
    let page = query.page()?;
    let tx = unit.begin().await?;
    let page = integrations::list(&tx, &page).await?;
    Ok(Reply::ok(&PageView::of(page, |row| IntegrationView::new(unit.scope().organization, row)))?)
}

/// Connects a provider.
#[utoipa::path(
    tag = "Integrations",
    request_body = CreateIntegration,
    responses((status = 201, body = IntegrationView)),
    security(("bearer" = ["integrations.manage"])),
)]
#[post("/v1/integrations")]
async fn create(unit: Write, body: Body<CreateIntegration>) -> Result<HttpResponse, Refusal> {
    let tx = unit.begin(&body).await?;
    let integration = integrations::create(&tx, body.into_inner().into()).await?;
    let (version, location) = (integration.version, format!("/v1/integrations/{}", integration.id));
    let view = IntegrationView::new(unit.scope().organization, integration);
    unit.commit(tx, Reply::created(&view)?.etag(version).location(location)).await
}

/// One connection.
#[utoipa::path(
    tag = "Integrations",
    params(("id" = IntegrationId, Path)),
    responses((status = 200, body = IntegrationView)),
    security(("bearer" = ["integrations.read"])),
)]
#[get("/v1/integrations/{id}")]
async fn show(unit: Read, PathId(id): PathId<ids::Integration>) -> Result<Reply, Refusal> {
    let tx = unit.begin().await?;
    let integration = integrations::get(&tx, id).await?;
    let version = integration.version;
    Ok(Reply::ok(&IntegrationView::new(unit.scope().organization, integration))?.etag(version))
}

/// Changes a connection.
#[utoipa::path(
    tag = "Integrations",
    params(("id" = IntegrationId, Path)),
    request_body = UpdateIntegration,
    responses((status = 200, body = IntegrationView)),
    security(("bearer" = ["integrations.manage"])),
)]
#[patch("/v1/integrations/{id}")]
async fn update(
    unit: Write,
    PathId(id): PathId<ids::Integration>,
    body: Body<UpdateIntegration>,
) -> Result<HttpResponse, Refusal> {
    let expected = unit.if_match()?;
    let tx = unit.begin(&body).await?;
    let integration = integrations::update(&tx, id, expected, body.into_inner().into()).await?;
    let version = integration.version;
    let view = IntegrationView::new(unit.scope().organization, integration);
    unit.commit(tx, Reply::ok(&view)?.etag(version)).await
}

/// Disconnects a provider. What came in before stays.
#[utoipa::path(
    tag = "Integrations",
    params(("id" = IntegrationId, Path)),
    responses((status = 204)),
    security(("bearer" = ["integrations.manage"])),
)]
#[delete("/v1/integrations/{id}")]
async fn delete(unit: Write, PathId(id): PathId<ids::Integration>) -> Result<HttpResponse, Refusal> {
    let expected = unit.if_match()?;
    let tx = unit.begin(&()).await?;
    integrations::delete(&tx, id, expected).await?;
    unit.commit(tx, Reply::no_content()).await
}
