//! What providers sent: when, and what became of it. Never what stood in it.
use actix_web::{HttpResponse, get, post};
use chrono::{DateTime, Utc};
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
use purser_integrations::events::{self, EventFilter, InboundEvent};
use purser_kernel::{
    Moment,
    ids::{self, InboundEventId, IntegrationId},
};
use purser_store::{name_of, named};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(list).service(show).service(reprocess);
}

/// Something that a provider sent.
#[derive(Debug, Serialize, ToSchema)]
pub struct InboundEventView {
    id: InboundEventId,
    integration_id: IntegrationId,
    provider: String,
    /// `received`, `processed`, `ignored` (nothing in it is for us), `failed` (it is tried again) or `dead` (it is not, unless you ask for it).
    status: String,
    /// How often it was read since it came, or since somebody had it read again.
    attempts: i32,
    /// Why it failed, or why parts of it were left out.
    error: Option<String>,
    received_at: DateTime<Utc>,
    processed_at: Option<DateTime<Utc>>,
}

impl From<InboundEvent> for InboundEventView {
    fn from(event: InboundEvent) -> Self {
        let InboundEvent { id, integration_id, provider, status, attempts, error, received_at, processed_at } = event;
        let status = name_of(&status);
        Self { id, integration_id, provider, status, attempts, error, received_at, processed_at }
    }
}

/// Which events.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListInboundEvents {
    /// Only those of this integration.
    integration_id: Option<IntegrationId>,
    /// Only those that are `received`, `processed`, `ignored`, `failed` or `dead`.
    #[param(pattern = "^(received|processed|ignored|failed|dead)$")]
    status: Option<String>,
    /// Only those that came then or later.
    #[param(value_type = Option<DateTime<Utc>>)]
    since: Option<Moment>,
    /// Only those that came before.
    #[param(value_type = Option<DateTime<Utc>>)]
    until: Option<Moment>,
    /// Rows in the page, from 1 to 200; 50 when left out.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Events, the newest first.
#[utoipa::path(
    tag = "Integrations",
    params(ListInboundEvents),
    responses((status = 200, body = PageView<InboundEventView>)),
    security(("bearer" = ["integrations.read"])),
)]
#[get("/v1/inbound-events")]
async fn list(unit: Read, Query(query): Query<ListInboundEvents>) -> Result<Reply, Refusal> {
    let page = query::page(query.limit, query.cursor)?;
    let status = query.status.map(|name| named("/status", &name)).transpose()?;
    let ListInboundEvents { integration_id, since, until, .. } = query;
    let filter = EventFilter { integration_id, status, since, until };
    let tx = unit.begin().await?;
    let page = events::list(&tx, filter, &page).await?;
    Ok(Reply::ok(&PageView::of(page, InboundEventView::from))?)
}

/// One event.
#[utoipa::path(
    tag = "Integrations",
    params(("id" = InboundEventId, Path)),
    responses((status = 200, body = InboundEventView)),
    security(("bearer" = ["integrations.read"])),
)]
#[get("/v1/inbound-events/{id}")]
async fn show(unit: Read, PathId(id): PathId<ids::InboundEvent>) -> Result<Reply, Refusal> {
    let tx = unit.begin().await?;
    let event = events::get(&tx, id).await?;
    Ok(Reply::ok(&InboundEventView::from(event))?)
}

/// Has an event read again, whatever became of it. What is known of it already is not there twice.
#[utoipa::path(
    tag = "Integrations",
    params(("id" = InboundEventId, Path)),
    responses((status = 202, body = InboundEventView)),
    security(("bearer" = ["integrations.manage"])),
)]
#[post("/v1/inbound-events/{id}/reprocess")]
async fn reprocess(unit: Write, PathId(id): PathId<ids::InboundEvent>, body: NoBody) -> Result<HttpResponse, Refusal> {
    let tx = unit.begin(&body).await?;
    let view = InboundEventView::from(events::reprocess(&tx, id).await?);
    unit.commit(tx, Reply::waits(&view)?).await
}
