//! Finds personal data in a text.
mod card;
mod checksum;
mod context;
mod countries;
mod digits;
mod email;
mod iban;
mod ip;
mod own;
mod phone;
mod ssn;
mod surroundings;

#[cfg(test)]
mod tests;

pub use own::{MAX_PATTERN, OwnPattern, Refused};

use purser_entity_compliance::pii_rule::PiiType;
use purser_kernel::ids::PiiRuleId;
use std::ops::Range;

/// What is less certain is not said.
const LEAST: f64 = 0.5;

/// A place in a text, in Unicode scalar values (`char`s) from its beginning: the first one, and the one behind the last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// Where it begins.
    pub start: usize,
    /// Where it is over.
    pub end: usize,
}

/// What a rule looks for.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Which one it is.
    pub id: PiiRuleId,
    /// What it finds.
    pub pii_type: PiiType,
    /// Its own pattern; nothing for the predefined rule of its type.
    pub own: Option<OwnPattern>,
}

/// What a rule has found.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    /// The rule.
    pub rule: PiiRuleId,
    /// What it is.
    pub pii_type: PiiType,
    /// Where it stands.
    pub span: Span,
    /// The same place in bytes, on boundaries of characters.
    pub bytes: Range<usize>,
    /// From 0 to 1, in hundredths.
    pub confidence: f64,
}

/// Something that may be personal, before it is compared with what else stands there.
#[derive(Clone, Debug)]
struct Candidate {
    bytes: Range<usize>,
    confidence: f64,
}

impl Candidate {
    fn new(bytes: Range<usize>, confidence: f64) -> Self {
        Self { bytes, confidence }
    }
}

/// Types that have a predefined rule.
pub const PREDEFINED: [PiiType; 6] =
    [PiiType::Email, PiiType::Phone, PiiType::CreditCard, PiiType::Iban, PiiType::Ssn, PiiType::Ip];

/// Rules that are ready to be used.
#[derive(Clone, Debug, Default)]
pub struct Detector {
    rules: Vec<Rule>,
}

impl Detector {
    /// A detector by these rules.
    pub fn new(rules: Vec<Rule>) -> Self {
        Self { rules }
    }

    /// The predefined rules of these types, which have no ids of their own: for texts of no organization.
    pub fn predefined(types: &[PiiType]) -> Self {
        let nobody = PiiRuleId::from_uuid(uuid::Uuid::nil());
        Self::new(types.iter().map(|pii_type| Rule { id: nobody, pii_type: *pii_type, own: None }).collect())
    }

    /// What is personal in `text`, in its order; no two hits overlap, and none overlaps `known`, where something else is known to stand.
    pub fn find(&self, text: &str, known: &[Span]) -> Vec<Hit> {
        let mut found: Vec<(&Rule, Candidate)> = Vec::new();
        for rule in &self.rules {
            let candidates = match &rule.own {
                Some(own) => own.find(text),
                None => predefined(rule.pii_type, text),
            };
            let certain = candidates.into_iter().filter(|candidate| candidate.confidence >= LEAST);
            found.extend(certain.map(|candidate| (rule, candidate)));
        }
        // The more certain first, then the longer.
        found.sort_by(|(_, one), (_, other)| {
            let certainty = other.confidence.total_cmp(&one.confidence);
            certainty.then(other.bytes.len().cmp(&one.bytes.len())).then(one.bytes.start.cmp(&other.bytes.start))
        });
        let known = known.iter().map(|span| bytes_of(text, *span)).collect::<Vec<_>>();
        let mut taken = Taken::default();
        found.retain(|(_, candidate)| !overlaps(&known, &candidate.bytes) && taken.take(&candidate.bytes));
        found.sort_by_key(|(_, candidate)| candidate.bytes.start);
        hits(text, found)
    }
}

fn predefined(pii_type: PiiType, text: &str) -> Vec<Candidate> {
    match pii_type {
        PiiType::Email => email::find(text),
        PiiType::Phone => phone::find(text),
        PiiType::CreditCard => card::find(text),
        PiiType::Iban => iban::find(text),
        PiiType::Ssn => ssn::find(text),
        PiiType::Ip => ip::find(text),
        PiiType::Address | PiiType::Person => Vec::new(),
    }
}

/// What a predefined rule looks for before it computes, as people are shown it; nothing for a type that has none.
pub fn shown_pattern(pii_type: PiiType) -> Option<&'static str> {
    match pii_type {
        PiiType::Email => Some(email::PATTERN),
        PiiType::Phone => Some(digits::PATTERN),
        PiiType::CreditCard => Some(card::SHOWN),
        PiiType::Iban => Some(iban::PATTERN),
        PiiType::Ssn => Some(ssn::PATTERN),
        PiiType::Ip => Some(ip::PATTERN),
        PiiType::Address | PiiType::Person => None,
    }
}

/// Places that are taken, by their beginnings; no two overlap.
#[derive(Default)]
struct Taken(std::collections::BTreeMap<usize, usize>);

impl Taken {
    /// Takes the place, unless a part of it is taken.
    fn take(&mut self, place: &Range<usize>) -> bool {
        let before = self.0.range(..place.end).next_back();
        let is_free = before.is_none_or(|(_, end)| *end <= place.start);
        if is_free {
            self.0.insert(place.start, place.end);
        }
        is_free
    }
}

fn overlaps(places: &[Range<usize>], place: &Range<usize>) -> bool {
    places.iter().any(|other| other.start < place.end && place.start < other.end)
}

/// The bytes that stand at these characters.
fn bytes_of(text: &str, Span { start, end }: Span) -> Range<usize> {
    let byte = |place: usize| text.char_indices().nth(place).map_or(text.len(), |(byte, _)| byte);
    byte(start)..byte(end)
}

/// In the order of the text, which is gone through once.
fn hits(text: &str, found: Vec<(&Rule, Candidate)>) -> Vec<Hit> {
    let (mut byte, mut character) = (0, 0);
    let mut place_of = |wanted: usize| {
        character += text.get(byte..wanted).map_or(0, |between| between.chars().count());
        byte = wanted;
        character
    };
    let hit = |(rule, Candidate { bytes, confidence }): (&Rule, Candidate)| {
        let span = Span { start: place_of(bytes.start), end: place_of(bytes.end) };
        let confidence = (confidence.min(1.0) * 100.0).round() / 100.0;
        Hit { rule: rule.id, pii_type: rule.pii_type, span, bytes, confidence }
    };
    found.into_iter().map(hit).collect()
}
