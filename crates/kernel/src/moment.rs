//! Times that somebody gives.
use crate::Timestamp;
use chrono::{DateTime, Datelike};
use serde::{Deserialize, Deserializer, Serialize, de::Error};
use std::ops::RangeInclusive;

/// PostgreSQL refuses times long before them, and on SQLite, where times are texts, a year of five digits comes before one of four.
const YEARS: RangeInclusive<i32> = 1..=9999;

/// A time that somebody gave, and that both databases keep and sort: of the years 1 to 9999 in UTC, in whole microseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Moment(Timestamp);

impl Moment {
    /// `None` for a time of another year.
    pub fn new(time: Timestamp) -> Option<Self> {
        // Counted in microseconds a leap second is the first second of the next minute, as it is for PostgreSQL.
        let time = DateTime::from_timestamp_micros(time.timestamp_micros())?;
        YEARS.contains(&time.year()).then_some(Self(time))
    }
}

impl From<Moment> for Timestamp {
    fn from(moment: Moment) -> Self {
        moment.0
    }
}

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let time = Timestamp::deserialize(deserializer)?;
        Self::new(time).ok_or_else(|| D::Error::custom("must be of the years 1 to 9999, in UTC"))
    }
}

#[cfg(feature = "sea-orm")]
impl From<Moment> for sea_orm::Value {
    fn from(moment: Moment) -> Self {
        moment.0.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<String> {
        let moment = serde_json::from_value::<Moment>(text.into()).ok()?;
        Some(Timestamp::from(moment).to_rfc3339())
    }

    #[test]
    fn the_years_are_those_of_utc() {
        assert_eq!(read("0000-12-31T23:59:59-01:00").as_deref(), Some("0001-01-01T00:59:59+00:00"));
        assert_eq!(read("9999-12-31T23:59:59.999999Z").as_deref(), Some("9999-12-31T23:59:59.999999+00:00"));
        for other in [
            "0000-12-31T23:59:59.999999Z",
            "0001-01-01T00:59:59+01:00",
            "9999-12-31T23:59:59-01:00",
            "9999-12-31T23:59:60Z",
            "-9999-01-01T00:00:00Z",
            "+12000-01-01T00:00:00Z",
        ] {
            assert_eq!(read(other), None, "{other}");
        }
        assert_eq!((Moment::new(Timestamp::MIN_UTC), Moment::new(Timestamp::MAX_UTC)), (None, None));
    }

    #[test]
    fn it_is_what_both_databases_give_back() {
        assert_eq!(read("2026-11-20T10:00:00.1234567Z").as_deref(), Some("2026-11-20T10:00:00.123456+00:00"));
        assert_eq!(read("2026-12-31T23:59:60.5Z").as_deref(), Some("2027-01-01T00:00:00.500+00:00"));
    }
}
