//! The jobs that send what is due, one endpoint at a time.
use super::{
    KIND, Payload, WebhookOptions,
    claim::{Attempt, Claim, Look},
    outcome::Outcome,
    post::Post,
    shares::Shares,
    wake_at,
};
use crate::webhook_endpoints::Targets;
use async_trait::async_trait;
use chrono::TimeDelta;
use purser_kernel::{Clock, clock::Stopwatch};
use purser_store::{
    jobs::{Job, JobHandler},
    ports::UsageMeter,
    prelude::*,
};
use std::{sync::Arc, time::Duration};
use tokio::task::JoinSet;

/// Requests to one endpoint at the same time.
const ABREAST: u64 = 4;
/// How long an endpoint keeps its place while there is more to be sent to it.
const TURN: Duration = Duration::from_secs(5);
/// When an organization that has its share looks again.
const SOON: TimeDelta = TimeDelta::milliseconds(500);

/// Sends what is due. For a worker of its own: a request that hangs is to hold up no other kind of job.
pub struct Deliver {
    sender: Arc<Sender>,
    shares: Shares,
}

/// Sends one delivery, and writes down what came of it.
struct Sender {
    post: Post,
    options: WebhookOptions,
    meter: Arc<dyn UsageMeter>,
}

impl Sender {
    async fn attempt(&self, store: &Store, scope: &Scope, attempt: Attempt) -> Result<(), Problem> {
        let answer = self.post.send(&attempt.letter).await;
        let tx = store.write(scope).await?;
        let outcome = Outcome { attempt: &attempt, answer: &answer, options: &self.options };
        outcome.write(&tx, self.meter.as_ref()).await?;
        tx.commit().await?;
        let host = attempt.letter.host();
        let (status, error, elapsed_ms) = (answer.status, answer.error, answer.duration_ms);
        tracing::debug!(delivery = %attempt.delivery, attempt.number, host, status, error, elapsed_ms, "webhook sent");
        let outcome = if answer.reason().is_none() { "taken" } else { "failed" };
        metrics::counter!("purser_webhooks_total", "outcome" => outcome).increment(1);
        Ok(())
    }
}

impl Deliver {
    /// The handler.
    pub fn new(
        targets: Targets,
        options: WebhookOptions,
        clock: Clock,
        meter: Arc<dyn UsageMeter>,
    ) -> Result<Self, Problem> {
        let post = Post::new(targets, clock, options.timeout).map_err(Problem::internal)?;
        let shares = Shares::of(options.concurrency);
        Ok(Self { sender: Arc::new(Sender { post, options, meter }), shares })
    }

    async fn send(&self, store: &Store, job: &Job, payload: &Payload) -> Result<(), Problem> {
        let (watch, scope) = (Stopwatch::start(), job.scope()?);
        // Tasks of their own: one that waits for a lock must go on while the next are claimed. They end with this function.
        let mut on_the_way: JoinSet<Result<(), Problem>> = JoinSet::new();
        let mut fault = None;
        loop {
            let count = u64::try_from(on_the_way.len()).unwrap_or(ABREAST);
            let look = Look {
                job,
                endpoint: payload.endpoint_id,
                room: ABREAST.saturating_sub(count),
                last: count == 0,
                patience: self.sender.post.patience(),
            };
            let is_over = watch.elapsed() >= TURN || fault.is_some();
            if is_over && count == 0 {
                return match fault {
                    // What is not written down is sent again when its lease has run out.
                    Some(problem) => Err(problem),
                    None => look.end(store).await,
                };
            }
            if !is_over && look.room > 0 {
                match look.claim(store).await {
                    Ok(Claim::Attempts(attempts)) => {
                        for attempt in attempts {
                            let (sender, store, scope) = (self.sender.clone(), store.clone(), scope.clone());
                            on_the_way.spawn(async move { sender.attempt(&store, &scope, attempt).await });
                        }
                        continue;
                    }
                    Ok(Claim::Nothing) if count == 0 => return Ok(()),
                    Ok(Claim::Nothing) => {}
                    // The job was another's meanwhile: what is on its way comes to its end, and the other one goes on.
                    Ok(Claim::Taken) => {
                        while on_the_way.join_next().await.is_some() {}
                        return Ok(());
                    }
                    Err(problem) => fault = Some(problem),
                }
            }
            match on_the_way.join_next().await {
                None | Some(Ok(Ok(()))) => {}
                Some(Ok(Err(problem))) => fault = Some(problem),
                Some(Err(panicked)) => fault = Some(Problem::internal(panicked)),
            }
        }
    }
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
            tx.enqueue(wake_at(payload.endpoint_id, tx.now() + SOON)).await?;
            tx.finish_job(job).await?;
            return tx.commit().await;
        };
        self.send(store, job, &payload).await
    }
}
