//! Notifications that are not kept any longer.
use async_trait::async_trait;
use chrono::TimeDelta;
use purser_entity_messaging::notification::{Column, Entity};
use purser_kernel::OrganizationId;
use purser_store::{
    jobs::{Job, JobHandler},
    ports::Tenants,
    prelude::*,
};
use std::sync::Arc;

/// Notifications that one transaction removes.
const BATCH: u64 = 1_000;
/// Organizations in one look at the list.
const ORGANIZATIONS: u64 = 500;

/// Removes notifications some days after they were read; those that were only mailed, after they were made.
pub struct RemoveNotifications {
    tenants: Arc<dyn Tenants>,
    retention: TimeDelta,
}

impl RemoveNotifications {
    /// The kind of the job.
    pub const KIND: &'static str = "notifications.retention";

    /// The handler, with the list of organizations.
    pub fn new(tenants: Arc<dyn Tenants>, retention: TimeDelta) -> Self {
        Self { tenants, retention }
    }

    async fn remove_some(&self, store: &Store, scope: &Scope) -> Result<u64, Problem> {
        let tx = store.write_in_any_state(scope).await?;
        let since = tx.now() - self.retention;
        let mailed = Column::InApp.eq(false).and(Column::CreatedAt.lt(since));
        let old = tx.find::<Entity>().filter(Column::ReadAt.lt(since).or(mailed)).all(BATCH).await?;
        let removed = tx.remove::<Entity>(Column::Id.is_in(old.iter().map(|row| row.id))).await?;
        tx.commit().await?;
        Ok(removed)
    }
}

#[async_trait]
impl JobHandler for RemoveNotifications {
    fn kind(&self) -> &'static str {
        Self::KIND
    }

    async fn run(&self, store: &Store, job: &Job) -> Result<(), Problem> {
        let mut after = None;
        loop {
            let organizations = organizations(store, self.tenants.as_ref(), after).await?;
            for organization in &organizations {
                let scope = Scope::system(*organization, format!("job-{}", job.id()));
                while self.remove_some(store, &scope).await? == BATCH {}
            }
            after = organizations.last().copied();
            if after.is_none() {
                return Ok(());
            }
        }
    }
}

/// The organizations behind `after`, in their order; none when that was the last.
pub(super) async fn organizations(
    store: &Store,
    tenants: &dyn Tenants,
    after: Option<OrganizationId>,
) -> Result<Vec<OrganizationId>, Problem> {
    let tx = store.system_read().await?;
    tenants.page(tx.system(), after, ORGANIZATIONS).await
}
