//! Account numbers of ISO 13616.
use super::{
    Candidate,
    checksum::mod_97,
    context::{self, Weight},
    countries::IBAN_LENGTHS,
    surroundings::is_whole,
};
use purser_entity_compliance::pii_rule::PiiType;
use regex::Regex;
use std::sync::LazyLock;

/// Where one may begin: country and check digits. The rest follows from the country.
pub(super) const PATTERN: &str = r"[A-Za-z]{2}[0-9]{2}";

static BEGINNING: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(PATTERN).ok());

pub(super) fn find(text: &str) -> Vec<Candidate> {
    let Some(pattern) = BEGINNING.as_ref() else {
        return Vec::new();
    };
    pattern.find_iter(text).filter_map(|found| number(text, found.start())).collect()
}

fn number(text: &str, start: usize) -> Option<Candidate> {
    let rest = text.get(start..)?;
    let country = rest.get(..2)?.to_ascii_uppercase();
    let (_, length) = IBAN_LENGTHS.iter().find(|(code, _)| *code == country)?;
    let bytes = start..start + extent(rest, *length)?;
    let written = text.get(bytes.clone())?;
    (is_whole(text, &bytes) && mod_97(written)).then(|| {
        let weight = Weight { more: 0.04, less: 0.1 };
        Candidate::new(bytes.clone(), 0.95 + context::of(PiiType::Iban, text, &bytes, weight))
    })
}

/// How many bytes so many letters and digits take, with one space or hyphen between any two of them.
fn extent(text: &str, length: usize) -> Option<usize> {
    let (mut count, mut is_between) = (0, true);
    for (place, c) in text.char_indices() {
        match c {
            c if c.is_ascii_alphanumeric() => {
                count += 1;
                is_between = false;
            }
            ' ' | '-' | '\u{a0}' if !is_between => is_between = true,
            _ => return None,
        }
        if count == length {
            return Some(place + 1);
        }
    }
    None
}
