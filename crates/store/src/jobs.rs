//! Work for later, done at least once by whichever worker is free.
//!
//! A job is queued in the transaction of what makes it necessary. A [`Worker`] claims jobs in batches under a lease; a job
//! whose process died is claimed again when its lease has run out. A handler that ends its job in the transaction of its
//! effect ([`WriteTx::finish_job`]) has its effect exactly once. Organizations are served in turn.
pub mod administration;
mod claim;
pub mod depth;
mod ends;
mod slots;
mod stock;
mod waiting;
mod worker;

use crate::{ReadTx, Store, System, SystemTx, WriteTx, error::internal, prelude::*};
use async_trait::async_trait;
use purser_entity_platform::job::{self, Column, Status};
use purser_kernel::{Id, OrganizationId, ids::JobId};
use sea_orm::EntityTrait;
use sea_orm::sea_query::{Expr, OnConflict};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::sync::atomic::{AtomicBool, Ordering};
use uuid::Uuid;

pub(crate) use claim::{end_waiting, resume};
pub(crate) use waiting::waiting_since;
pub use worker::{Worker, WorkerOptions};

/// Attempts before a job is dead.
const MAX_ATTEMPTS: i32 = 12;

/// A job that is to be queued.
#[derive(Debug)]
#[must_use = "a job is queued by WriteTx::enqueue"]
pub struct NewJob {
    kind: &'static str,
    payload: Value,
    run_at: Option<Timestamp>,
    priority: i32,
    unique_key: Option<String>,
}

impl NewJob {
    /// A job of `kind`. The payload holds ids and never a tenant's data: every worker reads this table.
    pub fn new(kind: &'static str, payload: Value) -> Self {
        Self { kind, payload, run_at: None, priority: 0, unique_key: None }
    }

    pub(crate) fn kind(&self) -> &'static str {
        self.kind
    }

    /// Not before `time`.
    pub fn at(mut self, time: Timestamp) -> Self {
        self.run_at = Some(time);
        self
    }

    /// Before the organization's jobs of a lower priority. The default is 0. It does not get the organization more turns than others have.
    pub fn priority(mut self, priority: i32) -> Self {
        self.priority = priority;
        self
    }

    /// Not queued while a job with the same key waits: that one then waits for this transaction to end, so that it sees what was to
    /// be done. Whoever queues the same key in another open transaction is waited for.
    pub fn unique(mut self, key: impl Into<String>) -> Self {
        self.unique_key = Some(key.into());
        self
    }

    fn row(self, organization: Option<OrganizationId>, now: Timestamp) -> job::ActiveModel {
        job::ActiveModel {
            id: Set(Id::generate()),
            organization_id: Set(organization),
            lane: Set(organization.map_or(claim::OWN_LANE, OrganizationId::as_uuid)),
            kind: Set(self.kind.to_owned()),
            payload: Set(self.payload),
            status: Set(Status::Ready),
            priority: Set(self.priority),
            run_at: Set(self.run_at.unwrap_or(now)),
            attempts: Set(0),
            max_attempts: Set(MAX_ATTEMPTS),
            lease_owner: Set(None),
            leased_until: Set(None),
            unique_key: Set(self.unique_key),
            last_error: Set(None),
            created_at: Set(now),
            updated_at: Set(now),
        }
    }
}

impl WriteTx {
    /// Queues a job for the caller's organization.
    pub async fn enqueue(&self, job: NewJob) -> Result<(), Problem> {
        self.enqueue_many(vec![job]).await
    }

    /// Queues jobs for the caller's organization with one statement.
    pub async fn enqueue_many(&self, jobs: Vec<NewJob>) -> Result<(), Problem> {
        if jobs.is_empty() {
            return Ok(());
        }
        // Of a later time there is nothing to be said now: it is found when it has come.
        let due = jobs.iter().filter(|job| job.run_at.is_none_or(|time| time <= self.now()));
        let kinds: Vec<_> = due.map(NewJob::kind).collect();
        self.system().enqueue(Some(self.organization()), jobs).await?;
        self.note_queued(kinds);
        Ok(())
    }

    /// Ends the job in this transaction, so that its effect and its end are one.
    ///
    /// `internal` when the lease was lost: another worker has the job, and this transaction must not commit.
    pub async fn finish_job(&self, job: &Job) -> Result<(), Problem> {
        claim::finish(self.system(), job).await?;
        job.finished.store(true, Ordering::Relaxed);
        Ok(())
    }
}

impl ReadTx {
    /// Whether a worker is at this job of the caller's organization. One that died was at it until somebody finds that its lease has
    /// run out.
    pub async fn is_running(&self, job: JobId) -> Result<bool, Problem> {
        let own = Column::OrganizationId.eq(self.organization());
        let running = own.and(Column::Id.eq(job)).and(Column::Status.eq(Status::Running));
        Ok(self.system().find::<job::Entity>().filter(running).one().await?.is_some())
    }
}

impl SystemTx {
    /// Queues a job of no organization. A worker finds it when it looks the next time, half a second later at the most.
    pub async fn enqueue(&self, job: NewJob) -> Result<(), Problem> {
        self.system().enqueue(None, vec![job]).await
    }
}

impl System<'_> {
    /// Queues jobs of an organization, or of none.
    pub(crate) async fn enqueue(
        self,
        organization: Option<OrganizationId>,
        mut jobs: Vec<NewJob>,
    ) -> Result<(), Problem> {
        // In the order of their keys, in which transactions wait for one another, and each once.
        jobs.sort_by(|one, other| one.unique_key.cmp(&other.unique_key));
        jobs.dedup_by(|one, other| one.unique_key.is_some() && one.unique_key == other.unique_key);
        let unique = jobs.iter().any(|job| job.unique_key.is_some());
        let rows = jobs.into_iter().map(|job| job.row(organization, self.now()));
        let mut insert = job::Entity::insert_many(rows);
        if unique {
            insert = insert.on_conflict(waits_already());
        }
        insert.exec_without_returning(self.connection()).await.map_err(internal)?;
        Ok(())
    }
}

/// A job with the key waits already, and stays as it is but for its lock. Without one (DO NOTHING) a worker could take it, find
/// nothing to be done and end it before this transaction commits what there is.
fn waits_already() -> OnConflict {
    OnConflict::column(Column::UniqueKey)
        // As the index has it: PostgreSQL takes a parameter for no proof.
        .target_and_where(Expr::cust("status = 'ready' and unique_key is not null"))
        .update_column(Column::UniqueKey)
        .to_owned()
}

/// A job that this worker holds.
#[derive(Debug)]
pub struct Job {
    row: job::Model,
    lease_owner: Uuid,
    finished: AtomicBool,
}

impl Job {
    /// Its id.
    pub fn id(&self) -> JobId {
        self.row.id
    }

    /// What it is.
    pub fn kind(&self) -> &str {
        &self.row.kind
    }

    /// Which attempt this is, beginning with 1.
    pub fn attempt(&self) -> i32 {
        self.row.attempts
    }

    /// Whether it is dead if this attempt fails.
    pub fn is_last(&self) -> bool {
        self.row.attempts >= self.row.max_attempts
    }

    /// Whether two attempts at least came before this one and all ended without a word, as those do whose process died.
    pub fn takes_processes_down(&self) -> bool {
        self.row.attempts > 2 && self.row.last_error.is_none()
    }

    /// The scope of Purser's own work for the job's organization. `internal` for a job of no organization.
    pub fn scope(&self) -> Result<Scope, Problem> {
        let organization = self.row.organization_id;
        let organization = organization.ok_or_else(|| Problem::internal("the job has no organization"))?;
        Ok(Scope::system(organization, format!("job-{}", self.row.id)))
    }

    /// The payload, as the type it was made from.
    pub fn payload<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        serde_json::from_value(self.row.payload.clone()).map_err(Problem::internal)
    }
}

/// Does the jobs of one kind.
#[async_trait]
pub trait JobHandler: Send + Sync {
    /// The kind.
    fn kind(&self) -> &'static str;

    /// How many jobs of this kind a worker with so many `slots` does at the same time, at least one: fewer than all for what waits for
    /// others' machines, so that it leaves places to everything else. Each worker counts for itself; several have as many each.
    fn at_once(&self, slots: usize) -> usize {
        slots
    }

    /// Whether a job of this kind takes but milliseconds, as one does that only asks this database. Of such kinds a worker takes some more
    /// than it has places: they begin as soon as one is free, and a claim costs the same for many as for one. Those that wait for a place
    /// are running in the table. Not for kinds that may have fewer places than all ([`JobHandler::at_once`]).
    fn is_quick(&self) -> bool {
        false
    }

    /// Does the job. It may run more than once; what is written in the transaction of [`WriteTx::finish_job`] is written once.
    /// An error is tried again later.
    async fn run(&self, store: &Store, job: &Job) -> Result<(), Problem>;
}
