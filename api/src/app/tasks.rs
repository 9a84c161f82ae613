//! The parts of a process that run until it ends.
use crate::Failure;
use futures_util::FutureExt;
use std::{
    fmt,
    future::Future,
    panic::AssertUnwindSafe,
    sync::{Arc, OnceLock},
    time::Duration,
};
use tokio_util::{
    sync::{CancellationToken, DropGuard},
    task::TaskTracker,
};

/// Parts that stop together: when they are told to, when this is dropped, or when one of them breaks.
pub(super) struct Tasks {
    stop: CancellationToken,
    tracker: TaskTracker,
    /// What broke, if anything did.
    broken: Arc<OnceLock<String>>,
    _dropped: DropGuard,
}

impl Tasks {
    pub(super) fn new() -> Self {
        let stop = CancellationToken::new();
        let dropped = stop.clone().drop_guard();
        Self { stop, tracker: TaskTracker::new(), broken: Arc::default(), _dropped: dropped }
    }

    /// Tells a part to stop.
    pub(super) fn token(&self) -> CancellationToken {
        self.stop.clone()
    }

    /// Runs a part. One that ends before it was told to takes the others with it: half a server is worse than none, which is
    /// started again.
    pub(super) fn spawn<E: fmt::Display>(
        &self,
        part: &'static str,
        run: impl Future<Output = Result<(), E>> + Send + 'static,
    ) {
        let (stop, broken) = (self.stop.clone(), self.broken.clone());
        self.tracker.spawn(async move {
            let why = match AssertUnwindSafe(run).catch_unwind().await {
                Ok(Ok(())) if stop.is_cancelled() => return,
                Ok(Ok(())) => "it ended".to_owned(),
                Ok(Err(error)) => error.to_string(),
                Err(_) => "it panicked".to_owned(),
            };
            tracing::error!(part, why, "a part of the process broke");
            let _ = broken.set(format!("{part}: {why}"));
            stop.cancel();
        });
    }

    /// Returns when the parts were told to stop, by whomever.
    pub(super) async fn told_to_stop(&self) {
        self.stop.cancelled().await;
    }

    /// Tells every part to stop and waits for them, `within` at the most.
    pub(super) async fn stop(&self, within: Duration) -> Result<(), Failure> {
        self.stop.cancel();
        self.tracker.close();
        let ended = tokio::time::timeout(within, self.tracker.wait()).await;
        if ended.is_err() {
            let left = self.tracker.len();
            return Err(Failure::new(format!("{left} parts of the process did not end in time"))
                .advise("Jobs that were running are taken up again when their leases run out."));
        }
        match self.broken.get() {
            None => Ok(()),
            Some(broken) => Err(Failure::new(format!("A part of the process broke: {broken}"))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::pending;

    const SOON: Duration = Duration::from_millis(20);
    const LATE: Duration = Duration::from_secs(20);

    #[tokio::test]
    async fn a_part_that_breaks_stops_the_others_and_is_named() {
        let tasks = Tasks::new();
        let stop = tasks.token();
        tasks.spawn("patient", async move {
            stop.cancelled().await;
            Ok::<_, Failure>(())
        });
        tasks.spawn("broken", async { Err(Failure::new("no more")) });
        tasks.told_to_stop().await;
        let failure = tasks.stop(LATE).await.unwrap_err();
        assert!(failure.what().contains("broken: no more"), "{failure}");
    }

    #[expect(clippy::unused_async, reason = "a part of a process is a future")]
    async fn panics() -> Result<(), Failure> {
        panic!("the test panics")
    }

    #[tokio::test]
    async fn a_panic_and_an_early_end_count_as_broken() {
        let tasks = Tasks::new();
        tasks.spawn("panics", panics());
        tasks.told_to_stop().await;
        assert!(tasks.stop(LATE).await.is_err());
        let tasks = Tasks::new();
        tasks.spawn("ends", async { Ok::<_, Failure>(()) });
        tasks.told_to_stop().await;
        assert!(tasks.stop(LATE).await.is_err());
    }

    #[tokio::test]
    async fn who_does_not_end_is_not_waited_for_longer_than_allowed() {
        let tasks = Tasks::new();
        tasks.spawn("stubborn", pending::<Result<(), Failure>>());
        assert!(tasks.stop(SOON).await.unwrap_err().what().contains("did not end in time"));
    }

    #[tokio::test]
    async fn dropping_it_tells_every_part_to_stop() {
        let tasks = Tasks::new();
        let stop = tasks.token();
        drop(tasks);
        stop.cancelled().await;
    }
}
