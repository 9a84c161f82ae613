//! What happens by time: reminders, and the end of requests that nobody decided. Nothing is ever approved by time.
use crate::{
    ApprovalService,
    events::{Reminded, close},
};
use async_trait::async_trait;
use purser_entity_approvals::approval_request::{self, Column, Entity, Status};
use purser_kernel::ids::ApprovalRequestId;
use purser_store::{
    jobs::{Job, JobHandler},
    ports::Ending,
    prelude::*,
};

/// Requests in one look.
const BATCH: u64 = 200;

/// Looks, by a schedule, at what is due. Run twice at once or again, it does each thing once: by the rows' own states.
pub struct Expire {
    approvals: ApprovalService,
}

impl Expire {
    /// The kind of the job.
    pub const KIND: &'static str = "approvals.expire";

    /// The handler.
    pub fn new(approvals: ApprovalService) -> Self {
        Self { approvals }
    }

    /// Ends what is due, each request in a transaction of its own, and reminds of what waits.
    async fn look(&self, store: &Store, scope: &Scope) -> Result<(), Problem> {
        loop {
            let tx = store.read_in_any_state(scope).await?;
            let late = tx.find::<Entity>().filter(due(tx.now())).order_by(Column::Id, Asc).all(BATCH).await?;
            let waiting = tx.find::<Entity>().filter(to_remind(tx.now())).exists().await?;
            drop(tx);
            for request in &late {
                self.end(store, scope, request).await?;
            }
            let reminded = if waiting { remind(store, scope).await? } else { 0 };
            if u64::try_from(late.len()).unwrap_or(u64::MAX).max(reminded) < BATCH {
                return Ok(());
            }
        }
    }

    async fn end(&self, store: &Store, scope: &Scope, seen: &approval_request::Model) -> Result<(), Problem> {
        let tx = store.write_in_any_state(scope).await?;
        let subject = self.approvals.subject(&seen.subject)?;
        // Locked in the order in which whoever decides does it.
        subject.matter(&tx, seen.subject_id).await?;
        let late = due(tx.now()).and(Column::Id.eq(seen.id));
        if let Some(request) = tx.find_for_update::<Entity>().filter(late).one().await? {
            let request = close(&tx, request, Status::Expired).await?;
            subject.ended(&tx, request.subject_id, request.id, Ending::Expired).await?;
        }
        tx.commit().await
    }
}

#[async_trait]
impl JobHandler for Expire {
    fn kind(&self) -> &'static str {
        Self::KIND
    }

    async fn run(&self, store: &Store, job: &Job) -> Result<(), Problem> {
        let mut each = store.each_organization(self.approvals.tenants.as_ref());
        while let Some(organization) = each.next().await? {
            each.note(self.look(store, &Scope::system(organization, format!("job-{}", job.id()))).await);
        }
        each.end()
    }
}

fn due(now: Timestamp) -> Filter<Entity> {
    Column::Status.eq(Status::Pending).and(Column::DueAt.lte(now))
}

fn to_remind(now: Timestamp) -> Filter<Entity> {
    Column::Status.eq(Status::Pending).and(Column::ReminderAt.lte(now)).and(Column::RemindedAt.is_null())
}

/// Reminds of what waits, and returns of how much.
async fn remind(store: &Store, scope: &Scope) -> Result<u64, Problem> {
    let tx = store.write_in_any_state(scope).await?;
    let now = tx.now();
    let found = tx.find_for_update::<Entity>().filter(to_remind(now)).order_by(Column::Id, Asc).all(BATCH).await?;
    let ids: Vec<ApprovalRequestId> = found.iter().map(|request| request.id).collect();
    tx.update_where(Column::Id.is_in(ids), |row: &mut approval_request::ActiveModel| row.reminded_at = Set(Some(now)))
        .await?;
    tx.emit_many(&found.iter().map(Reminded::of).collect::<Vec<_>>()).await?;
    tx.commit().await?;
    Ok(u64::try_from(found.len()).unwrap_or(u64::MAX))
}
