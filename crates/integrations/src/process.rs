//! Reads events in their provider's terms and hands them to the inbox in ours.
use crate::{
    webhooks::PROCESS,
    whatsapp::{
        WhatsAppConfig,
        payload::{self, Delivery, Skipped},
    },
};
use async_trait::async_trait;
use purser_entity_integrations::{
    inbound_event::{ActiveModel, Column, Entity, Status},
    integration,
};
use purser_kernel::{CommonProblem, ids::InboundEventId};
use purser_store::{
    jobs::{Job, JobHandler},
    ports::Inbox,
    prelude::*,
};
use serde::Deserialize;
use std::sync::Arc;

/// Does the jobs that [`crate::webhooks::accept`] queues: one event, one transaction.
///
/// An event that cannot be read is marked as failed and the job ends: no later attempt would read it. Anything else that goes
/// wrong is tried again by the worker, with the event marked as failed meanwhile, so that an operator sees it.
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
        let (mut delivery, ending) = read(store, scope, event_id).await?;
        // Each message locks its sender's conversation: two events take them in one order, and what one sender wrote stays in
        // its own.
        delivery.messages.sort_by(|a, b| a.from.cmp(&b.from));
        let tx = store.write(scope).await?;
        if ending.write(&tx, event_id, job.map_or(1, Job::attempt)).await? {
            for message in delivery.messages {
                self.inbox.receive(&tx, message).await?;
            }
            for status in delivery.statuses {
                self.inbox.update_status(&tx, status).await?;
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
            match self.process(store, scope, event.id, None).await {
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
        self.catch_up(store, &scope, event_id).await?;
        let outcome = self.process(store, &scope, event_id, Some(job)).await;
        // One that only had to wait, such as for a lock, stays as it was received: what came after it at this door still waits for it.
        if let Err(problem) = &outcome
            && !problem.is(CommonProblem::Unavailable)
        {
            let tx = store.write(&scope).await?;
            let failed = Ending { status: Status::Failed, error: Some(problem.kind().id.to_owned()) };
            failed.write(&tx, event_id, job.attempt()).await?;
            tx.commit().await?;
        }
        outcome
    }
}

/// What the event holds, and what becomes of it.
async fn read(store: &Store, scope: &Scope, id: InboundEventId) -> Result<(Delivery, Ending), Problem> {
    let tx = store.read(scope).await?;
    let nothing =
        |status, error: Option<&str>| (Delivery::default(), Ending { status, error: error.map(str::to_owned) });
    let Some(event) = tx.find::<Entity>().filter(waiting(id)).one().await? else {
        // Processed by another worker, or gone by retention: there is no row for this to be written to.
        return Ok(nothing(Status::Ignored, None));
    };
    let Some(integration) = tx.find_by_id::<integration::Entity>(event.integration_id).await? else {
        return Ok(nothing(Status::Ignored, Some("integration_deleted")));
    };
    let config = WhatsAppConfig::from_json(&integration.config)?;
    Ok(match payload::parse(&event.body, integration.id, &config.phone_number_id) {
        Ok(delivery) => {
            let ending = Ending::of(&delivery);
            (delivery, ending)
        }
        Err(unreadable) => nothing(Status::Failed, Some(unreadable.as_str())),
    })
}

fn waiting(id: InboundEventId) -> Filter<Entity> {
    Column::Id.eq(id).and(Column::Status.is_in([Status::Received, Status::Failed]))
}

/// What becomes of an event.
struct Ending {
    status: Status,
    error: Option<String>,
}

impl Ending {
    /// Processed if there was anything for us in it, failed if there only was what could not be read; the reasons for what
    /// was left out stand beside.
    fn of(delivery: &Delivery) -> Self {
        let Delivery { messages, statuses, skipped } = delivery;
        let is_empty = messages.is_empty() && statuses.is_empty();
        let reasons: Vec<_> = skipped.iter().map(|reason| reason.as_str()).collect();
        let status = match (is_empty, skipped.contains(&Skipped::Malformed)) {
            (false, _) => Status::Processed,
            (true, true) => Status::Failed,
            (true, false) => Status::Ignored,
        };
        Self { status, error: (!reasons.is_empty()).then(|| reasons.join(", ")) }
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
}

#[cfg(test)]
mod tests;
