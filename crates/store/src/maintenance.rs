//! What is kept no longer: jobs that are done, and answers that nobody will ask for again.
use crate::{
    Store,
    jobs::{Job, JobHandler},
    ports::Tenants,
    prelude::*,
    retention::BATCH,
};
use async_trait::async_trait;
use chrono::TimeDelta;
use purser_entity_platform::job::{self, Column, Status};
use std::sync::Arc;

/// How long a job that is done or cancelled can still be looked at. Dead jobs stay until an operator decides.
const OVER_FOR: TimeDelta = TimeDelta::days(7);

/// Purges, by a schedule.
pub struct Purge {
    tenants: Arc<dyn Tenants>,
}

impl Purge {
    /// The kind of the job.
    pub const KIND: &'static str = "platform.purge";

    /// The handler, with the list of organizations.
    pub fn new(tenants: Arc<dyn Tenants>) -> Self {
        Self { tenants }
    }
}

/// Removes some of the jobs that have been over for long. Returns how many.
async fn purge_jobs(store: &Store, over: Status) -> Result<u64, Problem> {
    let tx = store.system().await?;
    let long = Column::UpdatedAt.lt(tx.system().now() - OVER_FOR);
    let purged = tx.system().remove_some::<job::Entity>(Column::Status.eq(over).and(long), BATCH).await?;
    tx.commit().await?;
    Ok(purged)
}

async fn purge_answers(store: &Store, scope: &Scope) -> Result<(), Problem> {
    loop {
        let tx = store.write_in_any_state(scope).await?;
        let purged = tx.purge_answers(BATCH).await?;
        tx.commit().await?;
        if purged < BATCH {
            return Ok(());
        }
    }
}

#[async_trait]
impl JobHandler for Purge {
    fn kind(&self) -> &'static str {
        Self::KIND
    }

    async fn run(&self, store: &Store, job: &Job) -> Result<(), Problem> {
        for over in [Status::Done, Status::Cancelled] {
            while purge_jobs(store, over).await? == BATCH {}
        }
        let mut each = store.each_organization(self.tenants.as_ref());
        while let Some(organization) = each.next().await? {
            each.note(purge_answers(store, &Scope::system(organization, format!("job-{}", job.id()))).await);
        }
        each.end()
    }
}
