//! The audit trail: who did what, when, from where. It is read here and written nowhere but with the deed.
use actix_web::{get, web::Data};
use chrono::{DateTime, Utc};
use purser_compliance::{Access, AccessLog};
use purser_http::{
    path::PathId,
    problem::Refusal,
    query::{self, Query},
    reply::Reply,
    routes::Routes,
    unit::Read,
    view::PageView,
};
use purser_kernel::{
    Moment,
    ids::{self, AuditLogId},
};
use purser_store::{AuditFilter, AuditLog, audit_log, audit_logs, name_of, named};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(list).service(show);
}

/// One deed.
#[derive(Debug, Serialize, ToSchema)]
pub struct AuditLogView {
    id: AuditLogId,
    /// `change`, `security`, `access`, `approval` or `system`.
    category: String,
    /// `info`, `warning` or `critical`.
    severity: String,
    /// `user`, `api_key`, `agent` or `system`.
    actor_kind: String,
    actor_id: Option<Uuid>,
    /// The person for whom somebody else acted.
    on_behalf_of: Option<Uuid>,
    /// Such as `order.confirm`.
    action: String,
    /// Such as `order`.
    resource: String,
    resource_id: Option<Uuid>,
    /// `before` and `after`, with the fields that differ. Secrets are never in it. `[personal]` stands where something was erased.
    changes: Value,
    ip: Option<String>,
    user_agent: Option<String>,
    /// Whether what was personal in it was erased.
    is_erased: bool,
    /// The request, as `X-Request-Id` named it.
    request_id: String,
    /// `success` or `failure`.
    outcome: String,
    created_at: DateTime<Utc>,
}

impl From<AuditLog> for AuditLogView {
    fn from(log: AuditLog) -> Self {
        let (changes, ip, user_agent, is_erased) = (log.changes(), log.ip(), log.user_agent(), log.is_erased());
        let entry = log.entry;
        Self {
            id: entry.id,
            category: name_of(&entry.category),
            severity: name_of(&entry.severity),
            actor_kind: entry.actor_kind,
            actor_id: entry.actor_id,
            on_behalf_of: entry.on_behalf_of,
            action: entry.action,
            resource: entry.resource,
            resource_id: entry.resource_id,
            changes,
            ip,
            user_agent,
            is_erased,
            request_id: entry.request_id,
            outcome: name_of(&entry.outcome),
            created_at: entry.created_at,
        }
    }
}

/// Which deeds.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListAuditLogs {
    /// Only what was done then or later.
    #[param(value_type = Option<DateTime<Utc>>)]
    since: Option<Moment>,
    /// Only what was done before.
    #[param(value_type = Option<DateTime<Utc>>)]
    until: Option<Moment>,
    /// Only this category: `change`, `security`, `access`, `approval` or `system`.
    category: Option<String>,
    /// Only what matters so much: `info`, `warning` or `critical`.
    severity: Option<String>,
    /// Only what came to this: `success` or `failure`.
    outcome: Option<String>,
    /// Only this action, such as `order.confirm`.
    action: Option<String>,
    /// Only this kind of resource, such as `order`.
    resource: Option<String>,
    /// Only this resource.
    resource_id: Option<Uuid>,
    /// Only what this kind of actor did: `user`, `api_key`, `agent`, `platform_admin` or `system`.
    actor_kind: Option<String>,
    /// Only what this actor did.
    actor_id: Option<Uuid>,
    /// Only what this request did.
    request_id: Option<String>,
    /// Rows in the page, from 1 to 200; 50 when left out.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// The trail, the newest first.
#[utoipa::path(
    tag = "Audit",
    params(ListAuditLogs),
    responses((status = 200, body = PageView<AuditLogView>)),
    security(("bearer" = ["audit.read"])),
)]
#[get("/v1/audit-logs")]
async fn list(unit: Read, accesses: Data<AccessLog>, Query(query): Query<ListAuditLogs>) -> Result<Reply, Refusal> {
    let page = query::page(query.limit, query.cursor)?;
    let filter = AuditFilter {
        since: query.since,
        until: query.until,
        category: query.category.map(|name| named("/category", &name)).transpose()?,
        severity: query.severity.map(|name| named("/severity", &name)).transpose()?,
        outcome: query.outcome.map(|name| named("/outcome", &name)).transpose()?,
        action: query.action,
        resource: query.resource,
        resource_id: query.resource_id,
        actor_kind: query.actor_kind,
        actor_id: query.actor_id,
        request_id: query.request_id,
    };
    let tx = unit.begin().await?;
    let page = audit_logs(&tx, filter, &page).await?;
    accesses.note(
        unit.scope(),
        unit.purpose(),
        Access::select("audit_log", page.data.iter().map(|log| log.entry.id)),
    )?;
    Ok(Reply::ok(&PageView::of(page, AuditLogView::from))?)
}

/// One deed.
#[utoipa::path(
    tag = "Audit",
    params(("id" = AuditLogId, Path)),
    responses((status = 200, body = AuditLogView)),
    security(("bearer" = ["audit.read"])),
)]
#[get("/v1/audit-logs/{id}")]
async fn show(unit: Read, accesses: Data<AccessLog>, PathId(id): PathId<ids::AuditLog>) -> Result<Reply, Refusal> {
    let tx = unit.begin().await?;
    let entry = audit_log(&tx, id).await?;
    accesses.note(unit.scope(), unit.purpose(), Access::select("audit_log", [id]))?;
    Ok(Reply::ok(&AuditLogView::from(entry))?)
}
