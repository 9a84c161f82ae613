//! How many streams there are.
use purser_kernel::OrganizationId;
use purser_store::prelude::*;
use std::{
    collections::HashMap,
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use uuid::Uuid;

/// When somebody who has too many may try again: streams end when they end.
const LATER: Duration = Duration::from_secs(30);

/// Counts the streams of this process.
pub(super) struct Seats {
    per_organization: usize,
    per_caller: usize,
    taken: Mutex<Taken>,
}

#[derive(Default)]
struct Taken {
    organizations: HashMap<OrganizationId, usize>,
    callers: HashMap<(OrganizationId, Uuid), usize>,
}

/// A stream's place, which is free again when this is dropped.
pub(super) struct Seat {
    seats: Arc<Seats>,
    organization: OrganizationId,
    caller: Uuid,
    /// The gauge that was raised: where measuring begins while the stream is open, nothing is taken off.
    open: metrics::Gauge,
}

impl Seats {
    pub(super) fn new(per_organization: usize, per_caller: usize) -> Self {
        Self { per_organization, per_caller, taken: Mutex::default() }
    }

    /// `too_many_requests` when there is none left.
    pub(super) fn take(self: &Arc<Self>, organization: OrganizationId, caller: Uuid) -> Result<Seat, Problem> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let held = |count: Option<&usize>| count.copied().unwrap_or_default();
        let full = if held(taken.callers.get(&(organization, caller))) >= self.per_caller {
            Some("caller_streams")
        } else if held(taken.organizations.get(&organization)) >= self.per_organization {
            Some("organization_streams")
        } else {
            None
        };
        if let Some(policy) = full {
            return Err(Problem::of(CommonProblem::TooManyRequests).with("policy", policy).retry_after(LATER));
        }
        add(&mut taken.organizations, organization);
        add(&mut taken.callers, (organization, caller));
        let open = metrics::gauge!("purser_event_streams");
        open.increment(1.0);
        Ok(Seat { seats: self.clone(), organization, caller, open })
    }
}

fn add<K: Hash + Eq>(counts: &mut HashMap<K, usize>, key: K) {
    let count = counts.entry(key).or_default();
    *count = count.saturating_add(1);
}

fn give_back<K: Hash + Eq>(counts: &mut HashMap<K, usize>, key: &K) {
    if let Some(count) = counts.get_mut(key) {
        *count = count.saturating_sub(1);
        if *count == 0 {
            counts.remove(key);
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let mut taken = self.seats.taken.lock().unwrap_or_else(PoisonError::into_inner);
        give_back(&mut taken.organizations, &self.organization);
        give_back(&mut taken.callers, &(self.organization, self.caller));
        self.open.decrement(1.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_free_again_when_the_stream_is_gone() {
        let seats = Arc::new(Seats::new(2, 1));
        let (here, elsewhere) = (OrganizationId::generate(), OrganizationId::generate());
        let [one, other, third] = [1, 2, 3].map(Uuid::from_u128);
        let first = seats.take(here, one).unwrap();
        let policy = |caller| match seats.take(here, caller) {
            Ok(_) => String::new(),
            Err(problem) => problem.document()["policy"].as_str().unwrap().to_owned(),
        };
        assert_eq!(policy(one), "caller_streams");
        let second = seats.take(here, other).unwrap();
        assert_eq!(policy(third), "organization_streams");
        // The same person in another organization, and others there.
        let there = seats.take(elsewhere, one).unwrap();
        drop(first);
        assert_eq!(policy(third), "");
        drop(there);
        drop(second);
        let taken = seats.taken.lock().unwrap();
        assert!(taken.organizations.is_empty() && taken.callers.is_empty());
    }
}
