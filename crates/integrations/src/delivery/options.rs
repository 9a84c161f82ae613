//! What an operator decides about deliveries.
use chrono::TimeDelta;
use purser_kernel::random;
use std::time::Duration;

/// How deliveries are made.
#[derive(Clone, Debug)]
pub struct WebhookOptions {
    /// How long an answer is waited for.
    pub timeout: Duration,
    /// What is waited after the first failed attempt, after the second, and so on. After the last of these, the last again.
    pub waits: Vec<TimeDelta>,
    /// Endpoints that are sent to at the same time, in one process.
    pub concurrency: usize,
}

impl WebhookOptions {
    /// Attempts at 0 s, and then 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h and 24 h after the one before.
    pub fn usual_waits() -> Vec<TimeDelta> {
        let seconds = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];
        seconds.into_iter().map(TimeDelta::seconds).collect()
    }

    /// After how long without an attempt what fails says nothing of the time before: longer than any wait, which a fifth is added to and `Retry-After` may
    /// make two of.
    pub(crate) fn silence(&self) -> TimeDelta {
        const LEAST: TimeDelta = TimeDelta::hours(60);
        self.waits.iter().max().map_or(LEAST, |longest| LEAST.max(*longest * 5 / 2))
    }

    /// What is waited after so many failed attempts: a fifth more or less, so that what failed together does not come back together.
    pub(crate) fn wait(&self, failed: i32) -> TimeDelta {
        let place = usize::try_from(failed.saturating_sub(1)).unwrap_or(0);
        let wait = self.waits.get(place).or(self.waits.last()).copied().unwrap_or_default();
        jittered(wait)
    }
}

fn jittered(wait: TimeDelta) -> TimeDelta {
    #[expect(clippy::cast_possible_truncation, clippy::as_conversions, reason = "800 to 1200 fit")]
    let permille = (800.0 + 400.0 * random::fraction()) as i64;
    TimeDelta::milliseconds(wait.num_milliseconds().saturating_mul(permille) / 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options() -> WebhookOptions {
        let (timeout, waits) = (Duration::from_secs(15), WebhookOptions::usual_waits());
        WebhookOptions { timeout, waits, concurrency: 1 }
    }

    #[test]
    fn a_fifth_more_or_less_and_never_the_same() {
        let waits: Vec<i64> = (0..100).map(|_| options().wait(2).num_milliseconds()).collect();
        assert!(waits.iter().all(|wait| (240_000..=360_000).contains(wait)), "{waits:?}");
        assert!(waits.iter().any(|wait| *wait != waits[0]));
    }

    #[test]
    fn behind_the_last_wait_is_the_last_again() {
        let day = 86_400_000;
        for failed in [9, 10, 50, i32::MAX] {
            assert!((day * 4 / 5..=day * 6 / 5).contains(&options().wait(failed).num_milliseconds()), "{failed}");
        }
        assert_eq!(WebhookOptions { waits: vec![], ..options() }.wait(1), TimeDelta::zero());
    }
}
