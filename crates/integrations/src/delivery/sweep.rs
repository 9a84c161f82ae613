//! Looking for what was forgotten: nothing that is due depends on the one job that was queued for it.
use super::{open, wake};
use async_trait::async_trait;
use purser_entity_integrations::webhook_delivery::{Column, Entity};
use purser_kernel::ids::WebhookEndpointId;
use purser_store::{
    Standing,
    jobs::{Job, JobHandler},
    ports::Tenants,
    prelude::*,
};
use std::sync::Arc;

/// Queues a look at each endpoint at which something is due, by a schedule.
pub struct SweepDeliveries {
    tenants: Arc<dyn Tenants>,
}

impl SweepDeliveries {
    /// The kind of the job.
    pub const KIND: &'static str = "webhooks.sweep";

    /// The handler, with the list of organizations.
    pub fn new(tenants: Arc<dyn Tenants>) -> Self {
        Self { tenants }
    }
}

async fn sweep(store: &Store, scope: &Scope) -> Result<(), Problem> {
    // Its jobs are put off and give up their keys: each run would queue another. What is due is found once it is open again.
    if store.standing(scope.organization).await? != Standing::Open {
        return Ok(());
    }
    let tx = store.write_in_any_state(scope).await?;
    let late = open().and(Column::NextAttemptAt.lte(tx.now()));
    let endpoints = tx.find::<Entity>().filter(late).aggregate().by(Column::EndpointId).count();
    let endpoints = endpoints.rows::<(WebhookEndpointId, i64)>().await?;
    tx.enqueue_many(endpoints.into_iter().map(|(endpoint, _)| wake(endpoint)).collect()).await?;
    tx.commit().await
}

#[async_trait]
impl JobHandler for SweepDeliveries {
    fn kind(&self) -> &'static str {
        Self::KIND
    }

    async fn run(&self, store: &Store, job: &Job) -> Result<(), Problem> {
        let mut each = store.each_organization(self.tenants.as_ref());
        while let Some(organization) = each.next().await? {
            each.note(sweep(store, &Scope::system(organization, format!("job-{}", job.id()))).await);
        }
        each.end()
    }
}
