//! Jobs from outside: how they stand and why they died, and never what they are about.
use super::Admin;
use actix_web::{get, post};
use chrono::{DateTime, Utc};
use purser_http::{
    body::NoBody,
    path::PathId,
    problem::Refusal,
    query::{self, Query},
    reply::Reply,
    routes::Routes,
    view::PageView,
};
use purser_kernel::{
    OrganizationId,
    ids::{Job, JobId},
};
use purser_store::{
    jobs::administration::{self, JobFilter, JobRow, JobStatus},
    name_of,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(list).service(retry).service(cancel);
}

/// How a job stands.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PlatformJobStatus {
    Ready,
    Running,
    Done,
    Dead,
    Cancelled,
}

impl From<PlatformJobStatus> for JobStatus {
    fn from(status: PlatformJobStatus) -> Self {
        match status {
            PlatformJobStatus::Ready => Self::Ready,
            PlatformJobStatus::Running => Self::Running,
            PlatformJobStatus::Done => Self::Done,
            PlatformJobStatus::Dead => Self::Dead,
            PlatformJobStatus::Cancelled => Self::Cancelled,
        }
    }
}

/// A job, without what it is about.
#[derive(Serialize, ToSchema)]
pub struct PlatformJobView {
    id: JobId,
    /// Such as `outbox.dispatch`.
    kind: String,
    /// Null for Purser's own work.
    organization_id: Option<OrganizationId>,
    /// `ready`, `running`, `done`, `dead` or `cancelled`.
    status: String,
    /// Higher runs first among the jobs of an organization.
    priority: i32,
    /// Not before that.
    run_at: DateTime<Utc>,
    attempts: i32,
    max_attempts: i32,
    /// Until when a worker has it for itself.
    leased_until: Option<DateTime<Utc>>,
    /// The kind of problem that the last attempt ended with.
    last_error: Option<String>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<JobRow> for PlatformJobView {
    fn from(job: JobRow) -> Self {
        Self {
            status: name_of(&job.status),
            id: job.id,
            kind: job.kind,
            organization_id: job.organization_id,
            priority: job.priority,
            run_at: job.run_at,
            attempts: job.attempts,
            max_attempts: job.max_attempts,
            leased_until: job.leased_until,
            last_error: job.last_error,
            created_at: job.created_at,
            updated_at: job.updated_at,
        }
    }
}

/// Which jobs.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListJobs {
    /// Only those of this status.
    #[param(inline)]
    status: Option<PlatformJobStatus>,
    /// Only those of this kind, such as `outbox.dispatch`.
    kind: Option<String>,
    /// Only those of this organization.
    organization_id: Option<OrganizationId>,
    /// Rows in the page, from 1 to 200; 50 when left out.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Jobs, the newest first. What is done or cancelled is kept for seven days.
#[utoipa::path(
    tag = "Platform",
    security(("platform" = [])),
    params(ListJobs),
    responses((status = 200, body = PageView<PlatformJobView>)),
)]
#[get("/v1/admin/jobs")]
async fn list(admin: Admin, Query(query): Query<ListJobs>) -> Result<Reply, Refusal> {
    let page = query::page(query.limit, query.cursor)?;
    let filter =
        JobFilter { status: query.status.map(JobStatus::from), kind: query.kind, organization: query.organization_id };
    let tx = admin.store().system_read().await?;
    let page = administration::list(tx.system(), admin.scope(), filter, &page).await?;
    Ok(Reply::ok(&PageView::of(page, PlatformJobView::from))?)
}

/// Lets a dead or cancelled job begin anew, with all its attempts.
#[utoipa::path(
    tag = "Platform",
    security(("platform" = [])),
    params(("id" = JobId, Path)),
    responses((status = 200, body = PlatformJobView)),
)]
#[post("/v1/admin/jobs/{id}/retry")]
async fn retry(admin: Admin, PathId(id): PathId<Job>, _body: NoBody) -> Result<Reply, Refusal> {
    let tx = admin.store().system().await?;
    let job = administration::retry(tx.system(), admin.scope(), id).await?;
    tx.commit().await?;
    Ok(Reply::ok(&PlatformJobView::from(job))?)
}

/// Takes a job back that waits, or gives up one that is dead. One that runs is left to its end.
#[utoipa::path(
    tag = "Platform",
    security(("platform" = [])),
    params(("id" = JobId, Path)),
    responses((status = 200, body = PlatformJobView)),
)]
#[post("/v1/admin/jobs/{id}/cancel")]
async fn cancel(admin: Admin, PathId(id): PathId<Job>, _body: NoBody) -> Result<Reply, Refusal> {
    let tx = admin.store().system().await?;
    let job = administration::cancel(tx.system(), admin.scope(), id).await?;
    tx.commit().await?;
    Ok(Reply::ok(&PlatformJobView::from(job))?)
}
