//! The fair share of an organization: however many endpoints it has, others' are sent to as well.
use purser_kernel::OrganizationId;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

/// Who is sent to in this process.
#[derive(Clone)]
pub(super) struct Shares {
    most: usize,
    taken: Arc<Mutex<HashMap<OrganizationId, usize>>>,
}

/// A place, as long as it is held.
pub(super) struct Share {
    shares: Shares,
    organization: OrganizationId,
}

impl Shares {
    /// Of `places`, a quarter for each.
    pub(super) fn of(places: usize) -> Self {
        Self { most: (places / 4).max(1), taken: Arc::default() }
    }

    /// A place for the organization, if it has not its share already.
    pub(super) fn take(&self, organization: OrganizationId) -> Option<Share> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let count = taken.entry(organization).or_default();
        if *count >= self.most {
            return None;
        }
        *count += 1;
        Some(Share { shares: self.clone(), organization })
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut taken = self.shares.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = taken.get_mut(&self.organization) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.organization);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_takes_more_than_a_quarter() {
        let shares = Shares::of(8);
        let (ours, theirs) = (OrganizationId::generate(), OrganizationId::generate());
        let first = shares.take(ours);
        let second = shares.take(ours);
        assert!(first.is_some() && second.is_some());
        assert!(shares.take(ours).is_none());
        assert!(shares.take(theirs).is_some());
        drop(first);
        assert!(shares.take(ours).is_some());
    }
}
