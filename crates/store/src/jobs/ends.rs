//! Jobs that end together: one transaction for all of them, as a database commits in groups what comes at once.
use super::{Job, claim, claim::Held};
use crate::{Store, prelude::*};
use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};
use tokio::sync::oneshot;

/// What is to be ended, and who is told.
type End = (Held, oneshot::Sender<Result<(), Problem>>);

/// How often the ends are tried again that could not be written, and what lies between: together well below a lease.
const TRIES: usize = 3;
const PAUSE: Duration = Duration::from_millis(500);

/// The ends that wait while others are written.
#[derive(Default)]
pub(super) struct Ends {
    waiting: Mutex<Vec<End>>,
    writing: tokio::sync::Mutex<()>,
}

impl Ends {
    /// Marks the job as done, together with whatever else has come to its end by the time it is this one's turn to write.
    ///
    /// `internal` when its lease was lost.
    pub(super) async fn end(&self, store: &Store, job: &Job) -> Result<(), Problem> {
        let (tell, told) = oneshot::channel();
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).push((Held::of(job), tell));
        let writing = self.writing.lock().await;
        // Nothing is left where whoever wrote before has written this one, too.
        let together = std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner));
        if !together.is_empty() {
            write(store, together).await;
        }
        drop(writing);
        told.await.unwrap_or_else(|_| Err(Problem::internal("the job's end was not written")))
    }
}

async fn write(store: &Store, together: Vec<End>) {
    let jobs: Vec<Held> = together.iter().map(|(job, _)| *job).collect();
    let mut ended = claim::finish_all(store, &jobs).await;
    // All of them would be done once more.
    for _ in 0..TRIES {
        if ended.is_ok() {
            break;
        }
        tokio::time::sleep(PAUSE).await;
        ended = claim::finish_all(store, &jobs).await;
    }
    if let Err(problem) = &ended {
        tracing::warn!(jobs = jobs.len(), %problem, "the ends of jobs could not be written");
    }
    for (job, tell) in together {
        // Whoever does not listen any more has lost the job.
        let _ = tell.send(match &ended {
            Ok(ended) if ended.contains(&job.id) => Ok(()),
            Ok(_) => Err(claim::lost()),
            Err(problem) => Err(Problem::internal(problem.to_string())),
        });
    }
}
