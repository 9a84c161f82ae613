//! What was used in a month, and what it cost.
use actix_web::get;
use chrono::{DateTime, Utc};
use purser_billing::{
    BillingPeriod, UsageEvent,
    usage::{self, UsageFilter, UsageTotal},
};
use purser_http::{
    problem::Refusal,
    query::{self, Query},
    reply::Reply,
    routes::Routes,
    unit::Read,
    view::PageView,
};
use purser_kernel::{Cost, Quantity, UserId, ids::UsageEventId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(list);
}

/// One metered use.
#[derive(Debug, Serialize, ToSchema)]
pub struct UsageEventView {
    id: UsageEventId,
    /// Which part of Purser metered it.
    source: String,
    /// Such as `message_read` or `event_sent`.
    resource_type: String,
    quantity: Quantity,
    unit: String,
    cost_usd: Cost,
    provider: Option<String>,
    model: Option<String>,
    success: bool,
    latency_ms: Option<i64>,
    tokens_in: i64,
    tokens_cached: i64,
    tokens_reasoning: i64,
    tokens_out: i64,
    user_id: Option<UserId>,
    project_id: Option<Uuid>,
    engagement_id: Option<Uuid>,
    agent_run_id: Option<Uuid>,
    /// The month in UTC, such as `2026-11`.
    billing_period: String,
    occurred_at: DateTime<Utc>,
    extra: Value,
}

impl From<UsageEvent> for UsageEventView {
    fn from(event: UsageEvent) -> Self {
        Self {
            id: event.id,
            source: event.source,
            resource_type: event.resource_type,
            quantity: event.quantity_e4,
            unit: event.unit,
            cost_usd: event.cost_nanos,
            provider: event.provider,
            model: event.model,
            success: event.success,
            latency_ms: event.latency_ms,
            tokens_in: event.tokens_in,
            tokens_cached: event.tokens_cached,
            tokens_reasoning: event.tokens_reasoning,
            tokens_out: event.tokens_out,
            user_id: event.user_id,
            project_id: event.project_id,
            engagement_id: event.engagement_id,
            agent_run_id: event.agent_run_id,
            billing_period: event.billing_period,
            occurred_at: event.occurred_at,
            extra: event.extra,
        }
    }
}

/// All uses of one kind in a month.
#[derive(Debug, Serialize, ToSchema)]
pub struct UsageTotalView {
    resource_type: String,
    /// How many uses.
    count: i64,
    quantity: Quantity,
    cost_usd: Cost,
}

impl From<UsageTotal> for UsageTotalView {
    fn from(total: UsageTotal) -> Self {
        let UsageTotal { resource_type, count, quantity, cost } = total;
        Self { resource_type, count, quantity, cost_usd: cost }
    }
}

/// A page of a month's uses, and the month's totals.
#[derive(Debug, Serialize, ToSchema)]
pub struct UsageView {
    #[serde(flatten)]
    page: PageView<UsageEventView>,
    /// The totals of the whole month, for each kind of use.
    totals: Vec<UsageTotalView>,
}

/// Which uses.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListUsage {
    /// The month in UTC, such as `2026-11`; this month when left out.
    #[param(pattern = "^[0-9]{4}-(0[1-9]|1[0-2])$")]
    billing_period: Option<String>,
    /// Only uses of this kind. The totals are of all kinds.
    resource_type: Option<String>,
    /// Rows in the page, from 1 to 200; 50 when left out.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// The uses of a month, the one recorded last first.
#[utoipa::path(
    tag = "Usage",
    params(ListUsage),
    responses((status = 200, body = UsageView)),
    security(("bearer" = ["usage.read"])),
)]
#[get("/v1/usage")]
async fn list(unit: Read, Query(query): Query<ListUsage>) -> Result<Reply, Refusal> {
    let page = query::page(query.limit, query.cursor)?;
    let billing_period = query.billing_period.map(|text| BillingPeriod::parse("/billing_period", &text)).transpose()?;
    let tx = unit.begin().await?;
    let filter = UsageFilter {
        billing_period: billing_period.unwrap_or_else(|| BillingPeriod::of(tx.now())),
        resource_type: query.resource_type,
    };
    let report = usage::report(&tx, filter, &page).await?;
    Ok(Reply::ok(&UsageView {
        page: PageView::of(report.events, UsageEventView::from),
        totals: report.totals.into_iter().map(UsageTotalView::from).collect(),
    })?)
}
