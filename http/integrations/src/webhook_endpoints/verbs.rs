//! What else can be done with an endpoint.
use super::view::{IssuedEndpointView, WebhookEndpointView, shown};
use crate::webhook_deliveries::WebhookDeliveryView;
use actix_web::{HttpResponse, post};
use chrono::TimeDelta;
use purser_http::{
    body::{Body, NoBody, OptionalBody},
    path::PathId,
    problem::Refusal,
    reply::Reply,
    routes::Routes,
    unit::Write,
};
use purser_integrations::{
    webhook_deliveries::{self, Replayed},
    webhook_endpoints,
};
use purser_kernel::{
    Moment,
    ids::{WebhookEndpoint, WebhookEndpointId},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(rotate_secret).service(test).service(enable).service(disable).service(replay);
}

/// How a secret is rotated.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RotateWebhookSecret {
    /// How long requests are signed with the secret before as well; 24 hours when left out.
    #[schema(minimum = 0, maximum = 604_800)]
    overlap_seconds: Option<u32>,
}

/// From when on what failed is sent again.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplayWebhooks {
    /// What was queued then or later.
    #[schema(value_type = DateTime<Utc>)]
    since: Moment,
}

/// What a replay came to.
#[derive(Serialize, ToSchema)]
pub struct ReplayedView {
    /// Deliveries that were queued again, the oldest first.
    queued: u64,
    /// Whether there are more: the same request again queues them.
    more: bool,
}

/// Gives an endpoint another secret, which is shown in this answer and never again. For a while requests are signed with both.
#[utoipa::path(
    tag = "Webhooks",
    security(("bearer" = ["webhooks.manage"])),
    params(("id" = WebhookEndpointId, Path)),
    request_body = Option<RotateWebhookSecret>,
    responses((status = 200, body = IssuedEndpointView)),
)]
#[post("/v1/webhook-endpoints/{id}/rotate-secret")]
async fn rotate_secret(
    unit: Write,
    PathId(id): PathId<WebhookEndpoint>,
    body: OptionalBody<RotateWebhookSecret>,
) -> Result<HttpResponse, Refusal> {
    let tx = unit.begin(&body).await?;
    let overlap = body.into_inner().overlap_seconds.map(|seconds| TimeDelta::seconds(seconds.into()));
    let issued = webhook_endpoints::rotate_secret(&tx, id, overlap).await?;
    let state = webhook_endpoints::state_of(&tx, id).await?;
    let view = IssuedEndpointView::new(issued, state);
    unit.commit(tx, Reply::ok(&view)?.etag(view.version())).await
}

/// Sends an event `webhook.test` to an endpoint that is switched on, whatever events it wants.
#[utoipa::path(
    tag = "Webhooks",
    security(("bearer" = ["webhooks.manage"])),
    params(("id" = WebhookEndpointId, Path)),
    responses((status = 202, body = WebhookDeliveryView), (status = 409)),
)]
#[post("/v1/webhook-endpoints/{id}/test")]
async fn test(unit: Write, PathId(id): PathId<WebhookEndpoint>, body: NoBody) -> Result<HttpResponse, Refusal> {
    let tx = unit.begin(&body).await?;
    let view = WebhookDeliveryView::from(webhook_endpoints::send_test(&tx, id).await?);
    unit.commit(tx, Reply::waits(&view)?).await
}

/// Switches an endpoint on. What it has missed is sent only if it is replayed.
#[utoipa::path(
    tag = "Webhooks",
    security(("bearer" = ["webhooks.manage"])),
    params(("id" = WebhookEndpointId, Path)),
    responses((status = 200, body = WebhookEndpointView)),
)]
#[post("/v1/webhook-endpoints/{id}/enable")]
async fn enable(unit: Write, PathId(id): PathId<WebhookEndpoint>, body: NoBody) -> Result<HttpResponse, Refusal> {
    let tx = unit.begin(&body).await?;
    let view = shown(&tx, webhook_endpoints::enable(&tx, id).await?).await?;
    unit.commit(tx, Reply::ok(&view)?.etag(view.version())).await
}

/// Switches an endpoint off. What was not sent yet and what happens until it is switched on has failed, and can be replayed.
#[utoipa::path(
    tag = "Webhooks",
    security(("bearer" = ["webhooks.manage"])),
    params(("id" = WebhookEndpointId, Path)),
    responses((status = 200, body = WebhookEndpointView)),
)]
#[post("/v1/webhook-endpoints/{id}/disable")]
async fn disable(unit: Write, PathId(id): PathId<WebhookEndpoint>, body: NoBody) -> Result<HttpResponse, Refusal> {
    let tx = unit.begin(&body).await?;
    let view = shown(&tx, webhook_endpoints::disable(&tx, id).await?).await?;
    unit.commit(tx, Reply::ok(&view)?.etag(view.version())).await
}

/// Sends again what failed since a time: at most 10,000 deliveries at once, the oldest first.
#[utoipa::path(
    tag = "Webhooks",
    security(("bearer" = ["webhooks.manage"])),
    params(("id" = WebhookEndpointId, Path)),
    request_body = ReplayWebhooks,
    responses((status = 202, body = ReplayedView), (status = 409)),
)]
#[post("/v1/webhook-endpoints/{id}/replay")]
async fn replay(
    unit: Write,
    PathId(id): PathId<WebhookEndpoint>,
    body: Body<ReplayWebhooks>,
) -> Result<HttpResponse, Refusal> {
    let tx = unit.begin(&body).await?;
    let Replayed { queued, more } = webhook_deliveries::replay(&tx, id, body.into_inner().since).await?;
    unit.commit(tx, Reply::waits(&ReplayedView { queued, more })?).await
}
