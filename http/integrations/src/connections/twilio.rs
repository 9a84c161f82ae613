//! Connections with Twilio, for SMS and WhatsApp.
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
    twilio::TwilioConfig,
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

/// What is not secret.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TwilioConfigBody {
    /// Twilio's id of the account.
    #[schema(pattern = "^AC[0-9a-fA-F]{32}$")]
    account_sid: String,
}

impl From<TwilioConfigBody> for TwilioConfig {
    fn from(TwilioConfigBody { account_sid }: TwilioConfigBody) -> Self {
        Self { account_sid }
    }
}

/// What only the provider and this organization know. Kept encrypted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TwilioCredentialsBody {
    /// The account's token, which signs what Twilio sends.
    #[schema(value_type = String, format = Password, write_only, max_length = 1024)]
    auth_token: SecretString,
}

/// A connection that is to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateTwilioIntegration {
    #[schema(max_length = 200)]
    name: String,
    config: TwilioConfigBody,
    credentials: TwilioCredentialsBody,
}

impl From<CreateTwilioIntegration> for NewConnection<TwilioConfig> {
    fn from(body: CreateTwilioIntegration) -> Self {
        let CreateTwilioIntegration { name, config, credentials } = body;
        Self { name, config: config.into(), secret: Some(credentials.auth_token) }
    }
}

/// What changes in a connection. Fields that are left out keep their value.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateTwilioIntegration {
    #[schema(max_length = 200)]
    name: Option<String>,
    /// `false` closes the provider's door.
    is_active: Option<bool>,
    /// Replaces all of it.
    config: Option<TwilioConfigBody>,
    credentials: Option<TwilioCredentialsBody>,
}

impl From<UpdateTwilioIntegration> for ConnectionPatch<TwilioConfig> {
    fn from(body: UpdateTwilioIntegration) -> Self {
        let UpdateTwilioIntegration { name, is_active, config, credentials } = body;
        let secret = credentials.map(|credentials| credentials.auth_token);
        Self { name, is_active, config: config.map(Into::into), secret }
    }
}

/// Connects a Twilio account.
#[utoipa::path(
    tag = "Integrations",
    request_body = CreateTwilioIntegration,
    responses((status = 201, body = IntegrationView)),
    security(("bearer" = ["integrations.manage"])),
)]
#[post("/v1/integrations/twilio")]
async fn create(unit: Write, body: Body<CreateTwilioIntegration>) -> Result<HttpResponse, Refusal> {
    created::<TwilioConfig, _>(unit, body).await
}

/// One connection with a Twilio account.
#[utoipa::path(
    tag = "Integrations",
    params(("id" = IntegrationId, Path)),
    responses((status = 200, body = IntegrationView)),
    security(("bearer" = ["integrations.read"])),
)]
#[get("/v1/integrations/{id}/twilio")]
async fn show(unit: Read, PathId(id): PathId<ids::Integration>) -> Result<Reply, Refusal> {
    shown::<TwilioConfig>(unit, id).await
}

/// Changes the connection with a Twilio account.
#[utoipa::path(
    tag = "Integrations",
    params(("id" = IntegrationId, Path)),
    request_body = UpdateTwilioIntegration,
    responses((status = 200, body = IntegrationView)),
    security(("bearer" = ["integrations.manage"])),
)]
#[patch("/v1/integrations/{id}/twilio")]
async fn update(
    unit: Write,
    PathId(id): PathId<ids::Integration>,
    body: Body<UpdateTwilioIntegration>,
) -> Result<HttpResponse, Refusal> {
    updated::<TwilioConfig, _>(unit, id, body).await
}
