//! Who purges: by a schedule, and where somebody has begun.
use super::{Deletions, purge};
use async_trait::async_trait;
use purser_store::{
    Store,
    jobs::{Job, JobHandler},
    ports::Tenants,
    prelude::*,
};
use std::sync::Arc;

/// Purges what was deleted and whose time is over.
pub struct PurgeDeleted {
    deletions: Deletions,
    tenants: Arc<dyn Tenants>,
    kind: &'static str,
}

impl PurgeDeleted {
    /// The kind of the job that goes through all organizations.
    pub const KIND: &'static str = "compliance.purge_deleted";
    /// The kind of the job that goes on with what somebody of one organization has begun.
    pub const KIND_BEGUN: &'static str = "compliance.purge_begun";

    /// The handlers, with the list of organizations.
    pub fn handlers(deletions: &Deletions, tenants: &Arc<dyn Tenants>) -> [Arc<dyn JobHandler>; 2] {
        [Self::KIND, Self::KIND_BEGUN].map(|kind| -> Arc<dyn JobHandler> {
            Arc::new(Self { deletions: deletions.clone(), tenants: tenants.clone(), kind })
        })
    }
}

#[async_trait]
impl JobHandler for PurgeDeleted {
    fn kind(&self) -> &'static str {
        self.kind
    }

    async fn run(&self, store: &Store, job: &Job) -> Result<(), Problem> {
        if self.kind == Self::KIND_BEGUN {
            return purge::purge_due(&self.deletions, store, &job.scope()?).await.map(|_| ());
        }
        let mut each = store.each_organization(self.tenants.as_ref());
        while let Some(organization) = each.next().await? {
            let scope = Scope::system(organization, format!("job-{}", job.id()));
            each.note(purge::purge_due(&self.deletions, store, &scope).await.map(|_| ()));
        }
        each.end()
    }
}
