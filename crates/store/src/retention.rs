//! What is old goes.
use crate::{
    Store,
    jobs::{Job, JobHandler},
    outbox,
    ports::{Retention, Tenants},
    prelude::*,
};
use async_trait::async_trait;
use purser_entity_platform::outbox_event::{Column, Entity};
use purser_kernel::{Kept, OrganizationId};
use std::sync::Arc;

/// Rows that one transaction removes.
pub const BATCH: u64 = 500;

/// Something that is kept for a time.
#[async_trait]
pub trait Expiring: Send + Sync {
    /// What it is.
    fn what(&self) -> Kept;

    /// Removes what is from before, some [`BATCH`] of it. Returns whether there may be more.
    async fn remove_some(&self, tx: &WriteTx, before: Timestamp) -> Result<bool, Problem>;
}

/// Removes what organizations keep no longer.
///
/// In short transactions, each of which is whole: done twice at once or killed half-way, the next one goes on.
pub struct RemoveExpired {
    tenants: Arc<dyn Tenants>,
    retention: Arc<dyn Retention>,
    expiring: Vec<Arc<dyn Expiring>>,
}

impl RemoveExpired {
    /// The kind of the job.
    pub const KIND: &'static str = "platform.retention";

    /// The handler, with the list of organizations, who says how long what is kept, and what there is.
    pub fn new(tenants: Arc<dyn Tenants>, retention: Arc<dyn Retention>, expiring: Vec<Arc<dyn Expiring>>) -> Self {
        Self { tenants, retention, expiring }
    }

    /// Removes from an organization what it keeps no longer.
    pub async fn remove_from(
        &self,
        store: &Store,
        organization: OrganizationId,
        request_id: &str,
    ) -> Result<(), Problem> {
        let scope = Scope::system(organization, request_id);
        for expiring in &self.expiring {
            let tx = store.read_in_any_state(&scope).await?;
            let since = self.retention.kept_since(&tx, expiring.what()).await?;
            drop(tx);
            let Some(since) = since else { continue };
            loop {
                let tx = store.write_in_any_state(&scope).await?;
                let is_more = expiring.remove_some(&tx, since).await?;
                tx.commit().await?;
                if !is_more {
                    break;
                }
            }
        }
        Ok(())
    }
}

#[async_trait]
impl JobHandler for RemoveExpired {
    fn kind(&self) -> &'static str {
        Self::KIND
    }

    async fn run(&self, store: &Store, job: &Job) -> Result<(), Problem> {
        let request = format!("job-{}", job.id());
        let mut each = store.each_organization(self.tenants.as_ref());
        while let Some(organization) = each.next().await? {
            each.note(self.remove_from(store, organization, &request).await);
        }
        each.end()
    }
}

/// Events that everybody was told of.
pub struct Events;

#[async_trait]
impl Expiring for Events {
    fn what(&self) -> Kept {
        Kept::Events
    }

    async fn remove_some(&self, tx: &WriteTx, before: Timestamp) -> Result<bool, Problem> {
        let before = outbox::told_until(tx).await?.map_or(before, |told| told.min(before));
        // In their order, which is that of their times: where the first is not old, none is looked at behind it.
        let first = tx.find::<Entity>().without(Column::Payload, serde_json::Value::Null);
        let first = first.filter(Column::Sequence.is_not_null()).order_by(Column::Sequence, Asc).all(BATCH).await?;
        let old = first.iter().filter(|event| event.dispatched_at.is_some_and(|at| at < before)).map(|event| event.id);
        let removed = tx.remove::<Entity>(Column::Id.is_in(old)).await?;
        Ok(removed == BATCH)
    }
}
