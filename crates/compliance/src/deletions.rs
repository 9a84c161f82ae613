//! What people have deleted: a list, and what becomes of it.
//!
//! It knows no domain. Each says of its tables, by [`Restorable`], what it takes to see a deleted row, how it comes back and how it goes
//! for good.
mod events;
mod job;
mod list;
mod purge;
mod restore;

pub(crate) use events::event_types;
pub use job::PurgeDeleted;
pub use list::{DeletionFilter, Listed, Shown};
pub use purge::purge_due;

use chrono::TimeDelta;
use purser_entity_platform::deletion::{Entity, Model};
use purser_kernel::ids::DeletionId;
use purser_store::{
    ports::{Restorable, Settings},
    prelude::*,
};
use std::sync::Arc;

/// What was deleted. Cheap to clone.
#[derive(Clone)]
pub struct Deletions {
    domains: Arc<[Arc<dyn Restorable>]>,
    settings: Arc<dyn Settings>,
}

impl Deletions {
    /// Of these domains' tables, kept for as long as each organization has decided.
    pub fn new(domains: Vec<Arc<dyn Restorable>>, settings: Arc<dyn Settings>) -> Self {
        Self { domains: domains.into(), settings }
    }

    /// What the domain says whose rows these are.
    fn of(&self, deletion: &Model) -> Result<&dyn Restorable, Problem> {
        let found = self.domains.iter().find(|domain| domain.about().resource == deletion.resource);
        found.map(AsRef::as_ref).ok_or_else(|| Problem::internal(format!("nobody deletes a {}", deletion.resource)))
    }

    /// What the caller sees deletions of.
    fn seen(&self, scope: &Scope) -> Vec<&'static str> {
        let all = self.domains.iter().map(|domain| domain.about());
        all.filter(|about| scope.permissions.contains(about.read)).map(|about| about.resource).collect()
    }

    /// How long a deletion can be taken back, by what the organization has decided by now.
    async fn retention(&self, tx: &ReadTx) -> Result<TimeDelta, Problem> {
        self.settings.deletion_retention(tx).await
    }

    /// The deletion, locked. What the caller must not see is `not_found`, and what they see and must not delete `forbidden`.
    async fn locked(&self, tx: &WriteTx, id: DeletionId) -> Result<(Model, &dyn Restorable), Problem> {
        let deletion = tx.get_for_update::<Entity>(id).await?;
        let domain = self.of(&deletion)?;
        let about = domain.about();
        if tx.scope().permissions.is_disjoint(about.read | about.manage) {
            return Err(Problem::not_found("deletion"));
        }
        tx.scope().require(about.manage)?;
        Ok((deletion, domain))
    }
}
