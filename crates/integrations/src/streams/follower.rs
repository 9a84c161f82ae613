//! Reading an organization's new events once, for all who follow them.
use super::{End, Streams};
use purser_kernel::OrganizationId;
use purser_store::{outbox::Event, prelude::*};
use std::sync::{Arc, PoisonError};
use tokio::sync::{
    Notify,
    broadcast::{self, error::RecvError},
    mpsc,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// Events that one look reads at a time.
pub(super) const PAGE: u64 = 200;
/// Events that a reader may be behind the newest. There is one ring for all who follow an organization.
pub(super) const RING: usize = 1_024;

/// What those who follow an organization are told.
#[derive(Clone)]
pub(super) enum Told {
    /// The next event.
    Event(Arc<Event>),
    /// There are events up to this number that were not told, because nobody followed then.
    Upto(i64),
    /// Rights were changed in this process: everybody looks at their own again.
    Rights,
    /// It is over for all.
    Ended(End),
}

/// Where the events of an organization go round.
pub(super) struct Ring {
    pub(super) sender: broadcast::Sender<Told>,
    wake: Notify,
}

impl Ring {
    pub(super) fn new() -> (Self, broadcast::Receiver<Told>) {
        let (sender, receiver) = broadcast::channel(RING);
        (Self { sender, wake: Notify::new() }, receiver)
    }
}

/// Reads for every organization that `begins` names, as long as somebody follows it.
pub(super) async fn run(
    streams: &Streams,
    mut begins: mpsc::UnboundedReceiver<OrganizationId>,
    stop: &CancellationToken,
) {
    let (tracker, mut news) = (TaskTracker::new(), streams.0.store.event_news());
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            Some(organization) = begins.recv() => {
                tracker.spawn(follow(streams.clone(), organization, stop.clone()));
            }
            heard = news.recv() => match heard {
                Ok(organization) => wake(streams, Some(organization)),
                Err(RecvError::Lagged(_)) => wake(streams, None),
                Err(RecvError::Closed) => break,
            },
        }
    }
    tracker.close();
    tracker.wait().await;
}

/// Wakes who reads for the organization, or all.
fn wake(streams: &Streams, organization: Option<OrganizationId>) {
    let rings = streams.0.rings.lock().unwrap_or_else(PoisonError::into_inner);
    match organization {
        Some(organization) => rings.get(&organization).into_iter().for_each(|ring| ring.wake.notify_one()),
        None => rings.values().for_each(|ring| ring.wake.notify_one()),
    }
}

/// What is known of an organization while somebody follows it.
struct Following {
    scope: Scope,
    /// Up to where its events were told.
    told: Option<i64>,
    rights: u64,
}

/// Takes the ring away when its reader is gone, by whatever way: those who listen to it notice, and others begin a new one.
struct Reader {
    streams: Streams,
    organization: OrganizationId,
    ring: Arc<Ring>,
}

impl Reader {
    fn of(streams: Streams, organization: OrganizationId) -> Option<Self> {
        let ring = streams.0.rings.lock().unwrap_or_else(PoisonError::into_inner).get(&organization)?.clone();
        Some(Self { streams, organization, ring })
    }

    /// Whether nobody listens. Then the ring is taken away in the moment in which nobody can begin to.
    fn is_alone(&self) -> bool {
        let mut rings = self.streams.0.rings.lock().unwrap_or_else(PoisonError::into_inner);
        let alone = self.ring.sender.receiver_count() == 0;
        if alone {
            rings.remove(&self.organization);
        }
        alone
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        let mut rings = self.streams.0.rings.lock().unwrap_or_else(PoisonError::into_inner);
        if rings.get(&self.organization).is_some_and(|ring| Arc::ptr_eq(ring, &self.ring)) {
            rings.remove(&self.organization);
        }
    }
}

async fn follow(streams: Streams, organization: OrganizationId, stop: CancellationToken) {
    let Some(reader) = Reader::of(streams, organization) else {
        return;
    };
    let Reader { streams, ring, .. } = &reader;
    let rights = streams.0.store.rights_changes(organization);
    let mut following = Following { scope: Scope::system(organization, "events.stream"), told: None, rights };
    while !reader.is_alone() {
        let look = async {
            if let Err(problem) = following.look(streams, ring).await {
                Following::fail(ring, problem);
            }
        };
        tokio::select! {
            () = stop.cancelled() => return,
            () = look => {}
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = ring.wake.notified() => {}
            () = tokio::time::sleep(streams.0.options.look) => {}
        }
    }
}

impl Following {
    /// Tells what is new.
    async fn look(&mut self, streams: &Streams, ring: &Ring) -> Result<(), Problem> {
        let rights = streams.0.store.rights_changes(self.scope.organization);
        if rights != self.rights {
            self.rights = rights;
            tell(ring, Told::Rights);
        }
        loop {
            let events = {
                let _turn = streams.turn().await;
                let tx = streams.0.store.read_while_open(&self.scope).await?;
                let Some(told) = self.told else {
                    let newest = tx.newest_event().await?;
                    self.told = Some(newest);
                    // Who came first has read the table before this, perhaps not up to here.
                    tell(ring, Told::Upto(newest));
                    return Ok(());
                };
                tx.events_after(told, PAGE).await?
            };
            let is_last = events.len() < usize::try_from(PAGE).unwrap_or(usize::MAX);
            for event in events {
                self.told = Some(event.sequence);
                tell(ring, Told::Event(Arc::new(event)));
            }
            if is_last {
                return Ok(());
            }
            // Those who listen are given the time to.
            tokio::task::yield_now().await;
        }
    }

    /// A database that does not answer is asked again; an organization in which nothing happens is nothing to follow.
    fn fail(ring: &Ring, problem: Problem) {
        if problem.kind().status >= 500 {
            tracing::warn!(%problem, "the events of an organization could not be read");
            return;
        }
        tell(ring, Told::Ended(End::of(problem)));
    }
}

fn tell(ring: &Ring, told: Told) {
    // Without anybody who listens it is told to nobody.
    let _ = ring.sender.send(told);
}
