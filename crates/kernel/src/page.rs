//! Keyset pages: their cost does not grow with the page's number, and rows written meanwhile do not shift them.
use crate::{CommonProblem, Problem, Timestamp};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

/// Rows of a list, and where the next ones begin.
#[derive(Clone, Debug)]
pub struct Page<M> {
    /// The rows.
    pub data: Vec<M>,
    /// Set when there are more rows.
    pub next: Option<Cursor>,
}

impl<M> Page<M> {
    /// The same page with each row made into something else.
    pub fn map<N>(self, change: impl FnMut(M) -> N) -> Page<N> {
        Page { data: self.data.into_iter().map(change).collect(), next: self.next }
    }
}

/// Which part of a list is asked for.
#[derive(Clone, Debug)]
pub struct PageRequest {
    limit: u64,
    cursor: Option<Cursor>,
}

impl PageRequest {
    /// Rows in a page when nobody says how many.
    pub const DEFAULT_LIMIT: u64 = 50;
    /// The most rows a page can have.
    pub const MAX_LIMIT: u64 = 200;

    /// The page of `limit` rows that begins at `cursor`. A limit outside of 1 to [`Self::MAX_LIMIT`] is `validation_failed`.
    pub fn new(limit: Option<u64>, cursor: Option<Cursor>) -> Result<Self, Problem> {
        let limit = limit.unwrap_or(Self::DEFAULT_LIMIT);
        if !(1..=Self::MAX_LIMIT).contains(&limit) {
            let message = format!("must be from 1 to {}", Self::MAX_LIMIT);
            return Err(Problem::invalid("/limit", "out_of_range", message));
        }
        Ok(Self { limit, cursor })
    }

    /// The first page of the default size.
    pub fn first() -> Self {
        Self { limit: Self::DEFAULT_LIMIT, cursor: None }
    }

    /// How many rows are asked for.
    pub fn limit(&self) -> u64 {
        self.limit
    }

    /// Where the page begins; without one, at the first row.
    pub fn cursor(&self) -> Option<&Cursor> {
        self.cursor.as_ref()
    }
}

/// Where the next page begins: the sort keys of the last row, and the query it belongs to.
///
/// Opaque on the wire (base64 of JSON). Nothing is secret in it and nothing is trusted from it: it adds a condition to a
/// query that is bound to its tenant with or without it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// The fingerprint of the query, so that a cursor of another filter or sort is refused.
    #[serde(rename = "q")]
    pub query: u64,
    /// The last row's values of the columns that the list is sorted by.
    #[serde(rename = "k")]
    pub keys: Vec<Key>,
}

/// A value that a list can be sorted by. There is no null: it has no place in a comparison.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Key {
    /// A number.
    #[serde(rename = "i")]
    Integer(i64),
    /// A text.
    #[serde(rename = "s")]
    Text(String),
    /// An id.
    #[serde(rename = "u")]
    Uuid(Uuid),
    /// An instant.
    #[serde(rename = "t")]
    Time(Timestamp),
}

/// The longest cursor that is looked at; longer than any that is made.
const MAX_LENGTH: usize = 2048;

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let json = serde_json::to_vec(self).map_err(|_| fmt::Error)?;
        f.write_str(&URL_SAFE_NO_PAD.encode(json))
    }
}

impl FromStr for Cursor {
    type Err = Problem;

    fn from_str(text: &str) -> Result<Self, Problem> {
        let json = (text.len() <= MAX_LENGTH).then(|| URL_SAFE_NO_PAD.decode(text).ok()).flatten();
        json.and_then(|json| serde_json::from_slice(&json).ok())
            .ok_or_else(|| Problem::of(CommonProblem::InvalidCursor))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// A cursor that was given out comes back as it was; anything else is refused and never panics.
        #[test]
        fn comes_back_as_it_was(query: u64, number: i64, text in "\\PC{0,40}", id: u128, micros in 0_i64..4_000_000_000_000_000) {
            let time = chrono::DateTime::from_timestamp_micros(micros).unwrap_or_default();
            let keys = vec![Key::Integer(number), Key::Text(text), Key::Uuid(Uuid::from_u128(id)), Key::Time(time)];
            let cursor = Cursor { query, keys };
            prop_assert_eq!(cursor.to_string().parse::<Cursor>().ok(), Some(cursor));
        }

        #[test]
        fn refuses_what_was_never_given_out(text in "\\PC{0,200}") {
            prop_assert!(text.parse::<Cursor>().is_err());
        }
    }
}
