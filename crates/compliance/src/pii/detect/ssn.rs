//! Social Security numbers of the United States.
use super::{
    Candidate,
    context::{self, Weight},
    surroundings::stands_alone,
};
use purser_entity_compliance::pii_rule::PiiType;
use regex::Regex;
use std::sync::LazyLock;

/// Area, group and serial, in three blocks or in one.
pub(super) const PATTERN: &str = r"([0-9]{3})(-|[ \x{a0}]|)([0-9]{2})(-|[ \x{a0}]|)([0-9]{4})";

static NUMBER: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(PATTERN).ok());

pub(super) fn find(text: &str) -> Vec<Candidate> {
    let Some(pattern) = NUMBER.as_ref() else {
        return Vec::new();
    };
    let found = pattern.captures_iter(text).filter_map(|found| {
        let [area, one, group, other, serial] = found.extract::<5>().1;
        let bytes = found.get(0)?.range();
        let is_number = one == other && is_issued(area, group, serial) && stands_alone(text, &bytes);
        is_number.then(|| {
            // Nine digits in a row are much else as well.
            let base = match one {
                "-" => 0.6,
                "" => 0.15,
                _ => 0.3,
            };
            let weight = Weight { more: 0.35, less: 0.3 };
            Candidate::new(bytes.clone(), base + context::of(PiiType::Ssn, text, &bytes, weight))
        })
    });
    found.collect()
}

/// What the Social Security Administration has never given out, before 2011 or since: the areas 000, 666 and 900 to 999, the group 00, and the
/// serial 0000 (POMS RM 10201.035).
fn is_issued(area: &str, group: &str, serial: &str) -> bool {
    !matches!(area, "000" | "666") && !area.starts_with('9') && group != "00" && serial != "0000"
}
