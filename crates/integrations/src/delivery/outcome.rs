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
use purser_store::{
    ports::{Usage, UsageMeter},
    prelude::*,
};
use std::cmp::max;

/// How long nothing may be taken before an endpoint is switched off.
const FAILING: TimeDelta = TimeDelta::days(5);
/// The longest that one is left alone.
const LONGEST_PAUSE: TimeDelta = TimeDelta::hours(1);

/// An attempt that was made, and its answer.
pub(super) struct Outcome<'a> {
    pub(super) attempt: &'a Attempt,
    pub(super) answer: &'a Answer,
    pub(super) options: &'a WebhookOptions,
}

impl Outcome<'_> {
    /// Writes it down. Nothing of it is written twice, and nothing of an attempt after which another was begun decides but that it was
    /// taken.
    pub(super) async fn write(&self, tx: &WriteTx, meter: &dyn UsageMeter) -> Result<(), Problem> {
        let state = webhook_endpoints::lock(tx, self.attempt.endpoint).await?;
        let verdict = self.answer.verdict();
        if verdict == Verdict::Taken {
            self.fine(tx, &state).await?;
        } else {
            self.switch_off(tx, &state, verdict).await?;
        }
        let row = tx.find_for_update::<Entity>().filter(Column::Id.eq(self.attempt.delivery)).one().await?;
        // Deleted by retention meanwhile.
        let Some(row) = row else { return Ok(()) };
        self.end_attempt(tx).await?;
        let is_open = matches!(row.status, Status::Pending | Status::Retrying);
        match verdict {
            Verdict::Taken if row.status == Status::Success => Ok(()),
            Verdict::Taken => self.taken(tx, &row, meter).await,
            _ if row.attempts != self.attempt.number => Ok(()),
            _ if !is_open => self.explain(tx, &row).await,
            _ => self.failed(tx, &row, &state, verdict).await,
        }
    }

    async fn end_attempt(&self, tx: &WriteTx) -> Result<(), Problem> {
        use webhook_attempt::Column;
        let Answer { status, body, duration_ms, .. } = self.answer;
        let this = Column::DeliveryId.eq(self.attempt.delivery).and(Column::Number.eq(self.attempt.number));
        let end = |row: &mut webhook_attempt::ActiveModel| {
            row.duration_ms = Set(Some(*duration_ms));
            row.response_status = Set(status.map(i32::from));
            row.response_body = Set(body.clone());
            row.error = Set(self.answer.error.map(str::to_owned));
        };
        tx.update_where(this.and(Column::DurationMs.is_null()), end).await.map(|_| ())
    }

    async fn taken(&self, tx: &WriteTx, row: &Model, meter: &dyn UsageMeter) -> Result<(), Problem> {
        self.close(tx, row, Status::Success, None).await?;
        let key = format!("{}:{}", row.id, self.attempt.number);
        let usage = Usage {
            latency_ms: Some(self.answer.duration_ms),
            extra: serde_json::json!({ "event_type": row.event_type }),
            ..Usage::one("webhooks", key, "webhook", tx.now())
        };
        meter.record(tx, &[usage]).await
    }

    /// Given up while the attempt went on: what came of that says more.
    async fn explain(&self, tx: &WriteTx, row: &Model) -> Result<(), Problem> {
        let reason = self.answer.reason();
        tx.update_where(Column::Id.eq(row.id), |row: &mut ActiveModel| row.error = Set(reason)).await.map(|_| ())
    }

    async fn failed(&self, tx: &WriteTx, row: &Model, state: &state::Model, verdict: Verdict) -> Result<(), Problem> {
        let tries = row.tries.saturating_add(1);
        let endpoint = tx.find_by_id::<webhook_endpoint::Entity>(self.attempt.endpoint).await?;
        let is_last = endpoint.is_none_or(|endpoint| tries >= endpoint.max_attempts);
        let wait = self.wait(tries);
        if verdict == Verdict::TooMuch {
            self.pause(tx, state, wait).await?;
        }
        if is_last {
            return self.close(tx, row, Status::Failed, self.answer.reason()).await;
        }
        let (next, reason) = (tx.now() + wait, self.answer.reason());
        let again = |row: &mut ActiveModel| {
            row.status = Set(Status::Retrying);
            row.tries = Set(tries);
            row.next_attempt_at = Set(Some(next));
            row.leased_until = Set(None);
            row.error = Set(reason);
        };
        tx.update_where(Column::Id.eq(row.id), again).await.map(|_| ())
    }

    /// As the schedule has it, or longer where the endpoint asks for it: up to twice as long.
    fn wait(&self, tries: i32) -> TimeDelta {
        let wait = self.options.wait(tries);
        let asked = self.answer.retry_after.and_then(|asked| TimeDelta::from_std(asked).ok());
        asked.map_or(wait, |asked| asked.clamp(wait, wait * 2))
    }

    /// For as long as this delivery waits, and for as long as the endpoint has been failing: it is asked less and less often.
    async fn pause(&self, tx: &WriteTx, state: &state::Model, wait: TimeDelta) -> Result<(), Problem> {
        let now = tx.now();
        let failing = state.failing_since.map_or(TimeDelta::zero(), |since| now - since);
        let until = max(state.paused_until, Some(now + max(wait, failing).min(LONGEST_PAUSE)));
        let change = |row: &mut state::ActiveModel| row.paused_until = Set(until);
        tx.update_where(state::Column::EndpointId.eq(self.attempt.endpoint), change).await.map(|_| ())
    }

    /// The delivery is over. Of its resource, the one that comes after it is due, where order is kept.
    async fn close(&self, tx: &WriteTx, row: &Model, status: Status, error: Option<String>) -> Result<(), Problem> {
        let now = tx.now();
        let end = |row: &mut ActiveModel| {
            row.status = Set(status);
            row.next_attempt_at = Set(None);
            row.leased_until = Set(None);
            row.error = Set(error);
            row.completed_at = Set(Some(now));
        };
        tx.update_where(Column::Id.eq(row.id), end).await?;
        let behind = open_at(row.endpoint_id).and(Column::ResourceId.eq(row.resource_id));
        let next = tx.find::<Entity>().filter(behind).order_by(Column::Sequence, Asc).one().await?;
        let Some(held) = next.filter(|row| row.next_attempt_at.is_none()) else {
            return Ok(());
        };
        tx.update_where(Column::Id.eq(held.id), |row: &mut ActiveModel| row.next_attempt_at = Set(Some(now)))
            .await
            .map(|_| ())
    }

    /// It takes what it is sent.
    async fn fine(&self, tx: &WriteTx, state: &state::Model) -> Result<(), Problem> {
        if state.failing_since.is_none() {
            return Ok(());
        }
        // A pause goes on: this request was on its way when another was told that there are too many.
        let change = |row: &mut state::ActiveModel| row.failing_since = Set(None);
        tx.update_where(state::Column::EndpointId.eq(self.attempt.endpoint), change).await.map(|_| ())
    }

    /// Counts since when nothing was taken, and switches the endpoint off where nobody expects it to come back. Before the delivery is
    /// looked at: that is among those that fail with it.
    async fn switch_off(&self, tx: &WriteTx, state: &state::Model, verdict: Verdict) -> Result<(), Problem> {
        let now = tx.now();
        let since = state.failing_since.unwrap_or(now);
        if state.failing_since.is_none() {
            let change = |row: &mut state::ActiveModel| row.failing_since = Set(Some(now));
            tx.update_where(state::Column::EndpointId.eq(self.attempt.endpoint), change).await?;
        }
        let reason = match verdict {
            Verdict::Gone => DisabledReason::Gone,
            _ if now - since >= FAILING => DisabledReason::Failing,
            _ => return Ok(()),
        };
        let filter = webhook_endpoint::Column::Id.eq(self.attempt.endpoint);
        let endpoint = tx.find_for_update::<webhook_endpoint::Entity>().filter(filter).one().await?;
        match endpoint.filter(|endpoint| endpoint.is_active) {
            Some(endpoint) => webhook_endpoints::off(tx, endpoint, reason).await.map(|_| ()),
            None => Ok(()),
        }
    }
}
