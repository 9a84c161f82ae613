//! How fast an endpoint wants to be sent to: so many attempts in a minute, evenly, with room for a second's worth at once.
//!
//! The generic cell rate algorithm (ITU-T I.371): all that is kept is until when the limit is used up.
use chrono::TimeDelta;
use purser_store::prelude::Timestamp;

const MINUTE: TimeDelta = TimeDelta::minutes(1);

/// What a limit allows now.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Pace {
    /// How many may go.
    pub(super) free: u64,
    interval: TimeDelta,
    used_until: Timestamp,
    room: TimeDelta,
}

impl Pace {
    /// With a limit of `rate` a minute of which it is used up until then.
    pub(super) fn new(rate: i32, used_until: Option<Timestamp>, now: Timestamp) -> Self {
        let rate = rate.max(1);
        let interval = MINUTE / rate;
        let room = interval * (rate / 60).max(1);
        let used_until = used_until.map_or(now, |until| until.max(now));
        let left = room - (used_until - now);
        let free = left.num_microseconds().unwrap_or(0) / interval.num_microseconds().unwrap_or(1).max(1);
        Self { free: u64::try_from(free).unwrap_or(0), interval, used_until, room }
    }

    /// Until when it is used up after so many went.
    pub(super) fn after(&self, gone: usize) -> Timestamp {
        self.used_until + self.interval * i32::try_from(gone).unwrap_or(i32::MAX)
    }

    /// When the next may go.
    pub(super) fn next(&self) -> Timestamp {
        self.used_until + self.interval - self.room
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(milliseconds: i64) -> Timestamp {
        Timestamp::from_timestamp_millis(milliseconds).unwrap()
    }

    #[test]
    fn slow_ones_go_one_by_one() {
        let pace = Pace::new(6, None, at(0));
        assert_eq!((pace.free, pace.after(1)), (1, at(10_000)));
        let pace = Pace::new(6, Some(at(10_000)), at(9_999));
        assert_eq!((pace.free, pace.next()), (0, at(10_000)));
        assert_eq!(Pace::new(6, Some(at(10_000)), at(10_000)).free, 1);
    }

    #[test]
    fn fast_ones_go_a_second_s_worth_at_a_time() {
        let pace = Pace::new(600, None, at(0));
        assert_eq!((pace.free, pace.after(10)), (10, at(1_000)));
        let pace = Pace::new(600, Some(at(1_000)), at(0));
        assert_eq!((pace.free, pace.next()), (0, at(100)));
        assert_eq!(Pace::new(600, Some(at(1_000)), at(500)).free, 5);
        // What was not used is not saved.
        assert_eq!(Pace::new(600, Some(at(1_000)), at(60_000)).free, 10);
    }

    #[test]
    fn whatever_is_asked_no_minute_has_more_than_its_limit_and_a_second_s_worth() {
        for rate in [1, 7, 60, 61, 1_000, 60_000] {
            let (mut used, mut sent, mut now) = (None, 0, 0);
            while now < 60_000 {
                let pace = Pace::new(rate, used, at(now));
                sent += pace.free;
                used = Some(pace.after(usize::try_from(pace.free).unwrap()));
                now += 50;
            }
            let most = u64::try_from(rate + (rate / 60).max(1)).unwrap();
            assert!(sent <= most && sent >= most * 9 / 10 - 1, "{rate}: {sent}");
        }
    }
}
