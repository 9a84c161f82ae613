//! The end of closed organizations: when their time is over, what they had goes for good.
use async_trait::async_trait;
use purser_entity_tenancy::organization::{ActiveModel, Column, Entity, Status};
use purser_kernel::{OrganizationId, ports::BlobStore};
use purser_store::{
    AuditCategory, AuditSeverity,
    jobs::{Job, JobHandler},
    prelude::*,
};
use serde_json::json;
use std::sync::Arc;

/// Organizations in one look at the list.
const BATCH: u64 = 50;

/// Purges closed organizations whose `purge_after` is over: their keys are destroyed, their rows and their files removed. What
/// remains is the organization's row with its id, its name in addresses and when all that happened, and the audit trail.
///
/// Each step is done again without harm: run twice at once, or after it was killed, it ends as it would have.
pub struct PurgeClosed {
    tables: Vec<&'static str>,
    blobs: Arc<dyn BlobStore>,
}

impl PurgeClosed {
    /// The kind of the job.
    pub const KIND: &'static str = "tenancy.purge_closed";

    /// The handler, with the tables that hold organizations' rows, in any order, without those that rows are only added to, and
    /// with who keeps the bytes of their files.
    pub fn new(tables: Vec<&'static str>, blobs: Arc<dyn BlobStore>) -> Self {
        Self { tables, blobs }
    }

    async fn purge(&self, store: &Store, scope: &Scope) -> Result<(), Problem> {
        let organization = scope.organization;
        store.destroy_organization_keys(organization).await?;
        let rows = store.erase(organization, &self.tables).await?;
        // Once no row promises them.
        self.blobs.delete_all(organization).await?;
        let tx = store.write_in_any_state(scope).await?;
        let own = tx.global::<Entity>().filter(Column::Id.eq(organization)).for_update().one().await?;
        let own = own.ok_or_else(|| Problem::not_found("organization"))?;
        if own.purged_at.is_some() {
            return Ok(());
        }
        let (now, kept) =
            (tx.now(), json!({ "closed_at": own.closed_at, "purge_after": own.purge_after, "rows": rows }));
        tx.system().update(own, |row| forget(row, now)).await?;
        let entry = AuditEntry::new("organization.purge", "organization", organization);
        tx.audit(entry.category(AuditCategory::Security).severity(AuditSeverity::Critical).after(&kept)).await?;
        tx.commit().await
    }
}

/// Nothing of the organization's row is left but that it was, and its name in addresses, which nobody gets again.
fn forget(row: &mut ActiveModel, now: Timestamp) {
    row.name = Set("Purged".to_owned());
    row.kind = Set(None);
    row.description = Set(None);
    row.email = Set(None);
    row.phone = Set(None);
    row.website = Set(None);
    row.suspension_reason = Set(None);
    row.purged_at = Set(Some(now));
}

async fn due(store: &Store) -> Result<Vec<OrganizationId>, Problem> {
    let tx = store.system_read().await?;
    let over = Column::Status
        .eq(Status::Closed)
        .and(Column::PurgeAfter.lte(tx.system().now()))
        .and(Column::PurgedAt.is_null());
    let due = tx.system().find::<Entity>().filter(over).order_by(Column::Id, Asc).all(BATCH).await?;
    Ok(due.into_iter().map(|organization| organization.id).collect())
}

#[async_trait]
impl JobHandler for PurgeClosed {
    fn kind(&self) -> &'static str {
        Self::KIND
    }

    async fn run(&self, store: &Store, job: &Job) -> Result<(), Problem> {
        loop {
            let due = due(store).await?;
            if due.is_empty() {
                return Ok(());
            }
            for organization in due {
                self.purge(store, &Scope::system(organization, format!("job-{}", job.id()))).await?;
            }
        }
    }
}
