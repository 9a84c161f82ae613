//! How well personal data is found: on texts that the rules were written by, and on others that were set aside before.
//!
//! `cargo test --workspace --test compliance -- pii::measured --nocapture` prints the figures that stand in `docs/domains/pii.md`.
use purser_compliance::pii::{Detector, PiiType, detect::PREDEFINED};
use purser_kernel::hex;
use purser_store::name_of;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;

const SEEN: &str = include_str!("../../../data/pii/seen.jsonl");
const UNSEEN: &str = include_str!("../../../data/pii/unseen.jsonl");
const ABOUT: &str = include_str!("../../../data/pii/README.md");

/// Right, missed, and found where nothing is.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    right: u32,
    missed: u32,
    wrong: u32,
}

impl Tally {
    fn precision(self) -> f64 {
        f64::from(self.right) / f64::from((self.right + self.wrong).max(1))
    }

    fn recall(self) -> f64 {
        f64::from(self.right) / f64::from((self.right + self.missed).max(1))
    }
}

/// The text without its marks, and what they mark: the type, and from which character to which.
fn unmarked(marked: &str) -> (String, Vec<(String, usize, usize)>) {
    let (mut text, mut places, mut rest) = (String::new(), Vec::new(), marked);
    while let Some((before, mark)) = rest.split_once("[[") {
        text.push_str(before);
        let (pii_type, mark) = mark.split_once('|').unwrap();
        let (value, behind) = mark.split_once("]]").unwrap();
        let start = text.chars().count();
        text.push_str(value);
        places.push((pii_type.to_owned(), start, text.chars().count()));
        rest = behind;
    }
    text.push_str(rest);
    (text, places)
}

/// By type, and all together. A place that is off by a character is missed, and wrong.
fn measured(file: &str) -> (BTreeMap<String, Tally>, Tally) {
    let detector = Detector::predefined(&PREDEFINED);
    let mut tallies: BTreeMap<String, Tally> = BTreeMap::new();
    for line in file.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let (text, places) = unmarked(line["text"].as_str().unwrap());
        let hits = detector.find(&text, &[]).into_iter();
        let found: Vec<_> = hits.map(|hit| (name_of::<PiiType>(&hit.pii_type), hit.span.start, hit.span.end)).collect();
        for place in &places {
            let tally = tallies.entry(place.0.clone()).or_default();
            if found.contains(place) { tally.right += 1 } else { tally.missed += 1 }
        }
        for place in found.iter().filter(|place| !places.contains(place)) {
            tallies.entry(place.0.clone()).or_default().wrong += 1;
        }
    }
    let total = tallies.values().fold(Tally::default(), |sum, tally| Tally {
        right: sum.right + tally.right,
        missed: sum.missed + tally.missed,
        wrong: sum.wrong + tally.wrong,
    });
    (tallies, total)
}

/// Precision and recall of each type are at least these.
fn holds(file: &str, floors: [(&str, f64, f64); 6], overall: (f64, f64)) {
    let (tallies, total) = measured(file);
    for (pii_type, precision, recall) in floors {
        let tally = tallies[pii_type];
        println!("{pii_type}: {tally:?}, precision {:.3}, recall {:.3}", tally.precision(), tally.recall());
        assert!(tally.precision() >= precision && tally.recall() >= recall, "{pii_type}: {tally:?}");
    }
    println!("all: {total:?}, precision {:.3}, recall {:.3}", total.precision(), total.recall());
    assert!(total.precision() >= overall.0 && total.recall() >= overall.1, "{total:?}");
    assert_eq!(tallies.len(), floors.len());
}

#[test]
fn what_the_rules_were_written_by_is_found() {
    let all = |pii_type| (pii_type, 1.0, 1.0);
    holds(SEEN, ["credit_card", "email", "iban", "ip", "phone", "ssn"].map(all), (1.0, 1.0));
}

#[test]
fn what_was_set_aside_is_found_nearly_as_well() {
    let floors = [
        ("credit_card", 1.0, 1.0),
        ("email", 1.0, 1.0),
        ("iban", 1.0, 1.0),
        ("ip", 1.0, 1.0),
        ("phone", 0.96, 1.0),
        ("ssn", 0.88, 1.0),
    ];
    holds(UNSEEN, floors, (0.976, 1.0));
}

/// Whoever changes what was set aside says so where its hash stands.
#[test]
fn what_was_set_aside_is_as_it_was() {
    let hash = hex::encode(&Sha256::digest(UNSEEN));
    assert!(ABOUT.contains(&hash), "{hash}");
    assert!(UNSEEN.lines().filter(|line| !line.contains("[[")).count() >= 80, "half of it is not personal");
}
