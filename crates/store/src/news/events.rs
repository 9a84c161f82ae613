//! Word of events that were numbered.
use crate::Store;
use purser_kernel::OrganizationId;
use std::{
    collections::HashSet,
    sync::{Mutex, PoisonError},
};
use tokio::sync::{Notify, broadcast};

/// Word that is kept for who has not come round to it. Whoever misses some looks everywhere.
const KEPT: usize = 256;

/// Who has new events, as far as this process knows.
pub(crate) struct EventNews {
    here: broadcast::Sender<OrganizationId>,
    /// Of whom other processes were not told yet.
    untold: Mutex<HashSet<OrganizationId>>,
    telling: Notify,
}

impl Default for EventNews {
    fn default() -> Self {
        Self { here: broadcast::Sender::new(KEPT), untold: Mutex::default(), telling: Notify::new() }
    }
}

impl EventNews {
    /// There are new events, by the word of another process.
    pub(crate) fn heard(&self, organization: OrganizationId) {
        // Without anybody who follows there is nobody to wake.
        let _ = self.here.send(organization);
    }

    /// Waits until others are to be told, and of whom.
    pub(crate) async fn to_announce(&self) -> Vec<OrganizationId> {
        self.telling.notified().await;
        std::mem::take(&mut *self.untold.lock().unwrap_or_else(PoisonError::into_inner)).into_iter().collect()
    }
}

impl Store {
    /// Wakes whoever follows the organization's events, here and in other processes.
    pub(crate) fn events_numbered(&self, organization: OrganizationId) {
        self.events().heard(organization);
        // Where there are no other processes, nobody takes it from here: at most each organization once.
        self.events().untold.lock().unwrap_or_else(PoisonError::into_inner).insert(organization);
        self.events().telling.notify_one();
    }

    /// Says which organization has new events. Word can be lost: whoever follows looks from time to time as well.
    pub fn event_news(&self) -> broadcast::Receiver<OrganizationId> {
        self.events().here.subscribe()
    }
}
