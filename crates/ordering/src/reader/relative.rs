//! Corrections by how much: "double the foil", "reduce the milk by 2", "take 5 off the plaster", "3 fewer notebooks".
use super::corrections::{LAST_OF_MANY, REFERRED};
use super::lines::{Line, Play};
use super::numbers::ONE;
use super::reading::Effect;

/// By how much an order changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The item's amount comes on top.
    Up,
    /// The item's amount goes.
    Down,
    /// So many times as much.
    Times(i64),
    /// One of so many parts.
    Part(i64),
}

impl Step {
    /// What is left of an amount.
    fn apply(self, e4: i64, by: i64) -> i64 {
        match self {
            Self::Up => e4.saturating_add(by),
            Self::Down => e4.saturating_sub(by),
            Self::Times(times) => e4.saturating_mul(times),
            Self::Part(parts) => e4 / parts.max(1),
        }
    }
}

/// What a verb does to an amount: "increase … by".
pub(super) fn step(norm: &str) -> Option<Step> {
    Some(match norm {
        "increase" | "up" | "raise" | "bump" => Step::Up,
        "reduce" | "decrease" | "cut" | "lower" | "drop" | "fewer" | "less" => Step::Down,
        "double" | "twice" => Step::Times(2),
        "triple" => Step::Times(3),
        "halve" => Step::Part(2),
        _ => return None,
    })
}

/// How many words beginning here multiply what follows: "double the", "twice as many".
pub(super) fn scale(words: &[&str]) -> usize {
    let begins =
        matches!(words, ["double" | "twice" | "triple" | "halve", "the" | "my" | "our" | "up" | "as" | "that", ..]);
    let goes_on = |w: &&&str| {
        matches!(
            **w,
            "the" | "my" | "our" | "up" | "on" | "as" | "that" | "many" | "much" | "amount" | "order" | "of" | "for"
        )
    };
    if begins { 1 + words.iter().skip(1).take_while(goes_on).count() } else { 0 }
}

/// Whether these words begin a change by or to an amount: "up the milk by 2", "cut our bread to 3", "take the eggs down to 1".
pub(super) fn changes(words: &[&str]) -> bool {
    let said = |any: &[&str]| words.iter().skip(2).take(6).any(|w| any.contains(w));
    match words {
        ["up" | "bump" | "cut" | "lower" | "raise" | "decrease" | "drop", "the" | "my" | "our", ..] => {
            said(&["by", "to"])
        }
        ["knock" | "bring" | "take" | "put", "the" | "my" | "our", ..] => said(&["up", "down"]) && said(&["by", "to"]),
        _ => false,
    }
}

impl Play<'_> {
    /// "Take 5 off the plaster", "remove one of the chairs": a part of what was ordered.
    pub(super) fn is_part(&self, line: &Line) -> bool {
        let word = |at: usize| self.tokens.get(at).map_or("", |t| t.norm.as_str());
        let of_them = |at: usize| {
            matches!(word(at), "of" | "off")
                && matches!(word(at + 1), "the" | "those" | "these" | "them" | "my" | "our" | "that")
        };
        line.settled.said && line.item.amounts.iter().any(|a| of_them(a.span.1) || of_them(a.span.1.saturating_sub(1)))
    }

    /// Changes what was ordered by a step. Gives whether there was anything to change.
    pub(super) fn change_by(&mut self, line: Line, step: Step) -> bool {
        self.amended = true;
        let by = line.settled.e4;
        let Some(product) = self.product(&line) else {
            self.left = true;
            return false;
        };
        if let Some(at) = self.lines.iter().rposition(|l| l.effect != Effect::Remove && self.same(l, product)) {
            let Some(old) = self.lines.get_mut(at) else { return false };
            let new = step.apply(old.settled.e4, by);
            old.settled.e4 = new;
            old.doubts.refer(REFERRED);
            if new <= 0 {
                self.lines.remove(at);
            }
            return true;
        }
        let drafted: Vec<_> = self.drafted(product).collect();
        let scales = matches!(step, Step::Times(_) | Step::Part(_));
        let meant = if scales { drafted.as_slice() } else { drafted.last().map_or(&[][..], std::slice::from_ref) };
        self.left |= drafted.is_empty();
        for old in meant {
            let new = step.apply(old.quantity.e4(), by);
            let mut changed = line.clone();
            if let Some(of) = self.of_draft(old) {
                changed = self.line(changed.item, Vec::new(), Some(of), changed.span);
            }
            changed.item.cue = None;
            let broken = scales && new % ONE != 0 && old.quantity.e4() % ONE == 0;
            changed.effect = if new > 0 { Effect::Set } else { Effect::Remove };
            changed.settled.e4 = if new > 0 { new } else { old.quantity.e4().max(1) };
            changed.doubts.unsaid = 0.0;
            changed.doubts.refer(if broken || drafted.len() > 1 && !scales { LAST_OF_MANY } else { REFERRED });
            self.lines.push(changed);
        }
        !drafted.is_empty()
    }
}
