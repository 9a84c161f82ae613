//! Connections with whoever signs with a shared secret.
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
    hmac_webhook::{Algorithm, DigestEncoding, HmacConfig, MessageMap, SecretEncoding},
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

/// What the digest is made with.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AlgorithmBody {
    /// HMAC-SHA256.
    Sha256,
    /// HMAC-SHA512.
    Sha512,
}

/// How the digest is written.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DigestEncodingBody {
    /// Hexadecimal digits.
    Hex,
    /// Base64.
    Base64,
}

/// How the secret is written.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SecretEncodingBody {
    /// Its bytes are the key.
    Text,
    /// It is the key in Base64; `whsec_` may stand before it.
    Base64,
}

/// Where in the body, by JSON pointers, a message stands.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MessageMapBody {
    /// Who wrote, such as `/visitor/id`: the contact's address in the channel `web`.
    #[schema(max_length = 200)]
    from: String,
    /// What they wrote.
    #[schema(max_length = 200)]
    text: String,
    /// What they call themselves.
    #[schema(max_length = 200)]
    name: Option<String>,
}

/// How the provider signs, and what is read of what it sends.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HmacConfigBody {
    algorithm: AlgorithmBody,
    encoding: DigestEncodingBody,
    /// `text` when left out.
    secret_encoding: Option<SecretEncodingBody>,
    /// The header with the digest, or with several of them and spaces between.
    #[schema(max_length = 100)]
    signature_header: String,
    /// What stands before the digest, such as `sha256=`.
    #[schema(max_length = 50)]
    signature_prefix: Option<String>,
    /// What is signed: `{body}` when left out, or more that ends with it, such as `{timestamp}.{body}` or `{id}.{timestamp}.{body}`.
    #[schema(max_length = 100)]
    signed_content: Option<String>,
    /// The header with the time at which it was sent, in seconds since 1970.
    #[schema(max_length = 100)]
    timestamp_header: Option<String>,
    /// How many seconds that may be from now; 300 when left out.
    #[schema(minimum = 1, maximum = 86400)]
    tolerance_seconds: Option<u32>,
    /// The header with the event's id, which is taken once.
    #[schema(max_length = 100)]
    id_header: Option<String>,
    /// Or where it stands in the body, as a JSON pointer. Without either, the same body is the same event.
    #[schema(max_length = 200)]
    id_pointer: Option<String>,
    /// How a message is read. Without it, an event `inbound_event.received` is published.
    message: Option<MessageMapBody>,
}

impl From<HmacConfigBody> for HmacConfig {
    fn from(body: HmacConfigBody) -> Self {
        let HmacConfigBody {
            algorithm,
            encoding,
            secret_encoding,
            signature_header,
            signature_prefix,
            signed_content,
            timestamp_header,
            tolerance_seconds,
            id_header,
            id_pointer,
            message,
        } = body;
        Self {
            algorithm: match algorithm {
                AlgorithmBody::Sha256 => Algorithm::Sha256,
                AlgorithmBody::Sha512 => Algorithm::Sha512,
            },
            encoding: match encoding {
                DigestEncodingBody::Hex => DigestEncoding::Hex,
                DigestEncodingBody::Base64 => DigestEncoding::Base64,
            },
            secret_encoding: match secret_encoding {
                None | Some(SecretEncodingBody::Text) => SecretEncoding::Text,
                Some(SecretEncodingBody::Base64) => SecretEncoding::Base64,
            },
            signature_header,
            signature_prefix: signature_prefix.unwrap_or_default(),
            signed_content: signed_content.unwrap_or_else(|| "{body}".to_owned()),
            timestamp_header,
            tolerance_seconds: tolerance_seconds.unwrap_or(300),
            id_header,
            id_pointer,
            message: message.map(|MessageMapBody { from, text, name }| MessageMap { from, text, name }),
        }
    }
}

/// What only the provider and this organization know. Kept encrypted.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HmacCredentialsBody {
    /// What is signed with, to the byte.
    #[schema(value_type = String, format = Password, write_only, max_length = 1024)]
    secret: SecretString,
}

/// A connection that is to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateHmacIntegration {
    #[schema(max_length = 200)]
    name: String,
    config: HmacConfigBody,
    credentials: HmacCredentialsBody,
}

impl From<CreateHmacIntegration> for NewConnection<HmacConfig> {
    fn from(body: CreateHmacIntegration) -> Self {
        let CreateHmacIntegration { name, config, credentials } = body;
        Self { name, config: config.into(), secret: Some(credentials.secret) }
    }
}

/// What changes in a connection. Fields that are left out keep their value.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateHmacIntegration {
    #[schema(max_length = 200)]
    name: Option<String>,
    /// `false` closes the provider's door.
    is_active: Option<bool>,
    /// Replaces all of it.
    config: Option<HmacConfigBody>,
    credentials: Option<HmacCredentialsBody>,
}

impl From<UpdateHmacIntegration> for ConnectionPatch<HmacConfig> {
    fn from(body: UpdateHmacIntegration) -> Self {
        let UpdateHmacIntegration { name, is_active, config, credentials } = body;
        let secret = credentials.map(|credentials| credentials.secret);
        Self { name, is_active, config: config.map(Into::into), secret }
    }
}

/// Connects whoever signs with a shared secret.
#[utoipa::path(
    tag = "Integrations",
    request_body = CreateHmacIntegration,
    responses((status = 201, body = IntegrationView)),
    security(("bearer" = ["integrations.manage"])),
)]
#[post("/v1/integrations/hmac")]
async fn create(unit: Write, body: Body<CreateHmacIntegration>) -> Result<HttpResponse, Refusal> {
    created::<HmacConfig, _>(unit, body).await
}

/// One connection with whoever signs with a shared secret.
#[utoipa::path(
    tag = "Integrations",
    params(("id" = IntegrationId, Path)),
    responses((status = 200, body = IntegrationView)),
    security(("bearer" = ["integrations.read"])),
)]
#[get("/v1/integrations/{id}/hmac")]
async fn show(unit: Read, PathId(id): PathId<ids::Integration>) -> Result<Reply, Refusal> {
    shown::<HmacConfig>(unit, id).await
}

/// Changes the connection with whoever signs with a shared secret.
#[utoipa::path(
    tag = "Integrations",
    params(("id" = IntegrationId, Path)),
    request_body = UpdateHmacIntegration,
    responses((status = 200, body = IntegrationView)),
    security(("bearer" = ["integrations.manage"])),
)]
#[patch("/v1/integrations/{id}/hmac")]
async fn update(
    unit: Write,
    PathId(id): PathId<ids::Integration>,
    body: Body<UpdateHmacIntegration>,
) -> Result<HttpResponse, Refusal> {
    updated::<HmacConfig, _>(unit, id, body).await
}
