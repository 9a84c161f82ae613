//! Jobs that end together: one transaction for all of them, as a database commits in groups what comes at once.
use super::{Job, claim};
use crate::{Store, prelude::*};
use purser_kernel::ids::JobId;
use std::sync::{Mutex, PoisonError};
use tokio::sync::oneshot;
use uuid::Uuid;

/// What is to be ended, and who is told.
type End = (JobId, oneshot::Sender<Result<(), Problem>>);

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
    pub(super) async fn end(&self, store: &Store, worker: Uuid, job: &Job) -> Result<(), Problem> {
        let (tell, told) = oneshot::channel();
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).push((job.id(), tell));
        let writing = self.writing.lock().await;
        // Nothing is left where whoever wrote before has written this one, too.
        let together = std::mem::take(&mut *self.waiting.lock().unwrap_or_else(PoisonError::into_inner));
        if !together.is_empty() {
            write(store, worker, together).await;
        }
        drop(writing);
        told.await.unwrap_or_else(|_| Err(Problem::internal("the job's end was not written")))
    }
}

async fn write(store: &Store, worker: Uuid, together: Vec<End>) {
    let jobs: Vec<JobId> = together.iter().map(|(job, _)| *job).collect();
    let ended = claim::finish_all(store, worker, &jobs).await;
    if let Err(problem) = &ended {
        tracing::warn!(jobs = jobs.len(), %problem, "the ends of jobs could not be written");
    }
    for (job, tell) in together {
        // Whoever does not listen any more has lost the job.
        let _ = tell.send(match &ended {
            Ok(ended) if ended.contains(&job) => Ok(()),
            Ok(_) => Err(claim::lost()),
            Err(problem) => Err(Problem::internal(problem.to_string())),
        });
    }
}
