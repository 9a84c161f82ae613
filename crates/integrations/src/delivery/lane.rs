//! The jobs that send what is due, one endpoint at a time.
use super::{
    KIND, Payload, WebhookOptions,
    claim::{Attempt, Claim, Look},
    outcome::{Outcomes, Sent},
    post::Post,
    shares::Shares,
    wake,
};
use crate::webhook_endpoints::Targets;
use async_trait::async_trait;
use chrono::TimeDelta;
use purser_kernel::{Clock, clock::Stopwatch, ids::WebhookEndpointId};
use purser_store::{
    jobs::{Job, JobHandler},
    ports::UsageMeter,
    prelude::*,
};
use std::{sync::Arc, time::Duration};
use tokio::{
    task::{JoinError, JoinSet},
    time::timeout,
};
use tokio_util::sync::CancellationToken;

/// Requests to one endpoint at the same time.
const ABREAST: u64 = 4;
/// How long an endpoint keeps its place while there is more to be sent to it.
const TURN: Duration = Duration::from_secs(5);
/// How long it is only waited for what is on its way, while more may have become due.
const GLANCE: Duration = Duration::from_secs(1);
/// How long what has ended waits for what was sent with it.
const MOMENT: Duration = Duration::from_millis(5);
/// When an organization that has its share looks again.
const SOON: TimeDelta = TimeDelta::milliseconds(500);

/// Sends what is due. For a worker of its own: a request that hangs is to hold up no other kind of job.
pub struct Deliver {
    sender: Arc<Sender>,
    shares: Shares,
    stop: CancellationToken,
}

/// What an endpoint is sent with.
struct Sender {
    post: Post,
    options: WebhookOptions,
    meter: Arc<dyn UsageMeter>,
}

impl Sender {
    async fn send(&self, attempt: Attempt) -> Sent {
        let answer = self.post.send(&attempt.letter).await;
        let host = attempt.letter.host();
        let (status, error, elapsed_ms) = (answer.status, answer.error, answer.duration_ms);
        tracing::debug!(delivery = %attempt.delivery, attempt.number, host, status, error, elapsed_ms, "webhook sent");
        let outcome = if answer.reason().is_none() { "taken" } else { "failed" };
        metrics::counter!("purser_webhooks_total", "outcome" => outcome).increment(1);
        Sent { attempt, answer }
    }

    fn outcomes<'a>(&'a self, endpoint: WebhookEndpointId, sent: &'a [Sent]) -> Outcomes<'a> {
        Outcomes { endpoint, sent, options: &self.options, meter: self.meter.as_ref() }
    }
}

impl Deliver {
    /// The handler. Once `stop` is cancelled it begins no more requests and ends with those that are on their way.
    pub fn new(
        targets: Targets,
        options: WebhookOptions,
        clock: Clock,
        meter: Arc<dyn UsageMeter>,
        stop: CancellationToken,
    ) -> Result<Self, Problem> {
        let post = Post::new(targets, clock, options.timeout).map_err(Problem::internal)?;
        let shares = Shares::of(options.concurrency);
        Ok(Self { sender: Arc::new(Sender { post, options, meter }), shares, stop })
    }

    async fn send(&self, store: &Store, job: &Job, endpoint: WebhookEndpointId) -> Result<(), Problem> {
        let watch = Stopwatch::start();
        // They end with this function.
        let (mut on_the_way, mut sent) = (JoinSet::new(), Vec::new());
        loop {
            let count = u64::try_from(on_the_way.len()).unwrap_or(ABREAST);
            let look = Look {
                job,
                endpoint,
                room: ABREAST.saturating_sub(count),
                last: count == 0,
                patience: self.sender.post.patience(),
            };
            let outcomes = self.sender.outcomes(endpoint, &sent);
            // An endpoint that takes what it is sent has its turn. One that hangs keeps its place anyway, and what is due is sent beside that.
            let (elapsed, hangs) = (watch.elapsed(), count > 0 && sent.is_empty());
            let is_early = elapsed < TURN || (hangs && elapsed < TURN + look.patience);
            let has_turn = is_early && !self.stop.is_cancelled();
            let claim = match count {
                _ if has_turn && look.room > 0 => look.claim(store, &outcomes).await,
                0 => look.end(store, &outcomes).await,
                _ => outcomes.alone(store, job).await.map(|()| Claim::Nothing),
            };
            match claim {
                Ok(Claim::Attempts(attempts)) => {
                    for attempt in attempts {
                        let sender = self.sender.clone();
                        on_the_way.spawn(async move { sender.send(attempt).await });
                    }
                }
                Ok(Claim::Nothing) => {}
                Ok(Claim::Over) => {
                    self.rest(store, job, endpoint, on_the_way).await;
                    return Ok(());
                }
                Err(problem) => {
                    // What came of them counts, whoever has the job now.
                    self.write(store, job, endpoint, &sent).await;
                    self.rest(store, job, endpoint, on_the_way).await;
                    return Err(problem);
                }
            }
            // Where one hangs and there is a place beside it, others are not to wait for its end.
            sent = match timeout(GLANCE, on_the_way.join_next()).await {
                Ok(Some(first)) => with_others(first, &mut on_the_way).await,
                Ok(None) | Err(_) => Vec::new(),
            };
        }
    }

    /// Waits for what is on its way, and writes down what came of it.
    async fn rest(&self, store: &Store, job: &Job, endpoint: WebhookEndpointId, mut on_the_way: JoinSet<Sent>) {
        while let Some(first) = on_the_way.join_next().await {
            let sent = with_others(first, &mut on_the_way).await;
            self.write(store, job, endpoint, &sent).await;
        }
    }

    /// What cannot be written down is sent again when its lease has run out.
    async fn write(&self, store: &Store, job: &Job, endpoint: WebhookEndpointId, sent: &[Sent]) {
        if let Err(problem) = self.sender.outcomes(endpoint, sent).alone(store, job).await {
            tracing::warn!(%endpoint, %problem, "what came of webhooks could not be written down");
        }
    }
}

/// The first that has ended, and those that end with it or a moment later: together they are written down at the price of one.
async fn with_others(first: Result<Sent, JoinError>, on_the_way: &mut JoinSet<Sent>) -> Vec<Sent> {
    let (mut next, mut ended) = (Some(first), Vec::new());
    let moment = tokio::time::sleep(MOMENT);
    tokio::pin!(moment);
    while let Some(sent) = next {
        match sent {
            Ok(sent) => ended.push(sent),
            Err(panicked) => tracing::error!(%panicked, "a webhook was not sent"),
        }
        next = tokio::select! {
            biased;
            next = on_the_way.join_next() => next,
            () = &mut moment => None,
        };
    }
    ended
}

impl Deliver {
    /// The kind of the job.
    pub const KIND: &'static str = KIND;
}

#[async_trait]
impl JobHandler for Deliver {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn run(&self, store: &Store, job: &Job) -> Result<(), Problem> {
        let payload: Payload = job.payload()?;
        let scope = job.scope()?;
        let Some(_share) = self.shares.take(scope.organization) else {
            let tx = store.write(&scope).await?;
            // Under the key of a look that is due now: what happens until then finds it waiting and queues no other.
            tx.enqueue(wake(payload.endpoint_id).at(tx.now() + SOON)).await?;
            tx.finish_job(job).await?;
            return tx.commit().await;
        };
        self.send(store, job, payload.endpoint_id).await
    }
}
