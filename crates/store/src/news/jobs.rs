//! Word of jobs that were committed, by their kinds: who does others is not to look for nothing.
use std::{
    collections::{BTreeSet, HashMap},
    sync::{Mutex, PoisonError},
};
use tokio::sync::{Notify, watch};

/// Stands for jobs of whatever kinds.
pub(crate) const ANY: &str = "*";

/// How often there was word of each kind.
type Counts = HashMap<String, u64>;

/// Of which kinds there are new jobs, as far as this process knows.
#[derive(Default)]
pub(crate) struct JobNews {
    here: watch::Sender<Counts>,
    /// Of which kinds other processes were not told yet.
    untold: Mutex<BTreeSet<String>>,
    telling: Notify,
}

impl JobNews {
    /// There are new jobs of these kinds, by the word of another process.
    pub(crate) fn heard<'k>(&self, kinds: impl IntoIterator<Item = &'k str>) {
        self.here.send_modify(|counts| {
            for kind in kinds {
                match counts.get_mut(kind) {
                    Some(count) => *count += 1,
                    None => _ = counts.insert(kind.to_owned(), 1),
                }
            }
        });
    }

    /// This process has committed jobs of these kinds.
    pub(crate) fn committed<'k>(&self, kinds: impl IntoIterator<Item = &'k str> + Clone) {
        self.heard(kinds.clone());
        // Where there are no other processes, nobody takes it from here: at most each kind once.
        let mut untold = self.untold.lock().unwrap_or_else(PoisonError::into_inner);
        untold.extend(kinds.into_iter().map(str::to_owned));
        self.telling.notify_one();
    }

    /// Waits until others are to be told, and of which kinds.
    pub(crate) async fn to_announce(&self) -> Vec<String> {
        self.telling.notified().await;
        std::mem::take(&mut *self.untold.lock().unwrap_or_else(PoisonError::into_inner)).into_iter().collect()
    }

    /// Wakes whoever does jobs of these kinds.
    pub(crate) fn listen_for(&self, kinds: Vec<&'static str>) -> Wake {
        let counts = self.here.subscribe();
        let seen = total(&counts.borrow(), &kinds);
        Wake { counts, kinds, seen }
    }
}

fn total(counts: &Counts, kinds: &[&'static str]) -> u64 {
    kinds.iter().chain([&ANY]).filter_map(|kind| counts.get(*kind)).sum()
}

/// What there was word of for some kinds.
pub(crate) struct Wake {
    counts: watch::Receiver<Counts>,
    kinds: Vec<&'static str>,
    /// As far as it was looked at.
    seen: u64,
}

impl Wake {
    /// Returns when there was word of jobs since the last time. Nothing is lost where this is dropped.
    pub(crate) async fn woken(&mut self) {
        let Self { counts, kinds, seen } = self;
        let changed = counts.wait_for(|counts| total(counts, kinds) != *seen).await;
        match changed.map(|counts| total(&counts, kinds)) {
            Ok(total) => *seen = total,
            // The store is gone, and with it whoever would say something.
            Err(_) => std::future::pending().await,
        }
    }
}
