//! The one seam to the machine's time.
use crate::Timestamp;
use chrono::{DateTime, TimeDelta, Utc};
use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant},
};

/// Tells the time, in whole microseconds: PostgreSQL keeps no more, and both databases must give back what was written.
#[derive(Clone, Default)]
pub struct Clock {
    /// Set for a clock that stands still until it is moved.
    fixed: Option<Arc<AtomicI64>>,
}

impl Clock {
    /// The machine's clock.
    pub fn system() -> Self {
        Self::default()
    }

    /// A clock that shows `time` until [`Clock::advance`] moves it, for tests.
    pub fn fixed(time: Timestamp) -> Self {
        Self { fixed: Some(Arc::new(AtomicI64::new(time.timestamp_micros()))) }
    }

    /// Moves a fixed clock, and every clone of it. Has no effect on the machine's clock.
    pub fn advance(&self, by: TimeDelta) {
        if let (Some(micros), Some(by)) = (&self.fixed, by.num_microseconds()) {
            micros.fetch_add(by, Ordering::SeqCst);
        }
    }

    /// The time now.
    #[expect(clippy::disallowed_methods, reason = "this is the seam for time")]
    pub fn now(&self) -> Timestamp {
        let micros = match &self.fixed {
            Some(micros) => micros.load(Ordering::SeqCst),
            None => Utc::now().timestamp_micros(),
        };
        DateTime::from_timestamp_micros(micros).unwrap_or_default()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.fixed.is_some() { "Clock(fixed)" } else { "Clock(system)" })
    }
}

/// Measures how long something takes.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts to measure.
    #[expect(clippy::disallowed_methods, reason = "this is the seam for time")]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// The time since the start.
    pub fn elapsed(self) -> Duration {
        self.0.elapsed()
    }

    /// The time since the start in whole milliseconds.
    pub fn elapsed_ms(self) -> i64 {
        i64::try_from(self.elapsed().as_millis()).unwrap_or(i64::MAX)
    }
}
