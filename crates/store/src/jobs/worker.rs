//! The loop that does jobs.
use super::{
    Job, JobHandler,
    claim::{self, Claimed, Rest, Room, Turn},
    ends::Ends,
    slots::{Slot, Slots},
    stock::{AHEAD, Stock},
};
use crate::{Standing, Store, prelude::*};
use chrono::TimeDelta;
use futures_util::FutureExt;
use purser_entity_platform::job::Status;
use purser_kernel::{OrganizationId, clock::Stopwatch, ids::JobId};
use std::{
    collections::HashMap,
    panic::AssertUnwindSafe,
    sync::{Arc, atomic::Ordering},
    time::Duration,
};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// How a worker works.
#[derive(Clone, Copy, Debug)]
pub struct WorkerOptions {
    /// Jobs at the same time.
    pub concurrency: usize,
    /// How long a job is held without a sign of life.
    pub lease: Duration,
    /// How often the table is looked at when nothing wakes the worker. The table is the truth; being woken is only faster.
    pub poll: Duration,
}

impl Default for WorkerOptions {
    fn default() -> Self {
        Self { concurrency: 4, lease: Duration::from_secs(15), poll: Duration::from_millis(500) }
    }
}

/// Does the jobs for which it has handlers. Run as many as there is work for, in one process or in many.
pub struct Worker {
    store: Store,
    handlers: HashMap<&'static str, Arc<dyn JobHandler>>,
    options: WorkerOptions,
    slots: Slots,
    ends: Ends,
}

impl Worker {
    /// A worker for the kinds of jobs that `handlers` do.
    pub fn new(store: Store, handlers: Vec<Arc<dyn JobHandler>>, options: WorkerOptions) -> Self {
        let slots = Slots::new(options.concurrency, handlers.iter());
        let handlers = handlers.into_iter().map(|handler| (handler.kind(), handler)).collect();
        Self { store, handlers, options, slots, ends: Ends::default() }
    }

    /// Works until `stop` is cancelled, then ends the jobs it holds and gives back those that it has not begun.
    pub async fn run(self, stop: CancellationToken) {
        let worker = Arc::new(self);
        let mut wake = worker.store.job_news().listen_for(worker.handlers.keys().copied().collect());
        let mut running = JoinSet::new();
        let (mut turn, mut stock) = (Turn::default(), Stock::of(Vec::new()));
        while !stop.is_cancelled() {
            while running.try_join_next().is_some() {}
            let rest = worker.take(&mut turn, &mut stock, &mut running).await;
            if rest == Rest::Now {
                continue;
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = wake.woken() => {}
                () = worker.slots.freed(), if rest == Rest::Later => {}
                () = tokio::time::sleep(worker.options.poll) => {}
            }
        }
        worker.give_back(stock.rest()).await;
        while running.join_next().await.is_some() {}
    }

    /// Fills the free places: with what was taken ahead, then with as many jobs as there are places left. Where those fill all and are quick, it
    /// takes some ahead. Returns whether there may be more.
    async fn take(self: &Arc<Self>, turn: &mut Turn, stock: &mut Stock, running: &mut JoinSet<()>) -> Rest {
        self.give_back(stock.overdue()).await;
        while self.slots.free() > 0
            && let Some(job) = stock.next()
        {
            self.begin(job, running);
        }
        let free = self.slots.free();
        // A place may have become free since the last of the stock was looked for.
        if free == 0 || !stock.is_empty() {
            return if free > 0 { Rest::Now } else { Rest::Later };
        }
        let claimed = self.claim(&self.slots.rooms(), free, turn).await;
        // Some may have left their places by the time the last has one.
        let fills_all = claimed.jobs.len() >= free;
        let may_take_ahead = fills_all && claimed.jobs.iter().all(|job| self.is_harmless(job));
        for job in claimed.jobs {
            self.begin(job, running);
        }
        if may_take_ahead {
            *stock = Stock::of(self.claim(&self.slots.rooms_ahead(AHEAD), AHEAD, turn).await.jobs);
        }
        claimed.rest
    }

    /// Whether others may be taken that begin behind it: it is over soon, and has taken no process down that may have held it before.
    fn is_harmless(&self, job: &Job) -> bool {
        self.slots.is_quick(job.kind()) && (job.attempt() == 1 || job.row.last_error.is_some())
    }

    async fn claim(&self, rooms: &[Room], limit: usize, turn: &mut Turn) -> Claimed {
        let nothing = Claimed { jobs: Vec::new(), rest: Rest::Nothing };
        if rooms.is_empty() {
            return nothing;
        }
        // Another for each claim: a worker may claim a job anew that it still runs, and only one of both holds it.
        let owner = JobId::generate().as_uuid();
        claim::claim(&self.store, owner, rooms, limit, turn, self.lease()).await.unwrap_or_else(|problem| {
            tracing::warn!(%problem, "jobs could not be claimed");
            nothing
        })
    }

    fn begin(self: &Arc<Self>, job: Job, running: &mut JoinSet<()>) {
        let (worker, slot) = (self.clone(), self.slots.take(job.kind()));
        running.spawn(async move { worker.work(job, slot).await });
    }

    async fn give_back(&self, jobs: Vec<Job>) {
        if jobs.is_empty() {
            return;
        }
        match claim::give_back(&self.store, &jobs).await {
            Ok(()) => self.store.job_news().committed(jobs.iter().map(Job::kind)),
            Err(problem) => {
                tracing::warn!(jobs = jobs.len(), %problem, "jobs could not be given back; their leases will run out");
            }
        }
    }

    fn lease(&self) -> TimeDelta {
        TimeDelta::from_std(self.options.lease).unwrap_or(TimeDelta::seconds(15))
    }

    async fn work(&self, job: Job, slot: Option<Slot>) {
        let Some(handler) = self.handlers.get(job.kind()) else {
            return;
        };
        let watch = Stopwatch::start();
        if let Some(organization) = self.waits(&job).await {
            self.put_off(&job, organization).await;
            return;
        }
        if job.row.attempts > job.row.max_attempts {
            // Its last attempt never came to an end: what takes a whole process down is not tried for ever.
            self.failed(&job, &Problem::internal("the job's worker died in its last attempt"), watch.elapsed_ms())
                .await;
            return;
        }
        // A handler that panics fails its job, not the worker.
        let run = AssertUnwindSafe(handler.run(&self.store, &job)).catch_unwind();
        let outcome = tokio::select! {
            outcome = run => outcome.unwrap_or_else(|_| Err(Problem::internal("the handler panicked"))),
            () = self.keep(&job) => Err(claim::lost()),
        };
        // The next one need not wait until the end of this one is written.
        drop(slot);
        let outcome = match outcome {
            Ok(()) => self.finish(&job).await,
            Err(problem) => Err(problem),
        };
        let (kind, attempt, elapsed_ms) = (job.kind().to_owned(), job.attempt(), watch.elapsed_ms());
        metrics::histogram!("purser_job_seconds", "kind" => kind.clone()).record(watch.elapsed());
        match outcome {
            Ok(()) => tracing::debug!(job = %job.id(), kind, attempt, elapsed_ms, "job done"),
            // It may have been suspended while the job ran.
            Err(problem) => match self.waits(&job).await {
                Some(organization) => self.put_off(&job, organization).await,
                None => self.failed(&job, &problem, elapsed_ms).await,
            },
        }
    }

    /// The job's organization, if it is not open: its work waits until it is.
    async fn waits(&self, job: &Job) -> Option<OrganizationId> {
        let organization = job.row.organization_id?;
        let standing = self.store.standing(organization).await;
        standing.is_ok_and(|standing| standing != Standing::Open).then_some(organization)
    }

    async fn put_off(&self, job: &Job, organization: OrganizationId) {
        metrics::counter!("purser_jobs_total", "kind" => job.kind().to_owned(), "outcome" => "put_off").increment(1);
        if let Err(problem) = claim::put_off(&self.store, job, organization).await {
            tracing::warn!(job = %job.id(), %problem, "the job could not be put off; its lease will run out");
        }
    }

    /// Renews the lease while the handler runs; returns when it was lost, or has run out because nobody could be asked.
    async fn keep(&self, job: &Job) {
        let mut since = Stopwatch::start();
        loop {
            tokio::time::sleep(self.options.lease / 3).await;
            match claim::renew(&self.store, job, self.lease()).await {
                Ok(true) => since = Stopwatch::start(),
                // A job that its handler has ended is held by nobody, and its handler is about to return.
                Ok(false) if job.finished.load(Ordering::Relaxed) => {}
                Ok(false) => return,
                Err(_) if since.elapsed() >= self.options.lease => return,
                Err(_) => {}
            }
        }
    }

    async fn finish(&self, job: &Job) -> Result<(), Problem> {
        if !job.finished.load(Ordering::Relaxed) {
            self.ends.end(&self.store, job).await?;
        }
        metrics::counter!("purser_jobs_total", "kind" => job.kind().to_owned(), "outcome" => "done").increment(1);
        Ok(())
    }

    async fn failed(&self, job: &Job, problem: &Problem, elapsed_ms: i64) {
        let status = claim::fail(&self.store, job, problem).await;
        let outcome = if matches!(status, Ok(Status::Dead)) { "dead" } else { "retried" };
        metrics::counter!("purser_jobs_total", "kind" => job.kind().to_owned(), "outcome" => outcome).increment(1);
        let attempt = job.attempt();
        tracing::warn!(job = %job.id(), kind = job.kind(), attempt, elapsed_ms, %problem, outcome, "job failed");
        if let Err(problem) = status {
            tracing::warn!(job = %job.id(), %problem, "the job could not be given back; its lease will run out");
        }
    }
}
