//! Deliveries that are not kept any longer.
use super::{open, sweep::organizations};
use async_trait::async_trait;
use chrono::TimeDelta;
use purser_entity_integrations::webhook_delivery::{Column, Entity};
use purser_store::{
    jobs::{Job, JobHandler},
    ports::Tenants,
    prelude::*,
};
use std::sync::Arc;

/// Deliveries that one transaction removes, with their attempts.
const BATCH: u64 = 500;

/// Removes deliveries that are over, with their attempts, some days after they were queued.
pub struct RemoveDeliveries {
    tenants: Arc<dyn Tenants>,
    retention: TimeDelta,
}

impl RemoveDeliveries {
    /// The kind of the job.
    pub const KIND: &'static str = "webhooks.retention";

    /// The handler, with the list of organizations.
    pub fn new(tenants: Arc<dyn Tenants>, retention: TimeDelta) -> Self {
        Self { tenants, retention }
    }
}

#[async_trait]
impl JobHandler for RemoveDeliveries {
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

impl RemoveDeliveries {
    async fn remove_some(&self, store: &Store, scope: &Scope) -> Result<u64, Problem> {
        let tx = store.write_in_any_state(scope).await?;
        let old = Column::CreatedAt.lt(tx.now() - self.retention).and(!open());
        let rows = tx.find::<Entity>().without(Column::Payload, serde_json::Value::Null).filter(old);
        let rows = rows.order_by(Column::CreatedAt, Asc).all(BATCH).await?;
        let removed = tx.remove::<Entity>(Column::Id.is_in(rows.iter().map(|row| row.id))).await?;
        tx.commit().await?;
        Ok(removed)
    }
}
