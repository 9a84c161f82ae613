//! The platform's trail: what administrators and commands did.
use super::Admin;
use actix_web::get;
use chrono::{DateTime, Utc};
use purser_http::{
    problem::Refusal,
    query::{self, Query},
    reply::Reply,
    routes::Routes,
    view::PageView,
};
use purser_kernel::{OrganizationId, UserId, ids::PlatformAuditLogId};
use purser_store::{PlatformAuditFilter, PlatformAuditLog, name_of, platform_audit_logs};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(list);
}

/// One deed.
#[derive(Serialize, ToSchema)]
pub struct PlatformAuditLogView {
    id: PlatformAuditLogId,
    /// Null for a command, and for what a person did themselves.
    admin_id: Option<UserId>,
    /// Such as `organization.suspend`.
    action: String,
    /// `success` or `failure`.
    outcome: String,
    organization_id: Option<OrganizationId>,
    /// The person that it was done to.
    user_id: Option<UserId>,
    /// What else there is to say, such as a reason.
    details: Value,
    ip: Option<String>,
    user_agent: Option<String>,
    /// The request, as `X-Request-Id` named it.
    request_id: String,
    created_at: DateTime<Utc>,
}

impl From<PlatformAuditLog> for PlatformAuditLogView {
    fn from(entry: PlatformAuditLog) -> Self {
        Self {
            outcome: name_of(&entry.outcome),
            id: entry.id,
            admin_id: entry.admin_id,
            action: entry.action,
            organization_id: entry.organization_id,
            user_id: entry.person_id,
            details: entry.details,
            ip: entry.ip,
            user_agent: entry.user_agent,
            request_id: entry.request_id,
            created_at: entry.created_at,
        }
    }
}

/// Which deeds.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListPlatformAuditLogs {
    /// Only this action, such as `organization.suspend`.
    action: Option<String>,
    /// Only what this administrator did.
    admin_id: Option<UserId>,
    /// Only what was done to this organization.
    organization_id: Option<OrganizationId>,
    /// Only what was done to this person.
    user_id: Option<UserId>,
    /// Rows in the page, from 1 to 200; 50 when left out.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// The platform's trail, the newest first.
#[utoipa::path(
    tag = "Platform",
    security(("platform" = [])),
    params(ListPlatformAuditLogs),
    responses((status = 200, body = PageView<PlatformAuditLogView>)),
)]
#[get("/v1/platform/audit-logs")]
async fn list(admin: Admin, Query(query): Query<ListPlatformAuditLogs>) -> Result<Reply, Refusal> {
    let page = query::page(query.limit, query.cursor)?;
    let filter = PlatformAuditFilter {
        action: query.action,
        admin_id: query.admin_id,
        organization_id: query.organization_id,
        person_id: query.user_id,
    };
    let tx = admin.store().system_read().await?;
    let page = platform_audit_logs(tx.system(), admin.scope(), filter, &page).await?;
    Ok(Reply::ok(&PageView::of(page, PlatformAuditLogView::from))?)
}
