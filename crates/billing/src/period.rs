//! The months that use is counted in.
use purser_kernel::{Problem, Timestamp};
use std::fmt;

/// A calendar month in UTC, such as `2026-11`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BillingPeriod(String);

impl BillingPeriod {
    /// The month of an instant.
    pub fn of(time: Timestamp) -> Self {
        Self(time.format("%Y-%m").to_string())
    }

    /// Parses `YYYY-MM` for the field at `pointer`.
    pub fn parse(pointer: &str, text: &str) -> Result<Self, Problem> {
        let digits = |part: &str, length| part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit());
        let month = |part: &str| part.parse().is_ok_and(|month: u8| (1..=12).contains(&month));
        match text.split_once('-') {
            Some((year, of_year)) if digits(year, 4) && digits(of_year, 2) && month(of_year) => {
                Ok(Self(text.to_owned()))
            }
            _ => Err(Problem::invalid(pointer, "not_a_month", "must be a month such as 2026-11")),
        }
    }

    /// The text `YYYY-MM`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for BillingPeriod {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_use_belongs_to_its_month_in_utc() {
        let time = "2026-11-30T23:59:59.999999-00:00".parse().unwrap();
        assert_eq!(BillingPeriod::of(time).as_str(), "2026-11");
        let time = "2026-12-01T00:30:00+01:00".parse().unwrap();
        assert_eq!(BillingPeriod::of(time).as_str(), "2026-11");
    }

    #[test]
    fn only_months_are_read() {
        for text in ["2026-01", "2026-12", "1999-10"] {
            assert_eq!(BillingPeriod::parse("/billing_period", text).unwrap().as_str(), text);
        }
        for text in ["", "2026", "2026-00", "2026-13", "2026-1", "26-01", "2026-01-01", "2026-+1", "२०२६-01"] {
            assert!(BillingPeriod::parse("/billing_period", text).is_err(), "{text}");
        }
    }
}
