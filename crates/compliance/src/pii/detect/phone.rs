//! Telephone numbers: of E.164 with their plus, and as people of a country write them among themselves.
//!
//! What has the form of one in a country and no sign of being one beside it is left alone: most such numbers are those of orders.
use super::{
    Candidate,
    context::{self, Weight},
    countries::has_calling_code,
    digits::{Block, Run, runs},
    surroundings::{before, stands_alone},
};
use purser_entity_compliance::pii_rule::PiiType;

/// Blocks of one number.
const MAX_BLOCKS: usize = 8;
const WEIGHT: Weight = Weight { more: 0.35, less: 0.4 };
/// With a plus and a country code it is hardly anything else.
const WITH_PLUS: Weight = Weight { more: 0.14, less: 0.2 };

pub(super) fn find(text: &str) -> Vec<Candidate> {
    runs(text).flat_map(|run| numbers(text, &run)).collect()
}

/// The numbers in a run, the longest from each block on.
fn numbers(text: &str, run: &Run) -> Vec<Candidate> {
    let mut found = Vec::new();
    let mut from = 0;
    while from < run.blocks.len() {
        let most = (run.blocks.len() - from).min(MAX_BLOCKS);
        let number = (1..=most).rev().find_map(|used| {
            let blocks = run.blocks.get(from..from + used)?;
            let is_all = from == 0 && used == run.blocks.len();
            Some((number(text, run, from, blocks, is_all)?, used))
        });
        from += number.as_ref().map_or(1, |(_, used)| *used);
        found.extend(number.map(|(candidate, _)| candidate));
    }
    found
}

fn number(text: &str, run: &Run, from: usize, blocks: &[Block], is_all: bool) -> Option<Candidate> {
    let (first, last) = (blocks.first()?, blocks.last()?);
    let next = run.blocks.get(from + blocks.len()).and_then(|block| text.get(block.lead.clone()));
    let lead = text.get(first.lead.clone()).unwrap_or_default();
    let opening = opening(lead, text.get(first.bytes.start..last.bytes.end)?);
    // Behind three digits or more a number begins with a sign; without one it is the middle of another.
    let previous = from.checked_sub(1).and_then(|before| run.blocks.get(before));
    let is_apart = previous
        .is_none_or(|previous| lead.starts_with([' ', '\u{a0}']) && (!opening.is_empty() || previous.bytes.len() < 3));
    // Beside a number that goes on there is no end of this one.
    if !is_apart || next.is_some_and(|next| !next.starts_with([' ', '\u{a0}'])) {
        return None;
    }
    let bytes = first.bytes.start - opening.len()..last.bytes.end;
    let inner = blocks.get(1..)?.iter().map(|block| text.get(block.lead.clone()).unwrap_or_default());
    let written = Written {
        text: text.get(bytes.clone())?,
        digits: blocks.iter().filter_map(|block| text.get(block.bytes.clone())).collect(),
        sizes: blocks.iter().map(|block| block.bytes.len()).collect(),
        leads: inner.collect(),
        opening,
        is_all,
    };
    let base = written.form()?;
    let weight = if opening.contains('+') { WITH_PLUS } else { WEIGHT };
    let is_number = stands_alone(text, &bytes) && !is_of_address(text, bytes.start) && !is_fraction(text, bytes.end);
    is_number.then(|| Candidate::new(bytes.clone(), base + context::of(PiiType::Phone, text, &bytes, weight)))
}

/// What of the signs before its first digit belongs to a number: a plus, and a parenthesis if it is closed in it.
fn opening<'t>(lead: &'t str, number: &str) -> &'t str {
    let signs = lead.trim_start_matches([' ', '\u{a0}', '/', '.', '-', ')']);
    if number.contains(')') { signs } else { signs.trim_start_matches('(').trim_end_matches('(') }
}

/// A part of an address of the web, a tag, or the number behind a number sign.
fn is_of_address(text: &str, start: usize) -> bool {
    before(text, start).ends_with(['#', '/', '=', '&', '?', '@', '.', ',', '%', '+'])
}

/// A comma or a point with a digit behind it.
fn is_fraction(text: &str, end: usize) -> bool {
    let behind = text.get(end..).unwrap_or_default();
    let rest = behind.strip_prefix([',', '.', '%', ':']);
    rest.is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}

/// A number as it is written.
struct Written<'t> {
    text: &'t str,
    digits: String,
    /// How long its blocks are.
    sizes: Vec<usize>,
    /// What stands between them.
    leads: Vec<&'t str>,
    /// What stands before the first: a plus, a parenthesis.
    opening: &'t str,
    is_all: bool,
}

impl Written<'_> {
    /// How certain it is by its form alone; nothing for what is none.
    fn form(&self) -> Option<f64> {
        if self.is_date() || self.digits.len() > 15 {
            return None;
        }
        self.international().or_else(|| self.north_american()).or_else(|| self.with_trunk()).or_else(|| self.local())
    }

    /// `+44 20 7946 0018`, `0049 160 …`.
    fn international(&self) -> Option<f64> {
        let plus = self.opening.contains('+');
        let digits = if plus { Some(&*self.digits) } else { self.digits.strip_prefix("00") };
        let digits = digits.filter(|digits| (8..=15).contains(&digits.len()) && has_calling_code(digits))?;
        // Blocks of one digit are counted, unless it is the trunk prefix that is left out: +49 (0)89.
        let strange = self.sizes.iter().skip(1).filter(|size| **size == 1).count();
        match (plus, self.sizes.len()) {
            (true, _) if strange > 1 && !(digits.starts_with('1') || digits.starts_with('7')) => Some(0.5),
            (true, _) => Some(0.85),
            (false, 1) => Some(0.3),
            (false, _) => Some(0.6),
        }
    }

    /// `(415) 555-0132`, `212-555-0143`: area codes and exchanges begin with 2 at the least (the North American Numbering Plan).
    fn north_american(&self) -> Option<f64> {
        let digits = match self.sizes.as_slice() {
            [3, 3, 4] => &*self.digits,
            [1, 3, 3, 4] => self.digits.strip_prefix('1')?,
            _ => return None,
        };
        let begins = |from: usize| digits.get(from..=from).is_some_and(|digit| digit >= "2");
        let ends_in_11 = digits.get(1..3) == Some("11");
        if !begins(0) || !begins(3) || ends_in_11 {
            return None;
        }
        let leads = self.leads.iter().rev().take(2).rev().copied().collect::<Vec<_>>();
        match leads.as_slice() {
            [") " | ")" | ")-", "-" | " " | "."] if self.opening.contains('(') || self.sizes.len() == 4 => Some(0.75),
            [one, other] if one == other && matches!(*one, "-" | ".") => Some(0.65),
            [" ", "-"] => Some(0.55),
            [" ", " "] if self.is_all => Some(0.4),
            _ => None,
        }
    }

    /// `020 7946 0958`, `0172/9973185`, `06 12 34 56 78`: the trunk prefix of most of the world.
    fn with_trunk(&self) -> Option<f64> {
        let is_trunk = self.digits.starts_with('0') && !self.digits.starts_with("00");
        if !is_trunk || !(9..=12).contains(&self.digits.len()) {
            return None;
        }
        match self.sizes.as_slice() {
            [_] => Some(0.3),
            sizes if sizes.len() > 6 || sizes.iter().skip(1).any(|size| *size == 1) => None,
            // An area code, and then the subscriber's number.
            [2..=5, ..] => Some(0.55),
            _ => None,
        }
    }

    /// What is dialled inside a country or a town, of seven digits or more. Only a word beside it says so.
    fn local(&self) -> Option<f64> {
        let plain = self.leads.iter().all(|lead| matches!(*lead, " " | "-" | "." | "\u{a0}"));
        let blocks = self.sizes.iter().all(|size| (2..=8).contains(size)) || self.sizes.len() == 1;
        let fits =
            self.is_all && plain && blocks && (7..=11).contains(&self.digits.len()) && !self.digits.starts_with("00");
        fits.then_some(0.2)
    }

    /// `24.12.2026`, `2026-12-01`.
    fn is_date(&self) -> bool {
        let year = |block: Option<&str>| {
            block.is_some_and(|year| year.len() == 4 && (year.starts_with("19") || year.starts_with("20")))
        };
        let mut blocks = self.text.split(['.', '-', '/', ' ']);
        match self.sizes.as_slice() {
            [1 | 2, 1 | 2, 4] => year(blocks.next_back()),
            [4, 1 | 2, 1 | 2, ..] => year(blocks.next()),
            _ => false,
        }
    }
}
