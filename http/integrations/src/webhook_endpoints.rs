//! Addresses that events are sent to.
mod verbs;
mod view;

use actix_web::{HttpResponse, delete, get, patch, post, web::Data};
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
use purser_integrations::webhook_endpoints::{self, EndpointChange, NewEndpoint, WebhookRules};
use purser_kernel::{
    Patch,
    ids::{WebhookEndpoint, WebhookEndpointId},
};
use serde::Deserialize;
use utoipa::ToSchema;
use view::{IssuedEndpointView, WebhookEndpointView, shown};

/// As many as the usual schedule has.
const ATTEMPTS: i32 = 10;

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(list).service(create).service(show).service(update).service(delete);
    routes.configure(verbs::routes);
}

/// An endpoint that is to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateWebhookEndpoint {
    /// Where events are posted: `https`, without credentials and fragment, at a port that the installation allows.
    #[schema(max_length = 2048, format = "uri", example = "https://example.com/purser")]
    url: String,
    /// What it is for.
    #[schema(max_length = 200)]
    description: Option<String>,
    /// Which events, of those in `GET /v1/event-types`; when left out, all that there are and will be.
    #[schema(min_items = 1, max_items = 200, example = json!(["order.confirmed"]))]
    event_types: Option<Vec<String>>,
    /// Whether what fails holds back what comes after it about the same resource; when left out, it does not.
    #[serde(default)]
    ordered: bool,
    /// Attempts in a minute, evenly; when left out, no limit.
    #[schema(minimum = 1, maximum = 60_000)]
    rate_limit: Option<i32>,
    /// Attempts at one event, 10 when left out.
    #[schema(minimum = 1, maximum = 50)]
    max_attempts: Option<i32>,
}

impl From<CreateWebhookEndpoint> for NewEndpoint {
    fn from(body: CreateWebhookEndpoint) -> Self {
        let CreateWebhookEndpoint { url, description, event_types, ordered, rate_limit, max_attempts } = body;
        let max_attempts = max_attempts.unwrap_or(ATTEMPTS);
        Self { url, description, event_types, ordered, rate_limit, max_attempts }
    }
}

/// What changes in an endpoint. Fields that are left out keep their value.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateWebhookEndpoint {
    #[schema(max_length = 2048, format = "uri", example = "https://example.com/purser")]
    url: Option<String>,
    /// Null takes it away.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 200)]
    description: Patch<String>,
    /// Null for all.
    #[serde(default)]
    #[schema(value_type = Option<Vec<String>>, min_items = 1, max_items = 200, example = json!(["order.confirmed"]))]
    event_types: Patch<Vec<String>>,
    ordered: Option<bool>,
    /// Null for no limit.
    #[serde(default)]
    #[schema(value_type = Option<i32>, minimum = 1, maximum = 60_000)]
    rate_limit: Patch<i32>,
    #[schema(minimum = 1, maximum = 50)]
    max_attempts: Option<i32>,
}

impl From<UpdateWebhookEndpoint> for EndpointChange {
    fn from(body: UpdateWebhookEndpoint) -> Self {
        let UpdateWebhookEndpoint { url, description, event_types, ordered, rate_limit, max_attempts } = body;
        Self { url, description, event_types, ordered, rate_limit, max_attempts }
    }
}

/// Endpoints, the newest first.
#[utoipa::path(
    tag = "Webhooks",
    security(("bearer" = ["webhooks.read"])),
    params(PageQuery),
    responses((status = 200, body = PageView<WebhookEndpointView>)),
)]
#[get("/v1/webhook-endpoints")]
async fn list(unit: Read, Query(query): Query<PageQuery>) -> Result<Reply, Refusal> {
    let page = query.page()?;
    let tx = unit.begin().await?;
    let page = webhook_endpoints::list(&tx, &page).await?;
    let ids: Vec<WebhookEndpointId> = page.data.iter().map(|endpoint| endpoint.id).collect();
    let states = webhook_endpoints::states(&tx, &ids).await?;
    let view = |endpoint: webhook_endpoints::Model| {
        let state = states.get(&endpoint.id).copied().unwrap_or_default();
        WebhookEndpointView::new(endpoint, state)
    };
    Ok(Reply::ok(&PageView::of(page, view))?)
}

/// Makes an endpoint. Its secret is shown in this answer and never again.
#[utoipa::path(
    tag = "Webhooks",
    security(("bearer" = ["webhooks.manage"])),
    request_body = CreateWebhookEndpoint,
    responses((status = 201, body = IssuedEndpointView), (status = 409)),
)]
#[post("/v1/webhook-endpoints")]
async fn create(
    unit: Write,
    rules: Data<WebhookRules>,
    body: Body<CreateWebhookEndpoint>,
) -> Result<HttpResponse, Refusal> {
    let tx = unit.begin(&body).await?;
    let issued = webhook_endpoints::create(&tx, &rules, body.into_inner().into()).await?;
    let view = IssuedEndpointView::from(issued);
    let location = format!("/v1/webhook-endpoints/{}", view.id());
    unit.commit(tx, Reply::created(&view)?.etag(view.version()).location(location)).await
}

/// One endpoint.
#[utoipa::path(
    tag = "Webhooks",
    security(("bearer" = ["webhooks.read"])),
    params(("id" = WebhookEndpointId, Path)),
    responses((status = 200, body = WebhookEndpointView)),
)]
#[get("/v1/webhook-endpoints/{id}")]
async fn show(unit: Read, PathId(id): PathId<WebhookEndpoint>) -> Result<Reply, Refusal> {
    let tx = unit.begin().await?;
    let view = shown(&tx, webhook_endpoints::get(&tx, id).await?).await?;
    Ok(Reply::ok(&view)?.etag(view.version()))
}

/// Changes an endpoint. What is still to be sent goes to the new address.
#[utoipa::path(
    tag = "Webhooks",
    security(("bearer" = ["webhooks.manage"])),
    params(("id" = WebhookEndpointId, Path)),
    request_body = UpdateWebhookEndpoint,
    responses((status = 200, body = WebhookEndpointView)),
)]
#[patch("/v1/webhook-endpoints/{id}")]
async fn update(
    unit: Write,
    rules: Data<WebhookRules>,
    PathId(id): PathId<WebhookEndpoint>,
    body: Body<UpdateWebhookEndpoint>,
) -> Result<HttpResponse, Refusal> {
    let expected = unit.if_match()?;
    let tx = unit.begin(&body).await?;
    let change = body.into_inner().into();
    let endpoint = webhook_endpoints::update(&tx, &rules, id, expected, change).await?;
    let view = shown(&tx, endpoint).await?;
    unit.commit(tx, Reply::ok(&view)?.etag(view.version())).await
}

/// Deletes an endpoint. What was not sent yet is not sent any more.
#[utoipa::path(
    tag = "Webhooks",
    security(("bearer" = ["webhooks.manage"])),
    params(("id" = WebhookEndpointId, Path)),
    responses((status = 204)),
)]
#[delete("/v1/webhook-endpoints/{id}")]
async fn delete(unit: Write, PathId(id): PathId<WebhookEndpoint>) -> Result<HttpResponse, Refusal> {
    let expected = unit.if_match()?;
    let tx = unit.begin(&()).await?;
    webhook_endpoints::delete(&tx, id, expected).await?;
    unit.commit(tx, Reply::no_content()).await
}
