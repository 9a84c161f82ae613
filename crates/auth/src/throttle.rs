//! The growing pause after wrong passwords.
//!
//! For an account it is kept with the password, so that it holds at every node: once for each network that its owner has
//! signed in from, and once for all others. For mail addresses that nobody has signed up with it is kept beside those
//! ([`strangers`](crate::strangers)). That of a network that tries many accounts is kept in memory.
use chrono::TimeDelta;
use moka::{future::Cache, ops::compute::Op};
use purser_kernel::{CommonProblem, Problem, Timestamp};
use sha2::{Digest, Sha256};
use std::time::Duration;

/// Wrong passwords in a row that cost nothing: people mistype.
const FREE_FAILURES: i32 = 5;
/// The pause after the last free one; each further one doubles it.
const FIRST_PAUSE: TimeDelta = TimeDelta::seconds(5);
/// The longest pause. Never for good: whoever knows an address could lock its owner out.
const LONGEST_PAUSE: TimeDelta = TimeDelta::minutes(15);
/// After this much time without a failure the count begins anew.
pub(crate) const FORGET_AFTER: TimeDelta = TimeDelta::days(1);
/// Enough for a flood of networks; the oldest are forgotten first.
const MAX_NETWORKS: u64 = 50_000;

/// Failed attempts in a row, and what follows from them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Attempts {
    /// In a row.
    pub(crate) failures: i32,
    /// No attempt is looked at before.
    pub(crate) next_try_at: Option<Timestamp>,
}

impl Attempts {
    /// `too_many_requests` during a pause, with its rest.
    pub(crate) fn allow(&self, now: Timestamp) -> Result<(), Problem> {
        match self.next_try_at {
            Some(next_try_at) if next_try_at > now => {
                // Whole seconds, rounded up, as Retry-After has them.
                let seconds = (next_try_at - now).num_milliseconds().saturating_add(999) / 1000;
                let rest = Duration::from_secs(u64::try_from(seconds).unwrap_or(1));
                Err(Problem::of(CommonProblem::TooManyRequests)
                    .detail("There were too many wrong attempts to sign in.")
                    .retry_after(rest))
            }
            _ => Ok(()),
        }
    }

    /// What one failure more makes of it.
    pub(crate) fn after_failure(self, now: Timestamp) -> Self {
        self.after_failure_beyond(FREE_FAILURES, now)
    }

    fn after_failure_beyond(self, free: i32, now: Timestamp) -> Self {
        let forgotten = self.next_try_at.is_some_and(|time| time + FORGET_AFTER < now);
        let failures = if forgotten { 1 } else { self.failures.saturating_add(1) };
        // Without a pause it says when the last failure was, so that those are forgotten, too: a little before, because clocks differ.
        Self { failures, next_try_at: Some(now + pause(failures.saturating_sub(free)).unwrap_or(-FIRST_PAUSE)) }
    }
}

fn pause(beyond: i32) -> Option<TimeDelta> {
    let doublings = u32::try_from(beyond).ok()?;
    let factor = 2_i32.checked_pow(doublings).unwrap_or(i32::MAX);
    Some(FIRST_PAUSE.checked_mul(factor).map_or(LONGEST_PAUSE, |pause| pause.min(LONGEST_PAUSE)))
}

/// Networks that try many accounts, by the hash of their address. Counted in memory.
#[derive(Clone)]
pub(crate) struct Networks {
    kept: Cache<[u8; 32], Attempts>,
    /// Failures that cost nothing.
    free: i32,
}

impl Networks {
    /// With so many failures that cost nothing.
    pub(crate) fn beyond(free: i32) -> Self {
        let forget_after = FORGET_AFTER.to_std().unwrap_or_default();
        Self { kept: Cache::builder().max_capacity(MAX_NETWORKS).time_to_idle(forget_after).build(), free }
    }

    pub(crate) async fn attempts(&self, name: &str) -> Attempts {
        self.kept.get(&key(name)).await.unwrap_or_default()
    }

    /// Counts a failure. `too_many_requests` when others have failed meanwhile and a pause has begun.
    pub(crate) async fn failed(&self, name: &str, now: Timestamp) -> Result<(), Problem> {
        let counted = self.kept.entry(key(name)).and_try_compute_with(async |entry| {
            let attempts = entry.map(moka::Entry::into_value).unwrap_or_default();
            attempts.allow(now)?;
            Ok::<_, Problem>(Op::Put(attempts.after_failure_beyond(self.free, now)))
        });
        counted.await.map(|_| ())
    }
}

fn key(name: &str) -> [u8; 32] {
    Sha256::digest(name).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pauses(count: usize) -> Vec<i64> {
        let (mut attempts, mut now) = (Attempts::default(), Timestamp::default());
        let mut pauses = Vec::new();
        for _ in 0..count {
            attempts = attempts.after_failure(now);
            let pause = attempts.next_try_at.map_or(0, |time| (time - now).num_seconds().max(0));
            pauses.push(pause);
            now += TimeDelta::seconds(pause);
        }
        pauses
    }

    #[test]
    fn pauses_grow_and_end() {
        assert_eq!(pauses(8), [0, 0, 0, 0, 5, 10, 20, 40]);
        assert_eq!(pauses(60).last(), Some(&900));
    }

    #[test]
    fn a_pause_says_when_it_ends() {
        let now = Timestamp::default();
        let attempts = Attempts { failures: 5, next_try_at: Some(now + TimeDelta::milliseconds(1500)) };
        let problem = attempts.allow(now).unwrap_err();
        assert_eq!(problem.retry_delay(), Some(Duration::from_secs(2)));
        assert!(attempts.allow(now + TimeDelta::milliseconds(1500)).is_ok());
    }

    #[test]
    fn a_quiet_day_is_forgiven() {
        let now = Timestamp::default();
        let attempts = Attempts { failures: 40, next_try_at: Some(now) };
        let later = attempts.after_failure(now + TimeDelta::days(2));
        assert_eq!(later.failures, 1);
        // Also where no pause had begun.
        let few = Attempts::default().after_failure(now).after_failure(now);
        assert_eq!((few.failures, few.after_failure(now + TimeDelta::hours(23)).failures), (2, 3));
        assert_eq!(few.after_failure(now + TimeDelta::hours(25)).failures, 1);
        // And nobody is paused by them whose clock is a little behind.
        assert!(few.allow(now - TimeDelta::seconds(3)).is_ok());
    }

    #[tokio::test]
    async fn a_network_is_paused_by_itself() {
        let (networks, now) = (Networks::beyond(20), Timestamp::default());
        for _ in 0..20 {
            assert!(networks.attempts("192.0.2.1").await.allow(now).is_ok());
            networks.failed("192.0.2.1", now).await.unwrap();
        }
        assert!(networks.attempts("192.0.2.1").await.allow(now).is_err());
        assert!(networks.failed("192.0.2.1", now).await.is_err());
        assert!(networks.attempts("192.0.2.2").await.allow(now).is_ok());
    }
}
