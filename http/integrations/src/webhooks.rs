//! Providers' doors. No session: who may speak is decided by the provider's signature.
use actix_web::{
    FromRequest, HttpRequest, HttpResponse,
    dev::Payload,
    get,
    http::header::ContentType,
    post,
    web::{self, Bytes},
};
use futures_util::future::LocalBoxFuture;
use purser_http::{problem::Refusal, query::Query, unit::Anyone};
use purser_integrations::webhooks;
use purser_kernel::{CommonProblem, OrganizationId, Problem, Scope, ids::IntegrationId};
use purser_store::ReadTx;
use serde::Deserialize;
use std::{
    collections::BTreeMap,
    future::{Ready, ready},
};
use utoipa::IntoParams;
use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config.service(verify).service(receive);
}

/// Which door. What is no id names no door, as an id that never was.
struct Door {
    organization: OrganizationId,
    integration: IntegrationId,
}

impl Door {
    /// Purser's own scope: the caller has none until the signature is checked.
    fn scope(&self, anyone: &Anyone) -> Scope {
        let scope = Scope::system(self.organization, anyone.request_id.clone());
        Scope { client: anyone.client.clone(), ..scope }
    }

    /// Opens the transaction in which it is seen who knocks. A closed organization has no doors.
    async fn open(&self, anyone: &Anyone) -> Result<ReadTx, Problem> {
        let opened = anyone.store().read(&self.scope(anyone)).await;
        opened.map_err(|problem| {
            let is_closed = problem.is(CommonProblem::Unauthenticated);
            if is_closed { Problem::not_found("integration") } else { problem }
        })
    }
}

impl FromRequest for Door {
    type Error = Refusal;
    type Future = Ready<Result<Self, Refusal>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let part = |name| request.match_info().get(name);
        let organization = part("organization_id").and_then(|id| id.parse().ok());
        let integration = part("integration_id").and_then(|id| id.parse().ok());
        let door = organization.zip(integration).map(|(organization, integration)| Self { organization, integration });
        ready(door.ok_or_else(|| Problem::not_found("integration").into()))
    }
}

/// A body as it came, with a limit of its own.
struct Raw(Bytes);

impl FromRequest for Raw {
    type Error = Refusal;
    type Future = LocalBoxFuture<'static, Result<Self, Refusal>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let payload = web::Payload::from_request(request, payload);
        Box::pin(async move {
            let unreadable = |_| Problem::of(CommonProblem::MalformedRequest).detail("The body did not arrive whole.");
            let payload = payload.await.map_err(unreadable)?;
            let body = payload.to_bytes_limited(webhooks::MAX_BODY).await;
            let body = body.map_err(|_| Problem::of(CommonProblem::PayloadTooLarge))?;
            Ok(Self(body.map_err(unreadable)?))
        })
    }
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
async fn receive(anyone: Anyone, door: Door, request: HttpRequest, body: Raw) -> Result<HttpResponse, Refusal> {
    let signature = request.headers().get("x-hub-signature-256").and_then(|value| value.to_str().ok());
    let tx = door.open(&anyone).await?;
    let authentic = webhooks::authenticate(&tx, door.integration, &body.0, signature).await?;
    // Given back before another is asked for: a connection that waits for a connection can wait for ever.
    drop(tx);
    let tx = anyone.store().write(&door.scope(&anyone)).await?;
    webhooks::accept(&tx, authentic, headers(&request)).await?;
    tx.commit().await?;
    Ok(HttpResponse::Ok().finish())
}

fn headers(request: &HttpRequest) -> BTreeMap<String, String> {
    let text = request.headers().iter().filter_map(|(name, value)| Some((name, value.to_str().ok()?)));
    text.map(|(name, value)| (name.as_str().to_owned(), value.to_owned())).collect()
}
