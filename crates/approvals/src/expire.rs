//! What happens by time: reminders, and the end of requests that nobody decided. Nothing is ever approved by time.
use crate::events::{Expired, Reminded, entry};
use async_trait::async_trait;
use purser_entity_approvals::approval_request::{self, Column, Entity, Status};
use purser_kernel::OrganizationId;
use purser_store::{
    jobs::{Job, JobHandler},
    ports::Tenants,
    prelude::*,
};
use std::sync::Arc;

/// Organizations in one look at the list, and requests in one transaction.
const BATCH: u64 = 200;

/// Looks, by a schedule, at what is due. Run twice at once or again, it does each thing once: by the rows' own states.
pub struct Expire {
    tenants: Arc<dyn Tenants>,
}

impl Expire {
    /// The kind of the job.
    pub const KIND: &'static str = "approvals.expire";

    /// The handler, with the list of organizations.
    pub fn new(tenants: Arc<dyn Tenants>) -> Self {
        Self { tenants }
    }
}

#[async_trait]
impl JobHandler for Expire {
    fn kind(&self) -> &'static str {
        Self::KIND
    }

    async fn run(&self, store: &Store, job: &Job) -> Result<(), Problem> {
        let mut after: Option<OrganizationId> = None;
        loop {
            let tx = store.system_read().await?;
            let organizations = self.tenants.page(tx.system(), after, BATCH).await?;
            drop(tx);
            for organization in &organizations {
                let scope = Scope::system(*organization, format!("job-{}", job.id()));
                while anything_due(store, &scope).await? && once(store, &scope).await? == BATCH {}
            }
            after = organizations.last().copied();
            if after.is_none() {
                return Ok(());
            }
        }
    }
}

fn due(now: Timestamp) -> Filter<Entity> {
    Column::Status.eq(Status::Pending).and(Column::DueAt.lte(now))
}

fn to_remind(now: Timestamp) -> Filter<Entity> {
    Column::Status.eq(Status::Pending).and(Column::ReminderAt.lte(now)).and(Column::RemindedAt.is_null())
}

/// Most organizations have nothing: that is found out without a transaction that writes.
async fn anything_due(store: &Store, scope: &Scope) -> Result<bool, Problem> {
    let tx = store.read_in_any_state(scope).await?;
    tx.find::<Entity>().filter(due(tx.now()).or(to_remind(tx.now()))).exists().await
}

/// Ends and reminds of what is due, and returns how many there were of the more frequent.
async fn once(store: &Store, scope: &Scope) -> Result<u64, Problem> {
    let tx = store.write_in_any_state(scope).await?;
    let now = tx.now();
    let expired = take(&tx, due(now), |row| {
        row.status = Set(Status::Expired);
        row.decided_at = Set(Some(now));
    })
    .await?;
    let entries: Vec<AuditEntry> = expired.iter().map(|request| entry("approval.expire", request)).collect();
    tx.audit_many(entries).await?;
    tx.emit_many(&expired.iter().map(Expired::of).collect::<Vec<_>>()).await?;
    let reminded = take(&tx, to_remind(now), |row| row.reminded_at = Set(Some(now))).await?;
    tx.emit_many(&reminded.iter().map(Reminded::of).collect::<Vec<_>>()).await?;
    tx.commit().await?;
    Ok(u64::try_from(expired.len().max(reminded.len())).unwrap_or(u64::MAX))
}

/// Changes the requests that match and returns them as they are then.
async fn take(
    tx: &WriteTx,
    which: Filter<Entity>,
    change: impl FnOnce(&mut approval_request::ActiveModel) + Send,
) -> Result<Vec<approval_request::Model>, Problem> {
    let found = tx.find_for_update::<Entity>().filter(which).order_by(Column::Id, Asc).all(BATCH).await?;
    if found.is_empty() {
        return Ok(found);
    }
    let ids: Vec<_> = found.iter().map(|request| request.id).collect();
    tx.update_where(Column::Id.is_in(ids.iter().copied()), change).await?;
    tx.find::<Entity>().filter(Column::Id.is_in(ids)).order_by(Column::Id, Asc).all(BATCH).await
}
