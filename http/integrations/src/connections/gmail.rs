//! Connections with Gmail mailboxes, whose changes are pushed.
use super::{created, shown, updated};
use crate::integrations::IntegrationView;
use actix_web::{HttpResponse, get, patch, post};
use purser_http::{
    body::Body,
    path::PathId,
    problem::Refusal,
    reply::Reply,
    routes::Routes,
    unit::{Read, Write},
};
use purser_integrations::{
    connections::{ConnectionPatch, NewConnection},
    gmail::GmailConfig,
};
use purser_kernel::ids::{self, IntegrationId};
use serde::Deserialize;
use utoipa::ToSchema;

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(create).service(show).service(update);
}

/// Which mailbox it is, and who may push.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GmailConfigBody {
    /// The mailbox.
    #[schema(max_length = 254)]
    email_address: String,
    /// The audience of the push subscription, to the letter.
    #[schema(max_length = 500)]
    audience: String,
    /// The service account of the push subscription.
    #[schema(max_length = 254)]
    service_account: String,
}

impl From<GmailConfigBody> for GmailConfig {
    fn from(GmailConfigBody { email_address, audience, service_account }: GmailConfigBody) -> Self {
        Self { email_address, audience, service_account }
    }
}

/// A connection that is to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateGmailIntegration {
    #[schema(max_length = 200)]
    name: String,
    config: GmailConfigBody,
}

impl From<CreateGmailIntegration> for NewConnection<GmailConfig> {
    fn from(body: CreateGmailIntegration) -> Self {
        let CreateGmailIntegration { name, config } = body;
        Self { name, config: config.into(), secret: None }
    }
}

/// What changes in a connection. Fields that are left out keep their value.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateGmailIntegration {
    #[schema(max_length = 200)]
    name: Option<String>,
    /// `false` closes the provider's door.
    is_active: Option<bool>,
    /// Replaces all of it.
    config: Option<GmailConfigBody>,
}

impl From<UpdateGmailIntegration> for ConnectionPatch<GmailConfig> {
    fn from(body: UpdateGmailIntegration) -> Self {
        let UpdateGmailIntegration { name, is_active, config } = body;
        Self { name, is_active, config: config.map(Into::into), secret: None }
    }
}

/// Connects a Gmail mailbox.
#[utoipa::path(
    tag = "Integrations",
    request_body = CreateGmailIntegration,
    responses((status = 201, body = IntegrationView)),
    security(("bearer" = ["integrations.manage"])),
)]
#[post("/v1/integrations/gmail")]
async fn create(unit: Write, body: Body<CreateGmailIntegration>) -> Result<HttpResponse, Refusal> {
    created::<GmailConfig, _>(unit, body).await
}

/// One connection with a Gmail mailbox.
#[utoipa::path(
    tag = "Integrations",
    params(("id" = IntegrationId, Path)),
    responses((status = 200, body = IntegrationView)),
    security(("bearer" = ["integrations.read"])),
)]
#[get("/v1/integrations/{id}/gmail")]
async fn show(unit: Read, PathId(id): PathId<ids::Integration>) -> Result<Reply, Refusal> {
    shown::<GmailConfig>(unit, id).await
}

/// Changes the connection with a Gmail mailbox.
#[utoipa::path(
    tag = "Integrations",
    params(("id" = IntegrationId, Path)),
    request_body = UpdateGmailIntegration,
    responses((status = 200, body = IntegrationView)),
    security(("bearer" = ["integrations.manage"])),
)]
#[patch("/v1/integrations/{id}/gmail")]
async fn update(
    unit: Write,
    PathId(id): PathId<ids::Integration>,
    body: Body<UpdateGmailIntegration>,
) -> Result<HttpResponse, Refusal> {
    updated::<GmailConfig, _>(unit, id, body).await
}
