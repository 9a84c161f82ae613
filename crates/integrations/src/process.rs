//! Reads events in their provider's terms and hands them to the inbox in ours.
use crate::{
    contents::{self, Contents, News, Skipped},
    events::{InboundEventReceived, MailboxChanged},
    gmail::position,
    webhooks::PROCESS,
};
use async_trait::async_trait;
use futures_util::FutureExt;
use purser_entity_integrations::{
    inbound_event::{self, ActiveModel, Column, Entity, Status},
    integration,
};
use purser_kernel::{CommonProblem, ids::InboundEventId};
use purser_store::{
    jobs::{Job, JobHandler},
    ports::Inbox,
    prelude::*,
};
use serde::Deserialize;
use std::{panic::AssertUnwindSafe, sync::Arc};

/// Does the jobs that [`crate::webhooks::accept`] queues: one event, one transaction.
///
/// An event that cannot be read is dead and the job ends: no later attempt would read it. Anything else that goes wrong is tried again by
/// the worker, with the event marked as failed meanwhile, so that an operator sees it, and dead after the last attempt. What takes down the
/// process that reads it is marked before it is read again: the events behind it do not fall over it.
pub struct ProcessInbound {
    inbox: Arc<dyn Inbox>,
}

impl ProcessInbound {
    /// Hands what it reads to `inbox`.
    pub fn new(inbox: Arc<dyn Inbox>) -> Self {
        Self { inbox }
    }

    /// One event, and with it the job that was queued for it.
    async fn process(
        &self,
        store: &Store,
        scope: &Scope,
        event_id: InboundEventId,
        job: Option<&Job>,
    ) -> Result<(), Problem> {
        // Read outside of the transaction that writes: a large body takes its time, and SQLite has one writer.
        let (found, ending) = read(store, scope, event_id).await?;
        let attempt = job.map_or(1, Job::attempt);
        let tx = store.write(scope).await?;
        if ending.write(&tx, event_id, attempt).await?
            && let Some(mut found) = found
        {
            // Each message locks its sender's conversation: two events take them in one order, and what one sender wrote stays in
            // its own.
            found.contents.messages.sort_by(|a, b| a.from.cmp(&b.from));
            for message in found.contents.messages {
                self.inbox.receive(&tx, message).await?;
            }
            for status in found.contents.statuses {
                self.inbox.update_status(&tx, status).await?;
            }
            if let Some(news) = found.contents.news
                && !publish(&tx, &found.event, news).await?
            {
                Ending::stale().overwrite(&tx, event_id).await?;
            }
        }
        if let Some(job) = job {
            tx.finish_job(job).await?;
        }
        tx.commit().await
    }

    /// The events that came through the same door before this one and that nobody has processed yet.
    ///
    /// What a customer writes in two messages is read in the order in which it was written: "2 milk" before "make that 4". One of
    /// these that another worker has in hand is waited for, because both begin with the same row; `unavailable` when that takes too
    /// long. Those that failed are not waited for: their own jobs come back to them.
    async fn catch_up(&self, store: &Store, scope: &Scope, event_id: InboundEventId) -> Result<(), Problem> {
        let tx = store.read(scope).await?;
        let Some(event) =
            tx.find::<Entity>().without(Column::Body, Vec::<u8>::new()).filter(Column::Id.eq(event_id)).one().await?
        else {
            return Ok(());
        };
        let before = Column::IntegrationId
            .eq(event.integration_id)
            .and(Column::Status.eq(Status::Received))
            .and(Column::Id.lt(event_id));
        let events =
            tx.find::<Entity>().without(Column::Body, Vec::<u8>::new()).filter(before).order_by(Column::Id, Asc);
        let events = events.all(MAX_BEFORE).await?;
        drop(tx);
        for event in events {
            match unharmed(self.process(store, scope, event.id, None)).await {
                // Another worker may have it in hand still: this one's job comes back instead of overtaking it.
                Err(problem) if problem.is(CommonProblem::Unavailable) => return Err(problem),
                Err(problem) => tracing::warn!(event = %event.id, %problem, "an earlier event waits for its own job"),
                Ok(()) => {}
            }
        }
        Ok(())
    }
}

/// More events than wait at a door whose workers run.
const MAX_BEFORE: u64 = 100;

#[derive(Deserialize)]
struct Payload {
    event_id: InboundEventId,
}

#[async_trait]
impl JobHandler for ProcessInbound {
    fn kind(&self) -> &'static str {
        PROCESS
    }

    async fn run(&self, store: &Store, job: &Job) -> Result<(), Problem> {
        let Payload { event_id } = job.payload()?;
        let scope = job.scope()?;
        // Written down before it is read again: nobody who read it lived to say so. One process may end for many reasons, and what waits
        // behind the event goes on waiting for it.
        if job.is_last() || job.takes_processes_down() {
            Ending::failed(job.is_last(), INTERRUPTED).save(store, &scope, event_id, job).await?;
        }
        let outcome = match self.catch_up(store, &scope, event_id).await {
            Ok(()) => unharmed(self.process(store, &scope, event_id, Some(job))).await,
            Err(problem) => Err(problem),
        };
        // One that only had to wait, such as for a lock, stays as it was received: what came after it at this door still waits for it.
        if let Err(problem) = &outcome
            && (job.is_last() || !problem.is(CommonProblem::Unavailable))
        {
            Ending::failed(job.is_last(), problem.kind().id).save(store, &scope, event_id, job).await?;
        }
        outcome
    }
}

/// What stands beside an event whose reader died.
const INTERRUPTED: &str = "interrupted";

/// What panics has failed, and nothing else with it.
async fn unharmed(processing: impl Future<Output = Result<(), Problem>>) -> Result<(), Problem> {
    let outcome = AssertUnwindSafe(processing).catch_unwind().await;
    outcome.unwrap_or_else(|_| Err(Problem::internal("reading the event panicked")))
}

/// An event and what it holds.
struct Found {
    event: inbound_event::Model,
    contents: Contents,
}

/// What the event holds, and what becomes of it.
async fn read(store: &Store, scope: &Scope, id: InboundEventId) -> Result<(Option<Found>, Ending), Problem> {
    let tx = store.read(scope).await?;
    let nothing = |status, error: Option<&str>| (None, Ending { status, error: error.map(str::to_owned) });
    let Some(event) = tx.find::<Entity>().filter(waiting(id)).one().await? else {
        // Processed by another worker, or gone by retention: there is no row for this to be written to.
        return Ok(nothing(Status::Ignored, None));
    };
    let Some(integration) = tx.find_by_id::<integration::Entity>(event.integration_id).await? else {
        return Ok(nothing(Status::Ignored, Some("integration_deleted")));
    };
    drop(tx);
    Ok(match contents::read(&event, &integration).await? {
        Ok(contents) => {
            let ending = Ending::of(&contents);
            (Some(Found { event, contents }), ending)
        }
        Err(unreadable) => nothing(Status::Dead, Some(unreadable.as_str())),
    })
}

/// Lets others hear of it. `false` when it is no news.
async fn publish(tx: &WriteTx, event: &inbound_event::Model, news: News) -> Result<bool, Problem> {
    let integration_id = event.integration_id;
    match news {
        News::Received => {
            let provider = event.provider.clone();
            tx.emit(&InboundEventReceived { inbound_event_id: event.id, integration_id, provider }).await?;
        }
        News::MailboxChanged { history_id } => {
            if !position::advance(tx, integration_id, history_id).await? {
                return Ok(false);
            }
            tx.emit(&MailboxChanged { integration_id, history_id: history_id.to_string() }).await?;
        }
    }
    Ok(true)
}

fn waiting(id: InboundEventId) -> Filter<Entity> {
    // A dead one is waited for by its last attempt alone, which marks it beforehand.
    Column::Id.eq(id).and(Column::Status.is_in([Status::Received, Status::Failed, Status::Dead]))
}

/// What becomes of an event.
struct Ending {
    status: Status,
    error: Option<String>,
}

impl Ending {
    /// Processed if there was anything for us in it, dead if there only was what could not be read; the reasons for what was left
    /// out stand beside.
    fn of(contents: &Contents) -> Self {
        let Contents { messages, statuses, news, skipped } = contents;
        let is_empty = messages.is_empty() && statuses.is_empty() && news.is_none();
        let reasons: Vec<_> = skipped.iter().map(|reason| reason.as_str()).collect();
        let status = match (is_empty, skipped.contains(&Skipped::Malformed)) {
            (false, _) => Status::Processed,
            (true, true) => Status::Dead,
            (true, false) => Status::Ignored,
        };
        Self { status, error: (!reasons.is_empty()).then(|| reasons.join(", ")) }
    }

    /// It could not be read this time, and will be tried again unless it is `dead`.
    fn failed(dead: bool, reason: &str) -> Self {
        Self { status: if dead { Status::Dead } else { Status::Failed }, error: Some(reason.to_owned()) }
    }

    /// What it tells was known.
    fn stale() -> Self {
        Self { status: Status::Ignored, error: Some(Skipped::Stale.as_str().to_owned()) }
    }

    /// Writes it down, unless another worker has processed the event meanwhile: then `false`.
    async fn write(&self, tx: &WriteTx, id: InboundEventId, attempt: i32) -> Result<bool, Problem> {
        let now = tx.now();
        let written = tx.update_where(waiting(id), |row: &mut ActiveModel| {
            row.status = Set(self.status);
            row.error = Set(self.error.clone());
            row.attempts = Set(attempt);
            row.processed_at = Set((self.status != Status::Failed).then_some(now));
        });
        Ok(written.await? == 1)
    }

    /// Writes it over what this transaction has written before.
    async fn overwrite(&self, tx: &WriteTx, id: InboundEventId) -> Result<(), Problem> {
        let written = tx.update_where(Column::Id.eq(id), |row: &mut ActiveModel| {
            row.status = Set(self.status);
            row.error = Set(self.error.clone());
        });
        written.await.map(|_| ())
    }

    /// Writes it down in a transaction of its own.
    async fn save(&self, store: &Store, scope: &Scope, id: InboundEventId, job: &Job) -> Result<(), Problem> {
        let tx = store.write(scope).await?;
        self.write(&tx, id, job.attempt()).await?;
        tx.commit().await
    }
}

#[cfg(test)]
mod tests;
