//! Readings that are not written yet.
use purser_entity_compliance::data_access::ActiveModel;
use purser_kernel::OrganizationId;
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};
use tokio::sync::Notify;

/// Readings that may wait or be written: some 160 MB, when each is of a page of 200.
const MAX_WAITING: usize = 10_000;

/// A reading.
pub(super) struct Noted {
    pub(super) organization: OrganizationId,
    pub(super) row: ActiveModel,
}

/// Readings by organization.
#[derive(Default)]
pub(super) struct Buffer {
    waiting: Mutex<Waiting>,
    wake: Notify,
}

#[derive(Default)]
struct Waiting {
    rows: HashMap<OrganizationId, Vec<ActiveModel>>,
    count: usize,
}

impl Buffer {
    /// Notes a reading; `false` when too much waits.
    pub(super) fn add(&self, Noted { organization, row }: Noted) -> bool {
        let mut waiting = self.lock();
        if waiting.count >= MAX_WAITING {
            return false;
        }
        waiting.count += 1;
        waiting.rows.entry(organization).or_default().push(row);
        drop(waiting);
        self.wake();
        true
    }

    /// Returns when something was noted.
    pub(super) async fn noted(&self) {
        self.wake.notified().await;
    }

    pub(super) fn wake(&self) {
        self.wake.notify_one();
    }

    /// What waits, which then is the caller's to write. It takes room until it [is written](Self::written).
    pub(super) fn take(&self) -> HashMap<OrganizationId, Vec<ActiveModel>> {
        std::mem::take(&mut self.lock().rows)
    }

    /// So many were written.
    pub(super) fn written(&self, count: usize) {
        let mut waiting = self.lock();
        waiting.count = waiting.count.saturating_sub(count);
    }

    /// What could not be written, in front of what was noted meanwhile.
    pub(super) fn put_back(&self, organization: OrganizationId, mut rows: Vec<ActiveModel>) {
        let mut waiting = self.lock();
        let later = waiting.rows.entry(organization).or_default();
        rows.append(later);
        *later = rows;
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use purser_store::prelude::Set;

    fn reading(organization: OrganizationId, count: i32) -> Noted {
        Noted { organization, row: ActiveModel { record_count: Set(count), ..Default::default() } }
    }

    #[test]
    fn what_was_put_back_comes_first_again() {
        let (buffer, organization) = (Buffer::default(), OrganizationId::generate());
        buffer.add(reading(organization, 1));
        let rows = buffer.take().remove(&organization).unwrap();
        buffer.add(reading(organization, 2));
        buffer.put_back(organization, rows);
        let rows = buffer.take().remove(&organization).unwrap();
        assert_eq!(rows.iter().map(|row| row.record_count.clone().unwrap()).collect::<Vec<_>>(), [1, 2]);
    }

    #[test]
    fn no_more_is_noted_than_there_is_room_for() {
        let (buffer, organization) = (Buffer::default(), OrganizationId::generate());
        assert!((0..MAX_WAITING).all(|_| buffer.add(reading(organization, 1))));
        assert!(!buffer.add(reading(OrganizationId::generate(), 1)));
        let rows = buffer.take().remove(&organization).unwrap();
        assert!(!buffer.add(reading(organization, 1)), "what is being written is not written yet");
        buffer.put_back(organization, rows);
        assert!(!buffer.add(reading(organization, 1)));
        buffer.written(buffer.take().remove(&organization).unwrap().len());
        assert!(buffer.add(reading(organization, 1)));
    }
}
