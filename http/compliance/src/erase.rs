//! Personal data leaves the trail.
use actix_web::{HttpResponse, post};
use purser_compliance::erase::{Erased, Erasure, erase};
use purser_http::{body::Body, problem::Refusal, reply::Reply, routes::Routes, unit::Write};
use purser_kernel::{Moment, ids::AuditLogId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(erase_details);
}

/// What is erased. An actor, a resource, or both are named.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EraseDetails {
    /// Of entries about what this actor did: where they were, and with what.
    actor_id: Option<Uuid>,
    /// Of entries about this resource: what it said about people.
    resource_id: Option<Uuid>,
    /// Only of entries that were written before.
    #[schema(value_type = Option<DateTime<Utc>>)]
    until: Option<Moment>,
    /// Goes on behind this entry: `next` of the answer before.
    after: Option<AuditLogId>,
    /// Why. It stays in the trail: leave out what is personal.
    #[schema(max_length = 500)]
    reason: String,
}

/// What came of it.
#[derive(Serialize, ToSchema)]
pub struct ErasedView {
    /// Entries whose personal data is gone.
    erased: u64,
    /// Null when that was all; else ask again with it as `after`.
    next: Option<AuditLogId>,
}

impl From<Erased> for ErasedView {
    fn from(Erased { erased, next }: Erased) -> Self {
        Self { erased, next }
    }
}

/// Erases what is personal in entries of the trail, for good: addresses, what clients called themselves, personal values of changes. The
/// entries stay, and every seal stays whole. That it was done is an entry, too.
#[utoipa::path(
    tag = "Audit",
    request_body = EraseDetails,
    responses((status = 200, body = ErasedView)),
    security(("bearer" = ["audit.erase"])),
)]
#[post("/v1/audit-logs/erase-details")]
async fn erase_details(unit: Write, body: Body<EraseDetails>) -> Result<HttpResponse, Refusal> {
    let tx = unit.begin(&body).await?;
    let EraseDetails { actor_id, resource_id, until, after, reason } = body.into_inner();
    let erased = erase(&tx, Erasure { actor_id, resource_id, until, reason }, after).await?;
    unit.commit(tx, Reply::ok(&ErasedView::from(erased))?).await
}
