//! Findings of what is gone.
use super::Scanner;
use async_trait::async_trait;
use purser_entity_compliance::pii_finding::{Column, Entity, Model};
use purser_kernel::ids::PiiFindingId;
use purser_store::{
    jobs::{Job, JobHandler},
    ports::Tenants,
    prelude::*,
};
use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    sync::Arc,
};
use uuid::Uuid;

/// Findings that are looked at in one transaction.
const BATCH: u64 = 500;

/// Removes findings whose resource was deleted or is gone, by a schedule. Whatever removes resources need not know of them.
pub struct Sweep {
    scanner: Scanner,
    tenants: Arc<dyn Tenants>,
}

impl Sweep {
    /// The kind of the job.
    pub const KIND: &'static str = "compliance.sweep_pii_findings";

    /// The handler, with the list of organizations.
    pub fn new(scanner: Scanner, tenants: Arc<dyn Tenants>) -> Self {
        Self { scanner, tenants }
    }

    /// Looks at all findings of an organization.
    async fn all(&self, store: &Store, scope: &Scope) -> Result<(), Problem> {
        let mut last = None;
        loop {
            last = self.some(store, scope, last).await?;
            if last.is_none() {
                return Ok(());
            }
        }
    }

    /// Looks at the findings behind `after`, and returns the last one; nothing when there are no more.
    async fn some(
        &self,
        store: &Store,
        scope: &Scope,
        after: Option<PiiFindingId>,
    ) -> Result<Option<PiiFindingId>, Problem> {
        let tx = store.write_in_any_state(scope).await?;
        let behind = after.map(|id| Column::Id.gt(id));
        let findings = tx.find::<Entity>().filter_if(behind).order_by(Column::Id, Asc).all(BATCH).await?;
        let mut resources: BTreeMap<&str, BTreeSet<Uuid>> = BTreeMap::new();
        for Model { resource, resource_id, .. } in &findings {
            resources.entry(resource).or_default().insert(*resource_id);
        }
        // As many as there are kinds of resources.
        for (resource, ids) in resources {
            let ids: Vec<Uuid> = ids.into_iter().collect();
            let there = self.scanner.source(resource)?.texts(&tx, &ids).await?;
            let there: HashSet<Uuid> = there.into_iter().map(|text| text.id).collect();
            let gone: Vec<Uuid> = ids.into_iter().filter(|id| !there.contains(id)).collect();
            if !gone.is_empty() {
                tx.remove::<Entity>(Column::Resource.eq(resource).and(Column::ResourceId.is_in(gone))).await?;
            }
        }
        tx.commit().await?;
        Ok(findings.last().map(|finding| finding.id))
    }
}

#[async_trait]
impl JobHandler for Sweep {
    fn kind(&self) -> &'static str {
        Self::KIND
    }

    async fn run(&self, store: &Store, job: &Job) -> Result<(), Problem> {
        let mut each = store.each_organization(self.tenants.as_ref());
        while let Some(organization) = each.next().await? {
            each.note(self.all(store, &Scope::system(organization, format!("job-{}", job.id()))).await);
        }
        each.end()
    }
}
