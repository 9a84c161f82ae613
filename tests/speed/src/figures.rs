//! From latencies to figures, and from rounds to their middle and spread.
use std::{fmt, time::Duration};

/// What one turn gave.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Turn {
    /// Requests in a second.
    pub(crate) rate: f64,
    /// Half of them were faster, in milliseconds.
    pub(crate) p50: f64,
    /// All but one of a hundred were faster, in milliseconds.
    pub(crate) p99: f64,
}

impl Turn {
    pub(crate) fn of(mut latencies: Vec<Duration>, rate: f64) -> Self {
        latencies.sort_unstable();
        let at = |percent: usize| {
            let place = latencies.len().saturating_mul(percent) / 100;
            latencies.get(place).copied().unwrap_or_default().as_secs_f64() * 1000.0
        };
        Self { rate, p50: at(50), p99: at(99) }
    }
}

/// The middle of the rounds, and the least and the most of them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spread {
    pub(crate) middle: f64,
    least: f64,
    most: f64,
}

impl Spread {
    pub(crate) fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let mut values: Vec<f64> = values.into_iter().collect();
        values.sort_by(f64::total_cmp);
        let at = |place: usize| values.get(place).copied().unwrap_or(f64::NAN);
        let last = values.len().saturating_sub(1);
        Self { middle: at(values.len() / 2), least: at(0), most: at(last) }
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let places = match self.middle {
            value if value >= 100.0 => 0,
            value if value >= 10.0 => 1,
            _ => 2,
        };
        write!(f, "{:.places$} ({:.places$}–{:.places$})", self.middle, self.least, self.most)
    }
}
