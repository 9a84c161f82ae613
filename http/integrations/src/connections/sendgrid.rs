//! Connections with Twilio SendGrid, for mails.
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
    sendgrid::SendGridConfig,
};
use purser_kernel::ids::{self, IntegrationId};
use serde::Deserialize;
use utoipa::ToSchema;

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(create).service(show).service(update);
}

/// Whom mails come for, and what SendGrid signs with.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SendGridConfigBody {
    /// Mails to these addresses are taken in; of the mail's envelope, not of its header.
    #[schema(max_items = 50)]
    addresses: Option<Vec<String>>,
    /// The key of the Parse setting's security policy, as SendGrid shows it. Without it no mails are taken.
    #[schema(max_length = 500)]
    inbound_public_key: Option<String>,
    /// The key of the signed Event Webhook, as SendGrid shows it. Without it no events are taken.
    #[schema(max_length = 500)]
    event_public_key: Option<String>,
}

impl From<SendGridConfigBody> for SendGridConfig {
    fn from(body: SendGridConfigBody) -> Self {
        let SendGridConfigBody { addresses, inbound_public_key, event_public_key } = body;
        Self { addresses: addresses.unwrap_or_default(), inbound_public_key, event_public_key }
    }
}

/// A connection that is to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateSendGridIntegration {
    #[schema(max_length = 200)]
    name: String,
    config: SendGridConfigBody,
}

impl From<CreateSendGridIntegration> for NewConnection<SendGridConfig> {
    fn from(body: CreateSendGridIntegration) -> Self {
        let CreateSendGridIntegration { name, config } = body;
        Self { name, config: config.into(), secret: None }
    }
}

/// What changes in a connection. Fields that are left out keep their value.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateSendGridIntegration {
    #[schema(max_length = 200)]
    name: Option<String>,
    /// `false` closes the provider's door.
    is_active: Option<bool>,
    /// Replaces all of it.
    config: Option<SendGridConfigBody>,
}

impl From<UpdateSendGridIntegration> for ConnectionPatch<SendGridConfig> {
    fn from(body: UpdateSendGridIntegration) -> Self {
        let UpdateSendGridIntegration { name, is_active, config } = body;
        Self { name, is_active, config: config.map(Into::into), secret: None }
    }
}

/// Connects Twilio SendGrid.
#[utoipa::path(
    tag = "Integrations",
    request_body = CreateSendGridIntegration,
    responses((status = 201, body = IntegrationView)),
    security(("bearer" = ["integrations.manage"])),
)]
#[post("/v1/integrations/sendgrid")]
async fn create(unit: Write, body: Body<CreateSendGridIntegration>) -> Result<HttpResponse, Refusal> {
    created::<SendGridConfig, _>(unit, body).await
}

/// One connection with Twilio SendGrid.
#[utoipa::path(
    tag = "Integrations",
    params(("id" = IntegrationId, Path)),
    responses((status = 200, body = IntegrationView)),
    security(("bearer" = ["integrations.read"])),
)]
#[get("/v1/integrations/{id}/sendgrid")]
async fn show(unit: Read, PathId(id): PathId<ids::Integration>) -> Result<Reply, Refusal> {
    shown::<SendGridConfig>(unit, id).await
}

/// Changes the connection with Twilio SendGrid.
#[utoipa::path(
    tag = "Integrations",
    params(("id" = IntegrationId, Path)),
    request_body = UpdateSendGridIntegration,
    responses((status = 200, body = IntegrationView)),
    security(("bearer" = ["integrations.manage"])),
)]
#[patch("/v1/integrations/{id}/sendgrid")]
async fn update(
    unit: Write,
    PathId(id): PathId<ids::Integration>,
    body: Body<UpdateSendGridIntegration>,
) -> Result<HttpResponse, Refusal> {
    updated::<SendGridConfig, _>(unit, id, body).await
}
