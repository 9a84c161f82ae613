//! What a worker does at once: so many jobs, and of some kinds fewer.
use super::{JobHandler, claim::Room};
use std::{collections::BTreeMap, sync::Arc};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The places of a worker.
pub(super) struct Slots {
    all: Arc<Semaphore>,
    /// In the order of their names, so that every claim is the same statement.
    kinds: BTreeMap<&'static str, Arc<Semaphore>>,
}

/// A place that is taken until this is dropped.
pub(super) struct Slot {
    _all: OwnedSemaphorePermit,
    _kind: OwnedSemaphorePermit,
}

impl Slots {
    /// So many places, of which each kind has as many as its handler says.
    pub(super) fn new<'h>(concurrency: usize, handlers: impl Iterator<Item = &'h Arc<dyn JobHandler>>) -> Self {
        let most = |handler: &Arc<dyn JobHandler>| handler.at_once(concurrency).clamp(1, concurrency.max(1));
        let kinds = handlers.map(|handler| (handler.kind(), Arc::new(Semaphore::new(most(handler)))));
        Self { all: Arc::new(Semaphore::new(concurrency)), kinds: kinds.collect() }
    }

    /// How many are free.
    pub(super) fn free(&self) -> usize {
        self.all.available_permits()
    }

    /// How many each kind may still have.
    pub(super) fn rooms(&self) -> Vec<Room> {
        self.kinds.iter().map(|(kind, places)| (*kind, places.available_permits())).collect()
    }

    /// Takes a place for a job of the kind. There is one where the claim was told of it.
    pub(super) fn take(&self, kind: &str) -> Option<Slot> {
        let kind = self.kinds.get(kind)?.clone().try_acquire_owned().ok()?;
        Some(Slot { _all: self.all.clone().try_acquire_owned().ok()?, _kind: kind })
    }
}
