//! What each unit of work is found by afterwards.
use Place::{Event, Row, Trail};
use std::collections::BTreeSet;

/// Where a name is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    /// In a row.
    Row,
    /// In the audit trail.
    Trail,
    /// In an event.
    Event,
}

/// Where the name of an act is found for ever when what it did is committed.
pub(super) type Left = &'static [Place];

/// It has found nothing to be done, or its name is nowhere.
pub(super) const NOTHING: Left = &[];
/// Nothing is published of it by name.
pub(super) const WRITTEN: Left = &[Trail];
/// Nor does the trail say it.
pub(super) const KEPT: Left = &[Row];
pub(super) const PUBLISHED: Left = &[Trail, Event];

/// How a unit of work ended, as far as whoever began it knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Committed,
    RolledBack,
    Unknown,
}

/// A unit of work that is over.
#[derive(Debug)]
pub(super) struct Unit {
    pub(super) outcome: Outcome,
    /// The names of the acts that it is made of.
    pub(super) names: Vec<String>,
    /// What those leave that came to their end: the first ones.
    pub(super) done: Vec<Left>,
}

/// The names that are there.
#[derive(Default)]
pub(super) struct Names(BTreeSet<(Place, String)>);

impl Names {
    /// Takes the names out of a text.
    pub(super) fn read(&mut self, place: Place, text: &str) {
        let is_name = |name: &&str| name.bytes().skip(1).all(|byte| byte.is_ascii_digit());
        let names = text.match_indices('n').filter_map(|(at, _)| text.get(at..at + 6)).filter(is_name);
        self.0.extend(names.map(|name| (place, name.to_owned())));
    }

    fn has(&self, place: Place, name: &str) -> bool {
        self.0.contains(&(place, name.to_owned()))
    }
}

impl Unit {
    /// What is wrong with it, where these names are there: all of it or nothing has to be.
    pub(super) fn fault(&self, there: &Names) -> Option<String> {
        let has_some = |name: &String| [Row, Trail, Event].iter().any(|place| there.has(*place, name));
        let has_all = |(name, left): (&String, &Left)| left.iter().all(|place| there.has(*place, name));
        let some = self.names.iter().any(has_some);
        let all = self.names.len() == self.done.len() && self.names.iter().zip(&self.done).all(has_all);
        let wrong = match self.outcome {
            Outcome::Committed => !all,
            Outcome::RolledBack => some,
            Outcome::Unknown => some && !all,
        };
        wrong.then(|| format!("{self:?}"))
    }
}
