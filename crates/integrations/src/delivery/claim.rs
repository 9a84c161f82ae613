//! Taking what is due at an endpoint: written down and committed before anything is sent.
use super::{DISABLED, open, open_at, outcome::Outcomes, pace::Pace, post::Letter, wake, wake_at};
use crate::webhook_endpoints;
use chrono::TimeDelta;
use purser_entity_integrations::{
    webhook_attempt,
    webhook_delivery::{ActiveModel, Column, Entity, Model},
    webhook_endpoint, webhook_endpoint_state as state,
};
use purser_kernel::ids::{WebhookDeliveryId, WebhookEndpointId};
use purser_store::{jobs::Job, prelude::*};
use std::{collections::HashMap, time::Duration};
use uuid::Uuid;

/// How long a lane belongs to its job without a sign of life, beyond the time that an attempt may take: while all its places wait for
/// answers it gives none. The job itself is taken over sooner, and takes its lane along.
const LANE: TimeDelta = TimeDelta::minutes(2);
/// What is due and looked at together, where an earlier one of the same resource may have to be waited for.
const LOOK: u64 = 100;
/// Looks in one transaction, of which each puts off all that it has seen but what it takes.
const LOOKS: usize = 10;

/// An attempt that was written down.
pub(super) struct Attempt {
    pub(super) delivery: WebhookDeliveryId,
    pub(super) number: i64,
    pub(super) letter: Letter,
}

/// What a look at an endpoint brought.
pub(super) enum Claim {
    /// These are to be sent.
    Attempts(Vec<Attempt>),
    /// There is nothing to be sent now.
    Nothing,
    /// The job is done: another one sees to the endpoint, or will when there is something.
    Over,
}

/// Who looks, and how much it can take.
pub(super) struct Look<'j> {
    pub(super) job: &'j Job,
    pub(super) endpoint: WebhookEndpointId,
    /// Attempts that it can take.
    pub(super) room: u64,
    /// Whether it ends if there is nothing to be sent.
    pub(super) last: bool,
    /// How long an attempt may take.
    pub(super) patience: Duration,
}

impl Look<'_> {
    /// Writes down what came of attempts and takes what is due, in one transaction. A job that finds nothing and has nothing on its way gives
    /// up the lane, queues the next look and ends with it: what is queued for the endpoint meanwhile waits for it and finds the lane free.
    pub(super) async fn claim(&self, store: &Store, outcomes: &Outcomes<'_>) -> Result<Claim, Problem> {
        let tx = store.write(&self.job.scope()?).await?;
        outcomes.write(&tx).await?;
        let claim = if let Some(state) = self.take_lane(&tx).await? {
            self.take_due(&tx, &state).await?
        } else {
            tx.finish_job(self.job).await?;
            Claim::Over
        };
        tx.commit().await?;
        Ok(claim)
    }

    async fn take_due(&self, tx: &WriteTx, state: &state::Model) -> Result<Claim, Problem> {
        let (attempts, next) = self.due(tx, state).await?;
        if !attempts.is_empty() {
            return Ok(Claim::Attempts(attempts));
        }
        if !self.last {
            return Ok(Claim::Nothing);
        }
        self.leave(tx, next.map(|time| wake_at(self.endpoint, time))).await?;
        Ok(Claim::Over)
    }

    /// Ends the job though there may be more: others wait for its place.
    pub(super) async fn end(&self, store: &Store, outcomes: &Outcomes<'_>) -> Result<Claim, Problem> {
        let tx = store.write(&self.job.scope()?).await?;
        outcomes.write(&tx).await?;
        if self.take_lane(&tx).await?.is_some() {
            self.leave(&tx, Some(wake(self.endpoint))).await?;
        } else {
            tx.finish_job(self.job).await?;
        }
        tx.commit().await?;
        Ok(Claim::Over)
    }

    /// Locks the endpoint's state, whoever has the lane: a job that is just giving it up is waited for, and what came too late for that
    /// one is then seen. `None` while the lane is another job's. The job whose lane it is already may have been another process's
    /// that died.
    async fn take_lane(&self, tx: &WriteTx) -> Result<Option<state::Model>, Problem> {
        let here = state::Column::EndpointId.eq(self.endpoint);
        let Some(state) = tx.find_for_update::<state::Entity>().filter(here).one().await? else { return Ok(None) };
        let is_held = state.lane_until.is_some_and(|until| tx.now() <= until);
        if let Some(holder) = state.lane_job.filter(|job| is_held && *job != self.job.id()) {
            // Or it lost its lease while it had the lane, and another run of it has ended it. Nobody would look for what comes now.
            if tx.is_running(holder).await? {
                return Ok(None);
            }
        }
        // It is kept for as long again each time that half of it has gone, and not each time that somebody looks.
        let enough = tx.now() + self.patience() + LANE / 2;
        if state.lane_job == Some(self.job.id()) && state.lane_until.is_some_and(|until| enough <= until) {
            return Ok(Some(state));
        }
        let (job, until) = (self.job.id(), tx.now() + self.patience() + LANE);
        let change = |row: &mut state::ActiveModel| {
            row.lane_job = Set(Some(job));
            row.lane_until = Set(Some(until));
        };
        tx.update_where(state::Column::EndpointId.eq(self.endpoint), change).await?;
        Ok(Some(state))
    }

    fn patience(&self) -> TimeDelta {
        TimeDelta::from_std(self.patience).unwrap_or(LANE)
    }

    async fn leave(&self, tx: &WriteTx, next: Option<NewJob>) -> Result<(), Problem> {
        let change = |row: &mut state::ActiveModel| {
            row.lane_job = Set(None);
            row.lane_until = Set(None);
        };
        tx.update_where(state::Column::EndpointId.eq(self.endpoint), change).await?;
        if let Some(job) = next {
            tx.enqueue(job).await?;
        }
        tx.finish_job(self.job).await
    }

    /// Attempts at what is due; without any, when something will be.
    async fn due(&self, tx: &WriteTx, state: &state::Model) -> Result<(Vec<Attempt>, Option<Timestamp>), Problem> {
        let endpoint = tx.find_by_id::<webhook_endpoint::Entity>(self.endpoint).await?;
        let Some(endpoint) = endpoint.filter(|endpoint| endpoint.is_active) else {
            // Queued by whoever did not see yet that it was being switched off. It would be sent when it is switched on again.
            webhook_endpoints::give_up(tx, self.endpoint, DISABLED).await?;
            return Ok((Vec::new(), None));
        };
        let now = tx.now();
        if let Some(until) = state.paused_until.filter(|until| now < *until) {
            return Ok((Vec::new(), Some(until)));
        }
        let pace = endpoint.rate_limit.map(|rate| Pace::new(rate, state.paced_until, now));
        let room = pace.as_ref().map_or(self.room, |pace| self.room.min(pace.free));
        let chosen = if room == 0 { Vec::new() } else { self.choose(tx, &endpoint, room).await? };
        if chosen.is_empty() {
            let next = self.next(tx).await?;
            let held_up = pace.filter(|pace| pace.free == 0).map(|pace| pace.next());
            return Ok((Vec::new(), next.map(|time| held_up.map_or(time, |until| time.max(until)))));
        }
        if let Some(pace) = pace {
            let until = pace.after(chosen.len());
            let change = |row: &mut state::ActiveModel| row.paced_until = Set(Some(until));
            tx.update_where(state::Column::EndpointId.eq(self.endpoint), change).await?;
        }
        Ok((self.write_down(tx, &endpoint, chosen).await?, None))
    }

    fn ready(&self, now: Timestamp) -> Filter<Entity> {
        let free = Column::LeasedUntil.is_null().or(Column::LeasedUntil.lt(now));
        open_at(self.endpoint).and(Column::NextAttemptAt.lte(now)).and(free)
    }

    /// At most `room` of what is due, the longest first. Where order is kept, none before which another of its resource is still to be
    /// sent: such a one is held until that is done.
    async fn choose(&self, tx: &WriteTx, endpoint: &webhook_endpoint::Model, room: u64) -> Result<Vec<Model>, Problem> {
        let waiting = || {
            let due = tx.find::<Entity>().filter(self.ready(tx.now()));
            due.order_by(Column::NextAttemptAt, Asc).order_by(Column::Sequence, Asc)
        };
        if !endpoint.ordered {
            return waiting().all(room).await;
        }
        let (mut chosen, room) = (Vec::new(), usize::try_from(room).unwrap_or(usize::MAX));
        for _ in 0..LOOKS {
            let due = waiting().all(LOOK).await?;
            let first = self.first_of(tx, &due).await?;
            let is_first = |row: &Model| first.get(&row.resource_id) == Some(&row.sequence);
            let (firsts, held): (Vec<Model>, Vec<Model>) = due.into_iter().partition(is_first);
            let is_all = held.is_empty();
            if !is_all {
                let held = Column::Id.is_in(held.iter().map(|row| row.id));
                tx.update_where(held, |row: &mut ActiveModel| row.next_attempt_at = Set(None)).await?;
            }
            // What was chosen before is due still.
            chosen = firsts;
            if is_all || chosen.len() >= room {
                break;
            }
        }
        chosen.truncate(room);
        Ok(chosen)
    }

    /// The place of the first that is still to be sent, for each resource among these.
    async fn first_of(&self, tx: &ReadTx, due: &[Model]) -> Result<HashMap<Uuid, i64>, Problem> {
        if due.is_empty() {
            return Ok(HashMap::new());
        }
        let theirs = Column::ResourceId.is_in(due.iter().map(|row| row.resource_id));
        let first = tx.find::<Entity>().filter(open_at(self.endpoint).and(theirs)).aggregate();
        let first = first.by(Column::ResourceId).min(Column::Sequence).rows::<(Uuid, i64)>().await?;
        Ok(first.into_iter().collect())
    }

    /// When there is something to be sent, if what is on its way fails to come back or comes to its next attempt.
    async fn next(&self, tx: &ReadTx) -> Result<Option<Timestamp>, Problem> {
        let now = tx.now();
        if tx.find::<Entity>().filter(self.ready(now)).exists().await? {
            return Ok(Some(now));
        }
        let first = |filter: Filter<Entity>, column| {
            tx.find::<Entity>().filter(open_at(self.endpoint).and(filter)).order_by(column, Asc).one()
        };
        // All that is due and not ready is leased.
        let leased = first(Column::NextAttemptAt.lte(now), Column::LeasedUntil).await?;
        let later = first(Column::NextAttemptAt.gt(now), Column::NextAttemptAt).await?;
        let times = [leased.and_then(|row| row.leased_until), later.and_then(|row| row.next_attempt_at)];
        Ok(times.into_iter().flatten().min())
    }

    async fn write_down(
        &self,
        tx: &WriteTx,
        endpoint: &webhook_endpoint::Model,
        chosen: Vec<Model>,
    ) -> Result<Vec<Attempt>, Problem> {
        let ids = || chosen.iter().map(|row| row.id);
        let until = tx.now() + self.patience() + LEEWAY;
        let lease = |row: &mut ActiveModel| row.leased_until = Set(Some(until));
        tx.increment(Column::Id.is_in(ids()).and(open()), [(Column::Attempts, 1)], lease).await?;
        let again: Vec<_> = chosen.iter().filter(|row| row.attempts > 0).map(|row| row.id).collect();
        if !again.is_empty() {
            // One that was begun and has no end: its worker died.
            let left =
                webhook_attempt::Column::DeliveryId.is_in(again).and(webhook_attempt::Column::DurationMs.is_null());
            let abandoned = |row: &mut webhook_attempt::ActiveModel| row.error = Set(Some(ABANDONED.to_owned()));
            tx.update_where(left, abandoned).await?;
        }
        let attempts = chosen.iter().map(|row| webhook_attempt::ActiveModel {
            delivery_id: Set(row.id),
            number: Set(row.attempts + 1),
            started_at: Set(tx.now()),
            duration_ms: Set(None),
            response_status: Set(None),
            response_body: Set(None),
            error: Set(None),
            ..Default::default()
        });
        tx.insert_many(attempts).await?;
        let keys = webhook_endpoints::opened(tx, endpoint).await?;
        let attempt = |row: Model| Attempt {
            delivery: row.id,
            number: row.attempts + 1,
            letter: Letter { url: endpoint.url.clone(), event: row.event_id, payload: row.payload, keys: keys.clone() },
        };
        Ok(chosen.into_iter().map(attempt).collect())
    }
}

/// Between the end of an attempt and what is written of it.
const LEEWAY: TimeDelta = TimeDelta::seconds(5);
/// What stands in an attempt of which nobody knows what came of it.
const ABANDONED: &str = "abandoned";
