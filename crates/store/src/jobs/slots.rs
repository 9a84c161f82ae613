//! What a worker does at once: so many jobs, and of some kinds fewer.
use super::{JobHandler, claim::Room};
use std::{collections::BTreeMap, sync::Arc};
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore};

/// The places of a worker.
pub(super) struct Slots {
    all: Arc<Semaphore>,
    /// In the order of their names, so that every claim is the same statement.
    kinds: BTreeMap<&'static str, Arc<Semaphore>>,
    /// Those of which some may be taken ahead.
    quick: Vec<&'static str>,
    freed: Arc<Notify>,
}

/// A place that is taken until this is dropped.
///
/// Its parts are dropped in this order: where there is a place of all, there is one of its kind, and whoever hears of it finds both.
pub(super) struct Slot {
    _kind: OwnedSemaphorePermit,
    _all: OwnedSemaphorePermit,
    _freed: Freed,
}

/// Says that a place is free when it is dropped.
struct Freed(Arc<Notify>);

impl Drop for Freed {
    fn drop(&mut self) {
        self.0.notify_one();
    }
}

impl Slots {
    /// So many places, of which each kind has as many as its handler says.
    pub(super) fn new<'h>(concurrency: usize, handlers: impl Iterator<Item = &'h Arc<dyn JobHandler>> + Clone) -> Self {
        let most = |handler: &Arc<dyn JobHandler>| handler.at_once(concurrency).clamp(1, concurrency.max(1));
        let kinds = handlers.clone().map(|handler| (handler.kind(), Arc::new(Semaphore::new(most(handler)))));
        // One that may not have every place is not to wait for its own.
        let quick = handlers.filter(|handler| handler.is_quick() && most(handler) == concurrency);
        let mut quick: Vec<_> = quick.map(|handler| handler.kind()).collect();
        quick.sort_unstable();
        Self { all: Arc::new(Semaphore::new(concurrency)), kinds: kinds.collect(), quick, freed: Arc::default() }
    }

    /// How many are free.
    pub(super) fn free(&self) -> usize {
        self.all.available_permits()
    }

    /// How many each kind may still have.
    pub(super) fn rooms(&self) -> Vec<Room> {
        self.kinds.iter().map(|(kind, places)| (*kind, places.available_permits())).collect()
    }

    /// Whether some of this kind may be taken ahead.
    pub(super) fn is_quick(&self, kind: &str) -> bool {
        self.quick.contains(&kind)
    }

    /// Kinds of which `ahead` more are wanted than there are places.
    pub(super) fn rooms_ahead(&self, ahead: usize) -> Vec<Room> {
        self.quick.iter().map(|kind| (*kind, ahead)).collect()
    }

    /// Takes a place for a job of the kind. There is one where the claim was told of it.
    pub(super) fn take(&self, kind: &str) -> Option<Slot> {
        let kind = self.kinds.get(kind)?.clone().try_acquire_owned().ok()?;
        let all = self.all.clone().try_acquire_owned().ok()?;
        Some(Slot { _kind: kind, _all: all, _freed: Freed(self.freed.clone()) })
    }

    /// Returns when a place was freed.
    pub(super) async fn freed(&self) {
        self.freed.notified().await;
    }
}
