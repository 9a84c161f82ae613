//! Writing down what came of an attempt.
use super::{
    WebhookOptions,
    answer::{Answer, Verdict},
    claim::Attempt,
    open_at,
};
use crate::webhook_endpoints;
use chrono::TimeDelta;
use purser_entity_integrations::{
    webhook_attempt,
    webhook_delivery::{ActiveModel, Column, Entity, Model, Status},
    webhook_endpoint::{self, DisabledReason},
    webhook_endpoint_state as state,
};
use purser_kernel::ids::WebhookEndpointId;
use purser_store::{
    jobs::Job,
    ports::{Usage, UsageMeter},
    prelude::*,
};
use serde_json::json;
use std::{
    cmp::max,
    collections::{BTreeMap, HashMap},
};
use uuid::Uuid;

/// How long nothing may be taken before an endpoint is switched off.
const FAILING: TimeDelta = TimeDelta::days(5);
/// The longest that one is left alone.
const LONGEST_PAUSE: TimeDelta = TimeDelta::hours(1);

/// An attempt that was made, and its answer.
pub(super) struct Sent {
    pub(super) attempt: Attempt,
    pub(super) answer: Answer,
}

/// What came of attempts at one endpoint.
pub(super) struct Outcomes<'a> {
    pub(super) endpoint: WebhookEndpointId,
    pub(super) sent: &'a [Sent],
    pub(super) options: &'a WebhookOptions,
    pub(super) meter: &'a dyn UsageMeter,
}

impl Outcomes<'_> {
    /// Writes them down, with as many statements for many that were taken as for one, but for the attempts' own. Nothing is written twice,
    /// and nothing of an attempt after which another was begun decides but that it was taken.
    pub(super) async fn write(&self, tx: &WriteTx) -> Result<(), Problem> {
        if self.sent.is_empty() {
            return Ok(());
        }
        let state = webhook_endpoints::lock(tx, self.endpoint).await?;
        let endpoint = if self.is_as_ever(&state) {
            None
        } else {
            tx.find_by_id::<webhook_endpoint::Entity>(self.endpoint).await?
        };
        let failing_since = self.note(tx, &state, endpoint.as_ref()).await?;
        let rows =
            tx.find_for_update::<Entity>().filter(Column::Id.is_in(self.sent.iter().map(|it| it.attempt.delivery)));
        let most = u64::try_from(self.sent.len()).map_err(Problem::internal)?;
        let rows: HashMap<_, _> = rows.all(most).await?.into_iter().map(|row| (row.id, row)).collect();
        let (mut taken, mut too_much) = (BTreeMap::new(), None);
        for sent in self.sent {
            // Deleted by retention meanwhile.
            let Some(row) = rows.get(&sent.attempt.delivery) else { continue };
            if !sent.end_attempt(tx).await? {
                continue;
            }
            let is_open = matches!(row.status, Status::Pending | Status::Retrying);
            match sent.answer.verdict() {
                Verdict::Taken if row.status == Status::Success => {}
                Verdict::Taken => {
                    taken.insert(row.id, (row, sent));
                }
                _ if row.attempts != sent.attempt.number => {}
                _ if row.status == Status::Failed => sent.explain(tx).await?,
                _ if !is_open => {}
                verdict => {
                    let wait = sent.wait(self.options, row.tries.saturating_add(1));
                    let is_busy = verdict == Verdict::TooMuch && sent.is_of(endpoint.as_ref());
                    too_much = max(too_much, is_busy.then_some(wait));
                    self.failed(tx, sent, row, wait, endpoint.as_ref()).await?;
                }
            }
        }
        if let Some(wait) = too_much {
            let until = max(state.paused_until, Some(tx.now() + pause(tx.now(), failing_since, wait)));
            self.set(tx, |row| row.paused_until = Set(until)).await?;
        }
        if taken.is_empty() {
            return Ok(());
        }
        let (rows, usage): (Vec<&Model>, Vec<Usage>) =
            taken.into_values().map(|(row, it)| (row, it.usage(row, tx))).unzip();
        self.close(tx, &rows, Status::Success, None).await?;
        self.meter.record(tx, &usage).await
    }

    /// As [`Outcomes::write`], in a transaction of its own.
    pub(super) async fn alone(&self, store: &Store, job: &Job) -> Result<(), Problem> {
        if self.sent.is_empty() {
            return Ok(());
        }
        // It was sent, however the organization stands by now.
        let tx = store.write_in_any_state(&job.scope()?).await?;
        self.write(&tx).await?;
        tx.commit().await
    }

    /// Whether everything was taken where nothing failed before: nothing is to be noted of the endpoint, and it need not be looked at.
    fn is_as_ever(&self, state: &state::Model) -> bool {
        state.failing_since.is_none() && self.sent.iter().all(|sent| sent.answer.verdict() == Verdict::Taken)
    }

    /// What they say of the endpoint itself: since when nothing was taken, and whether it is switched off because nobody expects it to come
    /// back. Before the deliveries are looked at: those are among what fails with it.
    async fn note(
        &self,
        tx: &WriteTx,
        state: &state::Model,
        endpoint: Option<&webhook_endpoint::Model>,
    ) -> Result<Option<Timestamp>, Problem> {
        let here = self.sent.iter().filter(|sent| sent.is_of(endpoint));
        let verdicts: Vec<Verdict> = here.map(|sent| sent.answer.verdict()).collect();
        if verdicts.is_empty() {
            return Ok(state.failing_since);
        }
        let now = tx.now();
        let (is_gone, is_fine) = (verdicts.contains(&Verdict::Gone), verdicts.contains(&Verdict::Taken));
        let goes_on = state.last_failed_at.is_some_and(|last| now - last <= self.options.silence());
        let since = match state.failing_since {
            // A pause goes on: these requests were on their way when another was told that there are too many.
            _ if is_fine && !is_gone => None,
            Some(since) if !is_fine && goes_on => Some(since),
            _ => Some(now),
        };
        let change = |row: &mut state::ActiveModel| {
            row.failing_since = Set(since);
            row.last_failed_at = Set(since.map(|_| now));
        };
        self.set(tx, change).await?;
        match since {
            _ if is_gone => self.switch_off(tx, DisabledReason::Gone).await?,
            Some(since) if now - since >= FAILING => self.switch_off(tx, DisabledReason::Failing).await?,
            _ => {}
        }
        Ok(since)
    }

    async fn failed(
        &self,
        tx: &WriteTx,
        sent: &Sent,
        row: &Model,
        wait: TimeDelta,
        endpoint: Option<&webhook_endpoint::Model>,
    ) -> Result<(), Problem> {
        let tries = row.tries.saturating_add(1);
        let is_last = endpoint.is_none_or(|endpoint| tries >= endpoint.max_attempts);
        if is_last {
            return self.close(tx, &[row], Status::Failed, sent.answer.reason()).await;
        }
        let (next, reason) = (tx.now() + wait, sent.answer.reason());
        let again = |row: &mut ActiveModel| {
            row.status = Set(Status::Retrying);
            row.tries = Set(tries);
            row.next_attempt_at = Set(Some(next));
            row.leased_until = Set(None);
            row.error = Set(reason);
        };
        tx.update_where(Column::Id.eq(row.id), again).await.map(|_| ())
    }

    /// These deliveries are over. Of their resources, those that come after them are due, where order is kept.
    async fn close(&self, tx: &WriteTx, rows: &[&Model], status: Status, error: Option<String>) -> Result<(), Problem> {
        let now = tx.now();
        let end = |row: &mut ActiveModel| {
            row.status = Set(status);
            row.next_attempt_at = Set(None);
            row.leased_until = Set(None);
            row.error = Set(error);
            row.completed_at = Set(Some(now));
        };
        tx.update_where(Column::Id.is_in(rows.iter().map(|row| row.id)), end).await?;
        let resources = || Column::ResourceId.is_in(rows.iter().map(|row| row.resource_id));
        let behind = || open_at(self.endpoint).and(resources());
        // Where none is held, and none is where order is not kept, nobody need know which would be the first.
        if !tx.find::<Entity>().filter(behind().and(Column::NextAttemptAt.is_null())).exists().await? {
            return Ok(());
        }
        let first = tx.find::<Entity>().filter(behind()).aggregate();
        let first = first.by(Column::ResourceId).min(Column::Sequence).rows::<(Uuid, i64)>().await?;
        // Events of two resources never have the same place.
        let held = Column::Sequence.is_in(first.into_iter().map(|(_, sequence)| sequence));
        let held = behind().and(held).and(Column::NextAttemptAt.is_null());
        tx.update_where(held, |row: &mut ActiveModel| row.next_attempt_at = Set(Some(now))).await.map(|_| ())
    }

    async fn switch_off(&self, tx: &WriteTx, reason: DisabledReason) -> Result<(), Problem> {
        let filter = webhook_endpoint::Column::Id.eq(self.endpoint);
        let endpoint = tx.find_for_update::<webhook_endpoint::Entity>().filter(filter).one().await?;
        match endpoint.filter(|endpoint| endpoint.is_active) {
            Some(endpoint) => webhook_endpoints::off(tx, endpoint, reason).await.map(|_| ()),
            None => Ok(()),
        }
    }

    async fn set(&self, tx: &WriteTx, change: impl FnOnce(&mut state::ActiveModel) + Send) -> Result<(), Problem> {
        tx.update_where(state::Column::EndpointId.eq(self.endpoint), change).await.map(|_| ())
    }
}

impl Sent {
    /// Whether it was sent to where the endpoint is now. What a machine answers at which it was before says nothing of this one.
    fn is_of(&self, endpoint: Option<&webhook_endpoint::Model>) -> bool {
        endpoint.is_some_and(|endpoint| endpoint.url == self.attempt.letter.url)
    }

    /// Whether it had no end yet. It has one where the same was written before and the answer to the commit got lost.
    async fn end_attempt(&self, tx: &WriteTx) -> Result<bool, Problem> {
        use webhook_attempt::Column;
        let Answer { status, body, duration_ms, .. } = &self.answer;
        let this = Column::DeliveryId.eq(self.attempt.delivery).and(Column::Number.eq(self.attempt.number));
        let end = |row: &mut webhook_attempt::ActiveModel| {
            row.duration_ms = Set(Some(*duration_ms));
            row.response_status = Set(status.map(i32::from));
            row.response_body = Set(body.clone());
            row.error = Set(self.answer.error.map(str::to_owned));
        };
        Ok(tx.update_where(this.and(Column::DurationMs.is_null()), end).await? > 0)
    }

    /// Given up while the attempt went on: what came of that says more.
    async fn explain(&self, tx: &WriteTx) -> Result<(), Problem> {
        let reason = self.answer.reason();
        let this = Column::Id.eq(self.attempt.delivery);
        tx.update_where(this, |row: &mut ActiveModel| row.error = Set(reason)).await.map(|_| ())
    }

    fn usage(&self, row: &Model, tx: &ReadTx) -> Usage {
        let key = format!("{}:{}", row.id, self.attempt.number);
        Usage {
            latency_ms: Some(self.answer.duration_ms),
            extra: json!({ "event_type": row.event_type }),
            ..Usage::one("webhooks", key, "webhook", tx.now())
        }
    }

    /// As the schedule has it, or longer where the endpoint asks for it: up to twice as long.
    fn wait(&self, options: &WebhookOptions, tries: i32) -> TimeDelta {
        let wait = options.wait(tries);
        let asked = self.answer.retry_after.and_then(|asked| TimeDelta::from_std(asked).ok());
        asked.map_or(wait, |asked| asked.clamp(wait, wait * 2))
    }
}

/// How long an endpoint is left alone: as long as the longest of its deliveries waits, and as long as it has been failing, so that it is
/// asked less and less often.
fn pause(now: Timestamp, failing_since: Option<Timestamp>, wait: TimeDelta) -> TimeDelta {
    let failing = failing_since.map_or(TimeDelta::zero(), |since| now - since);
    max(wait, failing).min(LONGEST_PAUSE)
}
