//! Buckets by key, as many as are kept.
use governor::{
    Quota, RateLimiter,
    clock::Clock,
    middleware::StateInformationMiddleware,
    state::{InMemoryState, NotKeyed},
};
use moka::sync::Cache;
use purser_kernel::clock::Stopwatch;
use std::{hash::Hash, num::NonZeroU32, sync::Arc, time::Duration};

/// What an empty bucket takes to be full.
pub(super) const WINDOW: Duration = Duration::from_mins(1);
/// Buckets of a kind that are kept at the most: some 10 MB. A flood of more keys than that pushes out the rarest first.
const MAX_BUCKETS: u64 = 50_000;

/// The time since the server began: it never goes back.
#[derive(Clone, Copy, Debug)]
struct Uptime(Stopwatch);

impl Clock for Uptime {
    type Instant = Duration;

    fn now(&self) -> Duration {
        self.0.elapsed()
    }
}

type Bucket = RateLimiter<NotKeyed, InMemoryState, Uptime, StateInformationMiddleware>;

/// What names a bucket.
pub(super) trait Key: Clone + Hash + Eq + Send + Sync + 'static {}
impl<K: Clone + Hash + Eq + Send + Sync + 'static> Key for K {}

/// How a bucket stands after a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Standing {
    /// The kind of bucket.
    pub(super) policy: &'static str,
    /// What it holds when it is full.
    pub(super) quota: u32,
    /// What is left.
    pub(super) remaining: u32,
}

/// The buckets of one kind.
pub(super) struct Buckets<K> {
    policy: &'static str,
    /// Nothing when there is no limit.
    quota: Option<NonZeroU32>,
    clock: Uptime,
    /// One that was not asked for as long as it takes to fill is full, so forgetting it changes nothing.
    kept: Cache<K, Arc<Bucket>>,
}

impl<K: Key> Buckets<K> {
    pub(super) fn new(policy: &'static str, quota: u32) -> Self {
        Self {
            policy,
            quota: NonZeroU32::new(quota),
            clock: Uptime(Stopwatch::start()),
            kept: Cache::builder().max_capacity(MAX_BUCKETS).time_to_idle(WINDOW).build(),
        }
    }

    /// Takes a request out of the bucket of `key`: how it stands then, and how long to wait if it was empty. `None` without a
    /// limit.
    pub(super) fn take(&self, key: &K) -> Option<(Standing, Option<Duration>)> {
        let quota = self.quota?;
        let bucket = self.kept.get_with_by_ref(key, || {
            let bucket = RateLimiter::direct_with_clock(Quota::per_minute(quota), self.clock);
            Arc::new(bucket.with_middleware::<StateInformationMiddleware>())
        });
        let standing = |remaining| Standing { policy: self.policy, quota: quota.get(), remaining };
        Some(match bucket.check() {
            Ok(state) => (standing(state.remaining_burst_capacity()), None),
            Err(empty) => (standing(0), Some(empty.wait_time_from(self.clock.now()))),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_empties_and_says_when_there_is_more() {
        let buckets = Buckets::new("caller", 3);
        let left: Vec<u32> = (0..3).map(|_| buckets.take(&1).unwrap().0.remaining).collect();
        assert_eq!(left, [2, 1, 0]);
        let (standing, wait) = buckets.take(&1).unwrap();
        assert_eq!(standing, Standing { policy: "caller", quota: 3, remaining: 0 });
        let wait = wait.unwrap();
        assert!(wait > Duration::from_secs(19) && wait <= Duration::from_secs(20), "{wait:?}");
        // Another's is full.
        assert_eq!(buckets.take(&2).unwrap().0.remaining, 2);
    }

    #[test]
    fn without_a_limit_nothing_is_counted() {
        let buckets = Buckets::new("caller", 0);
        assert!((0..1_000).all(|_| buckets.take(&1).is_none()));
        assert_eq!(buckets.kept.entry_count(), 0);
    }

    #[test]
    fn a_flood_of_keys_is_bounded() {
        let buckets = Buckets::new("address", 10);
        assert!((0..60_000_u32).all(|key| buckets.take(&key).is_some()));
        buckets.kept.run_pending_tasks();
        assert!(buckets.kept.entry_count() <= MAX_BUCKETS);
    }
}
