//! Domain events: written with their effect, numbered after commit, handed to subscribers at least once.
//!
//! [`WriteTx::emit`] writes the event and a job that wakes the dispatcher. The [`Dispatcher`] gives committed events their
//! `sequence` (ids are made before commit, so ids alone would skip late committers), meters them and queues one job for each
//! subscriber; each job runs its subscriber in a transaction that also ends the job, so a subscriber's rows are written once.
//! What an event only has to start as a job of its own is a [`Trigger`]; who takes events of all types is an [`Audience`]. Whoever
//! follows along reads what is numbered ([`ReadTx::events_after`](crate::ReadTx::events_after)).
mod event_type;
mod followed;
mod numbering;
mod readers;

use crate::{
    Store, WriteTx,
    jobs::{self, Job, JobHandler, NewJob},
    ports::{Usage, UsageMeter},
    prelude::*,
};
use async_trait::async_trait;
use chrono::TimeDelta;
use purser_entity_platform::outbox_event;
use purser_kernel::{UserId, ids::OutboxEventId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::sync::{Arc, atomic::Ordering};
use utoipa::ToSchema;
use uuid::Uuid;

pub use event_type::{EventType, example_id};
pub use readers::Readers;

/// Something that happened, as it is published.
///
/// Its comment says when it happens and is published with its schema.
pub trait DomainEvent: Serialize + ToSchema + Sync {
    /// Such as `order.confirmed`. Part of the published interface.
    const TYPE: &'static str;
    /// Such as `order`.
    const RESOURCE: &'static str;
    /// Who may follow it: whoever may read what it is about.
    const READERS: Readers;

    /// The id of the resource.
    fn resource_id(&self) -> Uuid;

    /// One for the documentation.
    fn example() -> Self
    where
        Self: Sized;
}

/// An event that was committed and numbered.
#[derive(Clone, Debug)]
#[expect(clippy::struct_field_names, reason = "the column has this name")]
pub struct Event {
    /// The event's own id.
    pub id: OutboxEventId,
    /// Its place in the organization's order of events.
    pub sequence: i64,
    /// Such as `order.confirmed`.
    pub event_type: String,
    /// What it is about, such as `order`.
    pub resource: String,
    /// The id of what it is about.
    pub resource_id: Uuid,
    /// What is published.
    pub payload: Value,
    /// The member who did it in person, who need not be told.
    pub by: Option<UserId>,
    /// When it happened.
    pub occurred_at: Timestamp,
}

impl Event {
    fn numbered(row: outbox_event::Model, sequence: i64) -> Self {
        let outbox_event::Model { id, event_type, resource, resource_id, payload, actor_id, occurred_at, .. } = row;
        Self { id, sequence, event_type, resource, resource_id, payload, by: actor_id, occurred_at }
    }
}

/// Reacts to events inside of this program.
#[async_trait]
pub trait Subscriber: Send + Sync {
    /// Its name, which jobs refer to; unique and stable.
    fn name(&self) -> &'static str;

    /// The types of events it wants.
    fn event_types(&self) -> &'static [&'static str];

    /// Does its part in `tx`, which is committed afterwards together with the end of the delivery.
    async fn handle(&self, tx: &WriteTx, event: &Event) -> Result<(), Problem>;
}

/// Starts a job of its own for events: a [`Subscriber`] that does nothing else would be a job to queue a job.
pub trait Trigger: Send + Sync {
    /// The types of events it wants.
    fn event_types(&self) -> &'static [&'static str];

    /// The job, if the event makes one necessary. It is queued in the transaction that numbers the event.
    fn job(&self, event: &Event) -> Option<NewJob>;
}

/// Takes the events of an organization, of whatever type, in their order and as many at a time as were numbered together.
#[async_trait]
pub trait Audience: Send + Sync {
    /// Does its part in the transaction that numbers the events. One organization's events are numbered by one transaction at a time.
    async fn hear(&self, tx: &WriteTx, events: &[Event]) -> Result<(), Problem>;
}

const DISPATCH: &str = "outbox.dispatch";
const DELIVER: &str = "outbox.deliver";
/// Events in one transaction of the dispatcher.
const BATCH: i64 = 200;

impl WriteTx {
    /// Publishes `event` if, and only if, this transaction commits.
    pub async fn emit<D: DomainEvent>(&self, event: &D) -> Result<(), Problem> {
        self.emit_many(std::slice::from_ref(event)).await
    }

    /// As [`WriteTx::emit`], for many events with as few statements as the databases allow.
    pub async fn emit_many<D: DomainEvent>(&self, events: &[D]) -> Result<(), Problem> {
        if events.is_empty() {
            return Ok(());
        }
        let row = |event: &D| {
            Ok(outbox_event::ActiveModel {
                sequence: Set(None),
                event_type: Set(D::TYPE.to_owned()),
                resource: Set(D::RESOURCE.to_owned()),
                resource_id: Set(event.resource_id()),
                payload: Set(serde_json::to_value(event).map_err(Problem::internal)?),
                actor_id: Set(self.scope().actor.in_person()),
                occurred_at: Set(self.now()),
                dispatched_at: Set(None),
                ..Default::default()
            })
        };
        let rows = events.iter().map(row).collect::<Result<Vec<_>, Problem>>()?;
        self.insert_many(rows).await?;
        // One wake-up for each transaction. Sharing one among transactions (ON CONFLICT DO NOTHING) would make every writer
        // of an organization wait for the one before it to commit.
        if !self.dispatch_queued.swap(true, Ordering::Relaxed) {
            self.enqueue(NewJob::new(DISPATCH, json!({}))).await?;
        }
        Ok(())
    }
}

/// Numbers events and queues their deliveries: the handler of the job that [`WriteTx::emit`] queues.
pub struct Dispatcher {
    subscribers: Arc<[Arc<dyn Subscriber>]>,
    triggers: Vec<Arc<dyn Trigger>>,
    audience: Vec<Arc<dyn Audience>>,
    meter: Arc<dyn UsageMeter>,
}

impl Dispatcher {
    /// The handlers of both kinds of jobs: dispatching, and delivering to each of `subscribers`.
    pub fn handlers(
        subscribers: Vec<Arc<dyn Subscriber>>,
        triggers: Vec<Arc<dyn Trigger>>,
        audience: Vec<Arc<dyn Audience>>,
        meter: Arc<dyn UsageMeter>,
    ) -> [Arc<dyn JobHandler>; 2] {
        let subscribers: Arc<[_]> = subscribers.into();
        let dispatcher = Self { subscribers: subscribers.clone(), triggers, audience, meter };
        [Arc::new(dispatcher), Arc::new(Deliverer { subscribers })]
    }

    /// What the event starts.
    fn jobs<'e>(&'e self, event: &'e Event) -> impl Iterator<Item = NewJob> + 'e {
        let wanted = |types: &[&str]| types.contains(&event.event_type.as_str());
        let heard = self.subscribers.iter().filter(move |subscriber| wanted(subscriber.event_types()));
        let deliveries = heard.map(|subscriber| {
            let subscriber = subscriber.name().to_owned();
            NewJob::new(DELIVER, json!(Delivery { event_id: event.id, subscriber }))
        });
        let triggered = self.triggers.iter().filter(move |trigger| wanted(trigger.event_types()));
        deliveries.chain(triggered.filter_map(|trigger| trigger.job(event)))
    }

    async fn dispatch(&self, tx: &WriteTx) -> Result<usize, Problem> {
        // One dispatcher at a time for each organization. The events are read after the lock was granted, so by a snapshot
        // that sees everything the dispatcher before this one has numbered.
        let first = numbering::head(tx).await?;
        // Each transaction that published has queued its own wake-up. The events of those that wait by now are read below; if there
        // are more than a batch, the job at hand comes round for the rest.
        jobs::end_waiting(tx, DISPATCH).await?;
        let events = numbering::number(tx, first).await?;
        let Some(last) = events.last() else { return Ok(0) };
        numbering::go_on_behind(tx, last.sequence).await?;
        let jobs = events.iter().flat_map(|event| self.jobs(event)).collect();
        let usage = |event: &Event| Usage::event_sent(event.id, &event.event_type, tx.now());
        let usage: Vec<Usage> = events.iter().map(usage).collect();
        self.meter.record(tx, &usage).await?;
        for audience in &self.audience {
            audience.hear(tx, &events).await?;
        }
        tx.enqueue_many(jobs).await?;
        Ok(events.len())
    }
}

#[async_trait]
impl JobHandler for Dispatcher {
    fn kind(&self) -> &'static str {
        DISPATCH
    }

    async fn run(&self, store: &Store, job: &Job) -> Result<(), Problem> {
        let scope = job.scope()?;
        loop {
            let tx = store.write(&scope).await?;
            let numbered = self.dispatch(&tx).await?;
            let last = numbered < usize::try_from(BATCH).unwrap_or(usize::MAX);
            if last {
                tx.finish_job(job).await?;
            }
            tx.commit().await?;
            if numbered > 0 {
                store.events_numbered(scope.organization);
            }
            if last {
                return Ok(());
            }
        }
    }
}

/// Longer than a transaction takes: an event is numbered and its deliveries are queued by the same one.
const TOGETHER: TimeDelta = TimeDelta::hours(1);

/// Until when all events of the organization that were numbered have come to everybody who is told of them; nothing where that is so of
/// all. Those of an organization that is suspended wait until it is open again.
pub(crate) async fn told_until(tx: &ReadTx) -> Result<Option<Timestamp>, Problem> {
    Ok(jobs::waiting_since(tx, DELIVER).await?.map(|since| since - TOGETHER))
}

#[derive(Serialize, Deserialize)]
struct Delivery {
    event_id: OutboxEventId,
    subscriber: String,
}

/// Hands one event to one subscriber.
struct Deliverer {
    subscribers: Arc<[Arc<dyn Subscriber>]>,
}

#[async_trait]
impl JobHandler for Deliverer {
    fn kind(&self) -> &'static str {
        DELIVER
    }

    /// Subscribers ask this database alone; what calls anybody else is a job of its own.
    fn is_quick(&self) -> bool {
        true
    }

    async fn run(&self, store: &Store, job: &Job) -> Result<(), Problem> {
        let delivery: Delivery = job.payload()?;
        let subscriber = self.subscribers.iter().find(|subscriber| subscriber.name() == delivery.subscriber);
        let subscriber = subscriber.ok_or_else(|| Problem::internal("no such subscriber in this version"))?;
        let tx = store.write(&job.scope()?).await?;
        let row = tx.get::<outbox_event::Entity>(delivery.event_id).await?;
        let sequence = row.sequence.ok_or_else(|| Problem::internal("a delivered event has a sequence"))?;
        subscriber.handle(&tx, &Event::numbered(row, sequence)).await?;
        tx.finish_job(job).await?;
        tx.commit().await
    }
}
