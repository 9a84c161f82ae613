//! The door of the WhatsApp Cloud API.
use super::{Door, Visit};
use actix_web::{
    HttpRequest, HttpResponse, get,
    http::header::ContentType,
    post,
    web::{Data, Payload},
};
use purser_http::{problem::Refusal, query::Query, routes::Routes, unit::Anyone};
use purser_integrations::{
    Provider,
    webhooks::{self, Doors, MAX_BODY},
};
use purser_kernel::{OrganizationId, ids::IntegrationId};
use serde::Deserialize;
use utoipa::IntoParams;

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(verify).service(receive);
}

/// Meta's question whether this is the right door.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct Subscription {
    /// `subscribe`.
    #[serde(rename = "hub.mode", default)]
    mode: String,
    /// The token that was entered beside the callback URL.
    #[serde(rename = "hub.verify_token", default)]
    token: String,
    /// What is to be sent back.
    #[serde(rename = "hub.challenge", default)]
    challenge: String,
}

/// Answers the provider's question whether this is the right door, with the challenge as plain text.
#[utoipa::path(
    tag = "Webhooks",
    params(("organization_id" = OrganizationId, Path), ("integration_id" = IntegrationId, Path), Subscription),
    responses((status = 200, body = String, content_type = "text/plain"), (status = 403)),
    security(()),
)]
#[get("/v1/webhooks/whatsapp/{organization_id}/{integration_id}")]
async fn verify(
    anyone: Anyone,
    door: Door,
    Query(Subscription { mode, token, challenge }): Query<Subscription>,
) -> Result<HttpResponse, Refusal> {
    let tx = door.open(&anyone).await?;
    let challenge = webhooks::verify_subscription(&tx, door.integration, &mode, &token, &challenge).await?;
    Ok(HttpResponse::Ok().content_type(ContentType::plaintext()).body(challenge))
}

/// Takes in what the provider posts, signed in `X-Hub-Signature-256`. The same body again changes nothing. While the organization is
/// suspended it is refused, so that the provider sends it again later.
#[utoipa::path(
    tag = "Webhooks",
    params(
        ("organization_id" = OrganizationId, Path),
        ("integration_id" = IntegrationId, Path),
        ("X-Hub-Signature-256" = String, Header, description = "`sha256=` and the HMAC of the body, in hexadecimal"),
    ),
    request_body(content = Object, description = "A notification of the WhatsApp Cloud API, at most 3 MiB"),
    responses((status = 200), (status = 401)),
    security(()),
)]
#[post("/v1/webhooks/whatsapp/{organization_id}/{integration_id}")]
async fn receive(
    anyone: Anyone,
    door: Door,
    doors: Data<Doors>,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, Refusal> {
    let visit = Visit { provider: Provider::WhatsApp, anyone: &anyone, door: &door, doors: &doors, request: &request };
    visit.take_in(body, MAX_BODY).await?;
    Ok(HttpResponse::Ok().finish())
}
