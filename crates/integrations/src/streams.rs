//! Following events as they happen.
//!
//! The table is the truth: events are numbered after the commit, without a gap ([`ReadTx::events_after`]), so whoever names the last
//! number they have seen is given everything behind it, once. One reader reads the new events of an organization once for
//! all who follow it, and hands them over in a ring: who takes too long to read them falls behind, is told so and begins again where they
//! stopped, and holds up nobody. An [`EventStream`] that is behind reads the table in pages of its own, until it meets the ring.
//!
//! What somebody may read is asked each time there is something to read. No connection with the database is held in between.
mod end;
mod filter;
mod follower;
mod frame;
mod gate;
mod seats;
mod stream;

pub use end::End;
pub use filter::EventFilter;
pub use stream::EventStream;

use async_trait::async_trait;
use follower::{Ring, Told};
use gate::Gate;
use purser_kernel::{Actor, OrganizationId, UserId};
use purser_store::{
    outbox::{Event, EventType},
    ports::ResourceReaders,
    prelude::*,
};
use seats::Seats;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use tokio::sync::{Semaphore, broadcast, mpsc};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// How events are followed.
#[derive(Clone, Debug)]
pub struct StreamOptions {
    /// How often a stream on which nothing happens says that it is there, and whether its caller still is.
    pub heartbeat: Duration,
    /// How often the table is looked at, whether somebody said that there is something or not.
    pub look: Duration,
    /// Streams of an organization in this process.
    pub per_organization: usize,
    /// Streams of a person or an API key in this process.
    pub per_caller: usize,
}

impl StreamOptions {
    /// Another node's events are to be seen within a second, also when the word of them is lost.
    pub const LOOK: Duration = Duration::from_millis(750);
}

/// Whoever follows.
#[async_trait]
pub trait Caller: Send + Sync {
    /// Who they are and what they may do at this moment: at most a second ago. `unauthenticated` when they have no business here any
    /// more.
    async fn now(&self) -> Result<Scope, Problem>;
}

/// Events as they happen, for everybody who follows in this process. Cheap to clone.
#[derive(Clone)]
pub struct Streams(Arc<Shared>);

struct Shared {
    store: Store,
    gate: Gate,
    options: StreamOptions,
    seats: Arc<Seats>,
    rings: Mutex<HashMap<OrganizationId, Arc<Ring>>>,
    /// Whose events somebody follows for the first time.
    begun: mpsc::UnboundedSender<OrganizationId>,
    begins: Mutex<Option<mpsc::UnboundedReceiver<OrganizationId>>>,
    /// Who reads the table, and who asks what a caller may do. Thousands for whom there is something at once leave the other connections
    /// to the rest.
    reading: Semaphore,
    asking: Semaphore,
    stop: CancellationToken,
}

/// Reads of each kind at the same time.
const AT_ONCE: usize = 2;

impl Streams {
    /// Streams of events of these types. `access` says who has access to resources of which not everybody has.
    pub fn new(
        store: Store,
        types: &'static [EventType],
        access: Vec<Arc<dyn ResourceReaders>>,
        options: StreamOptions,
    ) -> Self {
        let (begun, begins) = mpsc::unbounded_channel();
        let seats = Arc::new(Seats::new(options.per_organization, options.per_caller));
        Self(Arc::new(Shared {
            store,
            gate: Gate::new(types, access),
            options,
            seats,
            rings: Mutex::default(),
            begun,
            begins: Mutex::new(Some(begins)),
            reading: Semaphore::new(AT_ONCE),
            asking: Semaphore::new(AT_ONCE),
            stop: CancellationToken::new(),
        }))
    }

    /// Whether the caller of `tx` may read what events of this type say of this resource: what a stream would tell them of it.
    pub async fn shows(&self, tx: &ReadTx, event_type: &str, resource_id: Uuid) -> Result<bool, Problem> {
        self.0.gate.shows(tx, event_type, resource_id).await
    }

    /// A stream for the caller of `scope`, of what `filter` lets through and they may read at the time.
    ///
    /// It begins behind the event with the number `last_event_id`, or with what happens from now on. `validation_failed` for what is no
    /// such number, `events_gone` when not all that has happened since is kept; `too_many_requests` for a stream too many;
    /// `organization_suspended` where nothing happens.
    pub async fn open(
        &self,
        caller: Box<dyn Caller>,
        scope: &Scope,
        filter: EventFilter,
        last_event_id: Option<&str>,
    ) -> Result<EventStream, Problem> {
        let after = last_event_id.map(number).transpose()?;
        self.0.gate.check(&filter, scope)?;
        let seat = self.0.seats.take(scope.organization, name(scope.actor))?;
        let after = self.begin(scope, after).await?;
        Ok(EventStream::new(self.clone(), caller, scope.organization, filter, after, seat))
    }

    /// The number behind which the stream begins.
    async fn begin(&self, scope: &Scope, after: Option<i64>) -> Result<i64, Problem> {
        let _turn = self.turn().await;
        let tx = self.0.store.read_while_open(scope).await?;
        let newest = tx.newest_event().await?;
        let Some(after) = after else {
            return Ok(newest);
        };
        if after > newest {
            let message = "is the number of no event: there are none behind it yet";
            return Err(Problem::invalid(LAST_EVENT_ID, "unknown_event", message));
        }
        let next = tx.events_after(after, 1).await?;
        if after < newest && next.first().is_none_or(|event| !follows(event, after)) {
            return Err(Problem::of(crate::IntegrationProblem::EventsGone));
        }
        Ok(after)
    }

    /// Whose turn it is to read the table. The semaphore is never closed.
    async fn turn(&self) -> Option<tokio::sync::SemaphorePermit<'_>> {
        self.0.reading.acquire().await.ok()
    }

    /// Those of the events that the caller of `scope` may read at this moment.
    async fn readable<'e>(&self, scope: &Scope, events: Vec<&'e Event>) -> Result<Vec<&'e Event>, Problem> {
        self.0.gate.readable(&self.0.store, &self.0.asking, scope, events).await
    }

    /// What is told from now on of an organization's events.
    fn listen(&self, organization: OrganizationId) -> broadcast::Receiver<Told> {
        let mut rings = self.0.rings.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(ring) = rings.get(&organization) {
            return ring.sender.subscribe();
        }
        let (ring, receiver) = Ring::new();
        rings.insert(organization, Arc::new(ring));
        // Nobody takes it when the process ends, and then all streams do.
        let _ = self.0.begun.send(organization);
        receiver
    }

    /// Reads for all who follow, until `stop` is cancelled. Then every stream ends.
    pub async fn run(self, stop: CancellationToken) {
        let begins = self.0.begins.lock().unwrap_or_else(PoisonError::into_inner).take();
        // Streams end by the same word as what they hear from: else they would find it gone before they knew why.
        let told = async {
            stop.cancelled().await;
            self.0.stop.cancel();
        };
        let reads = async {
            if let Some(begins) = begins {
                follower::run(&self, begins, &self.0.stop).await;
            }
        };
        tokio::join!(told, reads);
    }
}

const LAST_EVENT_ID: &str = "/Last-Event-ID";

/// What a client was told last. Leading zeroes and signs are nobody's ids.
fn number(text: &str) -> Result<i64, Problem> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let plain = digits && (text == "0" || !text.starts_with('0'));
    text.parse().ok().filter(|_| plain).ok_or_else(|| {
        Problem::invalid(LAST_EVENT_ID, "invalid_event_id", "must be the id of an event of the stream, or 0")
    })
}

/// Whom the stream counts for.
fn name(actor: Actor) -> uuid::Uuid {
    actor.user().map(UserId::as_uuid).or(actor.id()).unwrap_or_default()
}

/// Whether the event is the next one.
fn follows(event: &Event, after: i64) -> bool {
    event.sequence == after.saturating_add(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_number_as_it_was_told() {
        assert_eq!(number("0").unwrap(), 0);
        assert_eq!(number("42").unwrap(), 42);
        for wrong in ["", "-1", "+1", "007", "00", "1.0", "x", " 1", "9223372036854775808", "١"] {
            let problem = number(wrong).unwrap_err();
            assert_eq!(problem.errors().len(), 1, "{wrong}");
        }
    }
}
