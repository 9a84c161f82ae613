//! Jobs that were taken ahead and wait for a place of this worker.
use super::Job;
use purser_kernel::clock::Stopwatch;
use std::{collections::VecDeque, time::Duration};

/// How many are taken ahead: so many that the claim is the smaller part of what one of them costs.
pub(super) const AHEAD: usize = 32;
/// How long they may wait: other workers are free, perhaps. Well below a lease, so that none has to be renewed meanwhile.
const PATIENCE: Duration = Duration::from_secs(1);

/// What one claim has brought, in its order.
pub(super) struct Stock {
    jobs: VecDeque<Job>,
    since: Stopwatch,
}

impl Stock {
    pub(super) fn of(jobs: Vec<Job>) -> Self {
        Self { jobs: jobs.into(), since: Stopwatch::start() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.jobs.is_empty()
    }

    pub(super) fn next(&mut self) -> Option<Job> {
        self.jobs.pop_front()
    }

    /// What has waited for too long, to be given back.
    pub(super) fn overdue(&mut self) -> Vec<Job> {
        if self.since.elapsed() >= PATIENCE { self.rest() } else { Vec::new() }
    }

    /// All that is left, to be given back.
    pub(super) fn rest(&mut self) -> Vec<Job> {
        self.jobs.drain(..).collect()
    }
}
