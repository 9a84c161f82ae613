//! What one caller follows.
use super::{Caller, End, EventFilter, Streams, follower, follower::Told, follows, frame, seats::Seat};
use purser_kernel::OrganizationId;
use purser_store::{outbox::Event, prelude::*};
use std::sync::Arc;
use tokio::{
    sync::broadcast::{
        Receiver,
        error::{RecvError, TryRecvError},
    },
    time::Interval,
};

/// Events that are handed over at a time.
const BATCH: usize = 64;

/// The events that a caller follows, as text/event-stream. Dropped, it is over.
pub struct EventStream {
    streams: Streams,
    caller: Box<dyn Caller>,
    organization: OrganizationId,
    filter: EventFilter,
    /// The number of the last event that was looked at, be it told or not.
    after: i64,
    /// What goes round, once there is nothing left to read up on. `None`: the table is read.
    ring: Option<Receiver<Told>>,
    beat: Interval,
    state: State,
    _seat: Seat,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Begins,
    Goes,
    Ended,
}

impl EventStream {
    pub(super) fn new(
        streams: Streams,
        caller: Box<dyn Caller>,
        organization: OrganizationId,
        filter: EventFilter,
        after: i64,
        seat: Seat,
    ) -> Self {
        let mut beat = tokio::time::interval(streams.0.options.heartbeat);
        beat.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        // The first tick would come at once.
        beat.reset();
        Self { streams, caller, organization, filter, after, ring: None, beat, state: State::Begins, _seat: seat }
    }

    /// What is to be sent next, as soon as there is something. `None` when the stream has ended, which was said before.
    pub async fn next(&mut self) -> Option<String> {
        match self.state {
            State::Begins => {
                self.state = State::Goes;
                return Some(frame::beginning(self.after));
            }
            State::Goes => {}
            State::Ended => return None,
        }
        let stop = self.streams.0.stop.clone();
        let next = tokio::select! {
            biased;
            () = stop.cancelled() => Err(End::ShuttingDown),
            next = self.go_on() => next,
        };
        Some(next.unwrap_or_else(|end| {
            // What it works with may be gone before it is told itself.
            let end = if end == End::Unavailable && stop.is_cancelled() { End::ShuttingDown } else { end };
            self.state = State::Ended;
            metrics::counter!("purser_event_streams_ended_total", "reason" => end.name()).increment(1);
            tracing::debug!(reason = end.name(), "a stream of events ends");
            frame::ending(end, self.after)
        }))
    }

    async fn go_on(&mut self) -> Result<String, End> {
        loop {
            let text = match &mut self.ring {
                None => {
                    let text = self.read().await?;
                    // How far it is, while there is more to read and nothing of it for this caller.
                    text.or_else(|| self.ring.is_none().then(|| frame::heartbeat(self.after)))
                }
                Some(ring) => tokio::select! {
                    told = ring.recv() => self.hear(told).await?,
                    _ = self.beat.tick() => {
                        self.ask().await?;
                        Some(frame::heartbeat(self.after))
                    }
                },
            };
            self.catch_up();
            if let Some(text) = text {
                self.beat.reset();
                return Ok(text);
            }
        }
    }

    /// Who was kept waiting in here while more happened than goes round is not slow, and reads what that was in the table.
    fn catch_up(&mut self) {
        if self.ring.as_ref().is_some_and(|ring| ring.len() > follower::RING) {
            self.ring = None;
        }
    }

    /// Who the caller is and what they may do at this moment.
    async fn ask(&self) -> Result<Scope, End> {
        let _turn = self.streams.0.asking.acquire().await;
        self.caller.now().await.map_err(End::of)
    }

    /// Reads a page of the table. After the last one the ring is listened to.
    async fn read(&mut self) -> Result<Option<String>, End> {
        // From before the page is read, so that nothing falls between the two.
        let ring = self.streams.listen(self.organization);
        let scope = self.ask().await?;
        let events = {
            let _turn = self.streams.turn().await;
            let tx = self.streams.0.store.read_while_open(&scope).await.map_err(End::of)?;
            tx.events_after(self.after, follower::PAGE).await.map_err(End::of)?
        };
        if events.len() < usize::try_from(follower::PAGE).unwrap_or(usize::MAX) {
            self.ring = Some(ring);
        }
        let mut after = self.after;
        for event in &events {
            if !follows(event, after) {
                return Err(End::EventsGone);
            }
            after = event.sequence;
        }
        self.told(&scope, &events.iter().collect::<Vec<_>>(), after).await
    }

    /// Takes what goes round, and what else is there already.
    async fn hear(&mut self, told: Result<Told, RecvError>) -> Result<Option<String>, End> {
        let (mut told, mut events): (_, Vec<Arc<Event>>) = (told.map_err(missed)?, Vec::new());
        let (mut after, mut look_again) = (self.after, false);
        loop {
            match told {
                Told::Event(event) if event.sequence <= after => {}
                Told::Event(event) if follows(&event, after) => {
                    after = event.sequence;
                    events.push(event);
                }
                Told::Upto(newest) if newest <= after => {}
                Told::Event(_) | Told::Upto(_) => self.ring = None,
                Told::Rights => look_again = true,
                Told::Ended(end) => return Err(end),
            }
            // What cannot be had of the ring is read from the table.
            let Some(ring) = self.ring.as_mut().filter(|_| events.len() < BATCH) else { break };
            match ring.try_recv() {
                Ok(next) => told = next,
                Err(TryRecvError::Lagged(_)) => return Err(End::TooSlow),
                // That it is gone is said when it is waited for.
                Err(TryRecvError::Empty | TryRecvError::Closed) => break,
            }
        }
        let wanted: Vec<&Event> = events.iter().map(Arc::as_ref).filter(|event| self.filter.wants(event)).collect();
        if wanted.is_empty() && !look_again {
            self.after = after;
            return Ok(None);
        }
        let scope = self.ask().await?;
        self.told(&scope, &wanted, after).await
    }

    /// Those of the events that are wanted and may be read. Nothing if there is none.
    async fn told(&mut self, scope: &Scope, events: &[&Event], after: i64) -> Result<Option<String>, End> {
        let wanted = events.iter().copied().filter(|event| self.filter.wants(event)).collect();
        let readable = self.streams.readable(scope, wanted).await.map_err(End::of)?;
        let mut text = String::new();
        for event in readable {
            text.push_str(&frame::event(self.organization, event).map_err(End::of)?);
        }
        self.after = after;
        Ok((!text.is_empty()).then_some(text))
    }
}

/// The ring went on without this reader, or it is gone.
fn missed(error: RecvError) -> End {
    match error {
        RecvError::Lagged(_) => End::TooSlow,
        RecvError::Closed => End::Unavailable,
    }
}
