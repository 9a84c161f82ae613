//! Waiting for what a worker does.
use super::TestApp;
use crate::{database::TestDatabase, payloads};
use purser_kernel::clock::Stopwatch;
use std::{future::Future, time::Duration};
use tokio::sync::Mutex;

/// Longer than a lease: what a killed worker held is taken up again when its lease has run out.
const DEADLINE: Duration = Duration::from_mins(1);
const PAUSE: Duration = Duration::from_millis(10);

/// What `look` finds, as soon as it finds it: the promise is that it happens, not when. Panics after a minute.
pub async fn eventually<T, F: Future<Output = Option<T>>>(what: &str, mut look: impl FnMut() -> F) -> T {
    let waiting = async {
        loop {
            if let Some(found) = look().await {
                return found;
            }
            tokio::time::sleep(PAUSE).await;
        }
    };
    let found = tokio::time::timeout(DEADLINE, waiting).await;
    found.unwrap_or_else(|_| panic!("waited in vain: {what}"))
}

/// A second, and what a busy machine needs to be asked and to answer.
const SOON: Duration = Duration::from_secs(4);

/// As [`eventually`], of what is promised within a second.
pub async fn within_a_second<T, F: Future<Output = Option<T>>>(what: &str, look: impl FnMut() -> F) -> T {
    let watch = Stopwatch::start();
    let found = eventually(what, look).await;
    assert!(watch.elapsed() < SOON, "{what} took {:?}", watch.elapsed());
    found
}

impl TestDatabase {
    /// Waits until no job is left. A job and those that follow from it change places in one transaction, so there is no
    /// moment between them. None of them may say what a tenant wrote.
    pub async fn settle(&self) {
        let raw = Mutex::new(self.owner().await);
        let left = "select kind from jobs where status in ('ready', 'running') limit 1";
        eventually("no job is left", || async {
            raw.lock().await.rows(left).await.expect("jobs can be read").is_empty().then_some(())
        })
        .await;
        payloads::assert_no_words(self).await;
    }
}

impl TestApp {
    /// Waits until no job is left, so that what changes from now on changes because of a request, or by a schedule.
    pub async fn settle(&self) {
        self.database.settle().await;
    }
}
