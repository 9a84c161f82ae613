//! Jobs as those look after them who run the installation. Whoever has a [`PlatformScope`] may.
//!
//! What a job is about stays hidden: its payload names things of a tenant's.
use crate::{PlatformAuditEntry, name_of, prelude::*};
use purser_entity_platform::job::{ActiveModel, Column, Entity};
pub use purser_entity_platform::job::{Model as JobRow, Status as JobStatus};
use purser_kernel::{OrganizationId, PlatformScope, ids::JobId};
use serde_json::json;

/// Which jobs are asked for.
#[derive(Clone, Debug, Default)]
pub struct JobFilter {
    /// Only those of this status.
    pub status: Option<JobStatus>,
    /// Only those of this kind.
    pub kind: Option<String>,
    /// Only those of this organization.
    pub organization: Option<OrganizationId>,
}

/// What can be done to a job of this status.
fn moves(status: JobStatus) -> &'static [&'static str] {
    match status {
        JobStatus::Ready => &["cancel"],
        JobStatus::Dead => &["retry", "cancel"],
        JobStatus::Cancelled => &["retry"],
        // A handler may be half-way through something outside of the database, and what is done is done.
        JobStatus::Running | JobStatus::Done => &[],
    }
}

/// The jobs, newest first.
pub async fn list(
    system: System<'_>,
    _: &PlatformScope,
    filter: JobFilter,
    page: &PageRequest,
) -> Result<Page<JobRow>, Problem> {
    system
        .find::<Entity>()
        .filter_if(filter.status.map(|status| Column::Status.eq(status)))
        .filter_if(filter.kind.map(|kind| Column::Kind.eq(kind)))
        .filter_if(filter.organization.map(|id| Column::OrganizationId.eq(id)))
        .page(page)
        .await
}

/// Lets a dead or cancelled job begin anew, with all its attempts. What it died of is kept in the platform's trail.
///
/// It has no unique key any more: another job may wait with it.
pub async fn retry(system: System<'_>, who: &PlatformScope, id: JobId) -> Result<JobRow, Problem> {
    let now = system.now();
    change(system, who, id, ("retry", "job.retry"), |row| {
        row.status = Set(JobStatus::Ready);
        row.run_at = Set(now);
        row.attempts = Set(0);
        row.last_error = Set(None);
    })
    .await
}

/// Takes back a job that waits, or gives up one that is dead. One that runs is left to its end: cancel it when it waits again.
pub async fn cancel(system: System<'_>, who: &PlatformScope, id: JobId) -> Result<JobRow, Problem> {
    change(system, who, id, ("cancel", "job.cancel"), |row| row.status = Set(JobStatus::Cancelled)).await
}

/// `not_found` without such a job, `illegal_transition` from a status that does not allow it: a worker may just have taken it.
async fn change(
    system: System<'_>,
    who: &PlatformScope,
    id: JobId,
    (verb, action): (&str, &'static str),
    to: impl FnOnce(&mut ActiveModel) + Send,
) -> Result<JobRow, Problem> {
    let found = || system.find::<Entity>().filter(Column::Id.eq(id));
    let job = found().for_update().one().await?.ok_or_else(|| Problem::not_found("job"))?;
    let open = moves(job.status);
    if !open.contains(&verb) {
        return Err(Problem::illegal_transition("job", &name_of(&job.status), open));
    }
    let set = |row: &mut ActiveModel| {
        row.unique_key = Set(None);
        to(row);
    };
    system.update_where(Column::Id.eq(id), set).await?;
    let details = json!({
        "job_id": id, "kind": job.kind, "status": name_of(&job.status), "attempts": job.attempts, "last_error": job.last_error,
    });
    let entry = PlatformAuditEntry::new(action).details(&details);
    let entry = match job.organization_id {
        Some(organization) => entry.organization(organization),
        None => entry,
    };
    system.platform_audit(who, entry).await?;
    found().one().await?.ok_or_else(|| Problem::not_found("job"))
}
