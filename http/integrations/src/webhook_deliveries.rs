//! What was sent to endpoints, or will be.
use actix_web::{HttpResponse, get, post, web::Data};
use chrono::{DateTime, Utc};
use purser_compliance::{Access, AccessLog};
use purser_http::{
    body::NoBody,
    path::PathId,
    problem::Refusal,
    query::{self, Query},
    reply::Reply,
    routes::Routes,
    unit::{Read, Write},
    view::PageView,
};
use purser_integrations::{
    streams::Streams,
    webhook_deliveries::{self, Attempt, DeliveryFilter, Model, WholeDelivery},
};
use purser_kernel::{
    Moment,
    ids::{OutboxEventId, WebhookDelivery, WebhookDeliveryId, WebhookEndpointId},
};
use purser_store::{name_of, named};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(list).service(show).service(resend);
}

/// An event that is sent to an endpoint.
#[derive(Debug, Serialize, ToSchema)]
pub struct WebhookDeliveryView {
    id: WebhookDeliveryId,
    endpoint_id: WebhookEndpointId,
    /// The receiver's `webhook-id`.
    event_id: OutboxEventId,
    event_type: String,
    /// `pending`, `retrying`, `success` or `failed`.
    status: String,
    /// Attempts so far.
    attempts: i64,
    /// Null when there will be none, and while an earlier event of the same resource has to be taken first.
    next_attempt_at: Option<DateTime<Utc>>,
    /// Why the last attempt failed, such as `timeout` or `status_500`, or why there was none.
    error: Option<String>,
    created_at: DateTime<Utc>,
    completed_at: Option<DateTime<Utc>>,
}

impl From<Model> for WebhookDeliveryView {
    fn from(delivery: Model) -> Self {
        Self {
            id: delivery.id,
            endpoint_id: delivery.endpoint_id,
            event_id: delivery.event_id,
            event_type: delivery.event_type,
            status: name_of(&delivery.status),
            attempts: delivery.attempts,
            next_attempt_at: delivery.next_attempt_at,
            error: delivery.error,
            created_at: delivery.created_at,
            completed_at: delivery.completed_at,
        }
    }
}

/// One attempt.
#[derive(Debug, Serialize, ToSchema)]
pub struct WebhookAttemptView {
    /// From 1.
    number: i64,
    started_at: DateTime<Utc>,
    /// Null while it goes on.
    duration_ms: Option<i64>,
    /// Null without an answer.
    response_status: Option<i32>,
    /// The first 1,024 characters of the answer, which may repeat what was sent: null, too, for who may not read that.
    response_body: Option<String>,
    /// Why there is no answer: `timeout`, `connection_refused`, `connection_failed`, `tls_failed`, `address_not_allowed`, or `abandoned`
    /// where nobody knows, because the process ended.
    error: Option<String>,
}

impl From<Attempt> for WebhookAttemptView {
    fn from(attempt: Attempt) -> Self {
        let Attempt { number, started_at, duration_ms, response_status, response_body, error, .. } = attempt;
        Self { number, started_at, duration_ms, response_status, response_body, error }
    }
}

/// A delivery with all that is known of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct WholeDeliveryView {
    #[serde(flatten)]
    delivery: WebhookDeliveryView,
    /// The body as it is sent. Null for who may not read the event itself, whose permission stands in `GET /v1/event-types`.
    payload: Option<Value>,
    /// The latest 100, in their order.
    history: Vec<WebhookAttemptView>,
}

/// Which deliveries.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListWebhookDeliveries {
    /// Only those to this endpoint.
    endpoint_id: Option<WebhookEndpointId>,
    /// Only those of this type, such as `order.confirmed`.
    event_type: Option<String>,
    /// Only those that are `pending`, `retrying`, `success` or `failed`.
    #[param(pattern = "^(pending|retrying|success|failed)$")]
    status: Option<String>,
    /// Only those that were queued then or later.
    #[param(value_type = Option<DateTime<Utc>>)]
    since: Option<Moment>,
    /// Only those that were queued before.
    #[param(value_type = Option<DateTime<Utc>>)]
    until: Option<Moment>,
    /// Rows in the page, from 1 to 200; 50 when left out.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Deliveries, the newest first.
#[utoipa::path(
    tag = "Webhooks",
    security(("bearer" = ["webhooks.read"])),
    params(ListWebhookDeliveries),
    responses((status = 200, body = PageView<WebhookDeliveryView>)),
)]
#[get("/v1/webhook-deliveries")]
async fn list(unit: Read, Query(query): Query<ListWebhookDeliveries>) -> Result<Reply, Refusal> {
    let page = query::page(query.limit, query.cursor)?;
    let status = query.status.map(|name| named("/status", &name)).transpose()?;
    let ListWebhookDeliveries { endpoint_id, event_type, since, until, .. } = query;
    let filter = DeliveryFilter { endpoint_id, event_type, status, since, until };
    let tx = unit.begin().await?;
    let page = webhook_deliveries::list(&tx, filter, &page).await?;
    Ok(Reply::ok(&PageView::of(page, WebhookDeliveryView::from))?)
}

/// One delivery, with what is sent and each attempt.
#[utoipa::path(
    tag = "Webhooks",
    security(("bearer" = ["webhooks.read"])),
    params(("id" = WebhookDeliveryId, Path)),
    responses((status = 200, body = WholeDeliveryView)),
)]
#[get("/v1/webhook-deliveries/{id}")]
async fn show(
    unit: Read,
    streams: Data<Streams>,
    accesses: Data<AccessLog>,
    PathId(id): PathId<WebhookDelivery>,
) -> Result<Reply, Refusal> {
    let tx = unit.begin().await?;
    let WholeDelivery { delivery, payload, attempts } = webhook_deliveries::get(&tx, &streams, id).await?;
    let access = Access::select("webhook_delivery", payload.is_some().then_some(id)).unsure();
    accesses.note(unit.scope(), unit.purpose(), access)?;
    let history = attempts.into_iter().map(Into::into).collect();
    Ok(Reply::ok(&WholeDeliveryView { delivery: delivery.into(), payload, history })?)
}

/// Sends an event to its endpoint again, under the same `webhook-id`.
#[utoipa::path(
    tag = "Webhooks",
    security(("bearer" = ["webhooks.manage"])),
    params(("id" = WebhookDeliveryId, Path)),
    responses((status = 202, body = WebhookDeliveryView), (status = 409)),
)]
#[post("/v1/webhook-deliveries/{id}/resend")]
async fn resend(unit: Write, PathId(id): PathId<WebhookDelivery>, body: NoBody) -> Result<HttpResponse, Refusal> {
    let tx = unit.begin(&body).await?;
    let view = WebhookDeliveryView::from(webhook_deliveries::resend(&tx, id).await?);
    unit.commit(tx, Reply::waits(&view)?).await
}
