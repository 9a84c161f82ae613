//! Numbers that are no amounts: dates, times, telephone and order numbers, addresses, prices, list markers.
use super::calendar::is_month;
use super::numbers::digits;
use super::places;
use super::text::{Kind, Token};
use super::times;
use super::units;

/// For each token whether it is struck. `taken` are the tokens that belong to a product's phrase, `known` tells whether the
/// catalogue has a word.
pub(super) fn mask(tokens: &[Token], taken: &[bool], known: impl Fn(&Token) -> bool) -> Vec<bool> {
    let mut struck = vec![false; tokens.len()];
    let free = |at: usize| taken.get(at) != Some(&true);
    let mut at = 0;
    while at < tokens.len() {
        let linked = places::link(tokens, at);
        let length = if linked > 0 {
            linked
        } else if free(at) {
            noise_at(tokens, at)
                .max(places::postcode(tokens, at))
                .max(places::numbered(tokens, at, &known))
                .max(places::street(tokens, at, free))
                .max(times::part(tokens, at))
                .max(places::code(tokens, at, &known))
        } else {
            0
        };
        for n in 0..length {
            if let Some(flag) = struck.get_mut(at + n).filter(|_| linked > 0 || free(at + n)) {
                *flag = true;
            }
        }
        at += length.max(1);
    }
    struck
}

pub(super) fn norm(tokens: &[Token], at: usize) -> &str {
    tokens.get(at).map_or("", |t| t.norm.as_str())
}

pub(super) fn number(tokens: &[Token], at: usize) -> bool {
    tokens.get(at).is_some_and(|t| t.kind == Kind::Number)
}

pub(super) fn mark(tokens: &[Token], at: usize, marks: &str) -> bool {
    tokens.get(at).is_some_and(|t| matches!(t.kind, Kind::Punct(c) if marks.contains(c)))
}

/// Whether a marker of a list stands here, as "2)" in "1) paper 2) pens".
pub(super) fn marker(tokens: &[Token], at: usize) -> bool {
    let opened = tokens.iter().take(at).rev().take(12).find(|t| t.is('(') || t.is(')')).is_some_and(|t| t.is('('));
    number(tokens, at)
        && norm(tokens, at).len() <= 2
        && mark(tokens, at + 1, ")")
        && tokens.get(at + 1).is_some_and(|t| t.glued)
        && !opened
        && tokens.get(at + 2).is_some_and(|t| !t.glued && matches!(t.kind, Kind::Word | Kind::Number))
}

/// How many tokens of noise begin here.
fn noise_at(tokens: &[Token], at: usize) -> usize {
    if number(tokens, at) {
        return number_noise(tokens, at);
    }
    if mark(tokens, at, "£$€#@") && number(tokens, at + 1) {
        return 2;
    }
    let tied = tokens.get(at + 1).is_some_and(|t| t.glued);
    if mark(tokens, at, "+") && tied && number(tokens, at + 1) && norm(tokens, at + 1).len() > 1 {
        return 1 + run(tokens, at + 1);
    }
    match norm(tokens, at) {
        "at" if number(tokens, at + 1) && units::measure(norm(tokens, at + 2)).is_none() => {
            2 + usize::from(norm(tokens, at + 2) == "p")
        }
        "price" | "cost" | "payment" | "invoice" | "po" | "ref" | "reference" | "account" | "tel" | "telephone"
        | "phone" | "mobile" | "table" | "room" | "suite" | "quote" | "ticket" | "number" | "postcode" => {
            reference(tokens, at, 1)
        }
        "order" => reference(tokens, at, 4),
        _ => 0,
    }
}

/// A word that announces a reference, and the reference, if it has so many digits at least or is called a number.
fn reference(tokens: &[Token], at: usize, least: usize) -> usize {
    let mut next = at + 1;
    let mut named = false;
    while matches!(norm(tokens, next), "number" | "no" | "nr" | "is" | "of") || mark(tokens, next, "#.:-") {
        // "PO: 3 cases" announces nothing, "order no: 3" does.
        named |= matches!(norm(tokens, next), "number" | "no" | "nr") || mark(tokens, next, "#");
        next += 1;
    }
    if listed(tokens, next) && !named || !number(tokens, next) || !named && norm(tokens, next).len() < least {
        return 0;
    }
    // "PO 8831/B"
    let past = next + run(tokens, next);
    let glued = |n: usize| tokens.get(n).is_some_and(|t| t.glued);
    let suffix = mark(tokens, past, "/-") && glued(past) && glued(past + 1) && norm(tokens, past + 1).len() <= 2;
    past + if suffix { 2 } else { 0 } - at
}

/// Whether a number after a colon counts what stands behind it: "add to our account: 20 reams".
pub(super) fn listed(tokens: &[Token], at: usize) -> bool {
    let word = tokens.get(at + 1).is_some_and(|t| t.kind == Kind::Word && !t.glued && t.norm.len() > 2);
    word && norm(tokens, at).len() <= 2 && mark(tokens, at.saturating_sub(1), ":")
}

/// Groups of digits in a row, as telephone numbers are written.
pub(super) fn run(tokens: &[Token], at: usize) -> usize {
    let mut next = at + 1;
    while number(tokens, next) && norm(tokens, next).len() > 1
        || mark(tokens, next, "-") && number(tokens, next + 1)
        || mark(tokens, next, "()") && tokens.get(next).is_some_and(|t| t.glued)
    {
        next += 1;
    }
    next - at
}

fn number_noise(tokens: &[Token], at: usize) -> usize {
    let Some(token) = tokens.get(at) else { return 0 };
    let before = at.checked_sub(1).and_then(|b| tokens.get(b));
    let after = norm(tokens, at + 1);
    let glued = tokens.get(at + 1).is_some_and(|t| t.glued);
    let line_start = before.is_none_or(|t| t.kind == Kind::Newline);
    // "1) milk", "2. bread"
    if line_start
        && glued
        && mark(tokens, at + 1, ").")
        && tokens.get(at + 2).is_some_and(|t| matches!(t.kind, Kind::Word | Kind::Number))
    {
        return 2;
    }
    if matches!(after, "am" | "pm" | "oclock" | "hrs" | "ish") || glued && matches!(after, "st" | "nd" | "rd" | "th") {
        return 2;
    }
    // "24-28 December"
    if mark(tokens, at + 1, "-") && number(tokens, at + 2) && is_month(norm(tokens, at + 3)) {
        return 4;
    }
    if is_month(after) || norm(tokens, at + 1) == "may" && !token.norm.contains('.') {
        return 2 + usize::from(number(tokens, at + 2) && norm(tokens, at + 2).len() == 4);
    }
    if before.is_some_and(|t| is_month(&t.norm)) {
        return 1;
    }
    if before.is_some_and(|t| matches!(t.norm.as_str(), "on" | "by")) && token.norm.contains(['/', '.']) {
        return 1;
    }
    if digits(&token.norm).is_none() {
        return run(tokens, at);
    }
    // "At 89p"
    if after == "p" && glued {
        return 2;
    }
    // "22 of us"
    if after == "of" && norm(tokens, at + 2) == "us" {
        return 3;
    }
    if mark(tokens, at + 1, "£$€")
        || matches!(
            after,
            "eur" | "euro" | "euros" | "usd" | "gbp" | "pounds" | "quid" | "pence" | "dollars" | "cents" | "percent"
        )
        || matches!(
            after,
            "people"
                | "persons"
                | "guests"
                | "covers"
                | "tables"
                | "days"
                | "day"
                | "weeks"
                | "week"
                | "months"
                | "month"
                | "years"
                | "hours"
                | "hour"
                | "minutes"
                | "mins"
                | "min"
                | "times"
                | "staff"
                | "delegates"
                | "pupils"
                | "kids"
                | "children"
                | "lads"
                | "men"
                | "friends"
                | "visitors"
                | "clients"
                | "customers"
                | "bedrooms"
                | "booked"
                | "degrees"
                | "nights"
                | "yrs"
                | "wks"
        )
    {
        return 2;
    }
    0
}

#[cfg(test)]
mod tests {
    use super::super::text::tokenise;
    use super::*;

    fn kept(text: &str) -> Vec<String> {
        let tokens = tokenise(text);
        let struck = mask(&tokens, &vec![false; tokens.len()], |t| matches!(t.norm.as_str(), "milk" | "bread"));
        tokens.iter().zip(struck).filter(|(t, s)| t.kind == Kind::Number && !s).map(|(t, _)| t.norm.clone()).collect()
    }

    #[test]
    fn keeps_only_amounts() {
        assert_eq!(kept("3 milk on 24/11 before 9am, call 07700 900123"), ["3"]);
        assert_eq!(kept("order 48213: 5 bread at 1.20 to 14 Mill Lane"), ["5"]);
        assert_eq!(kept("order 5 bread, PO 7781, £2.50 each, 28 Nov 2025"), ["5"]);
        assert_eq!(kept("add to our account: 20 milk, account: 4471"), ["20"]);
        assert_eq!(kept("1) 10 files\n2) 5 folders, +44 20 7946 0958"), ["10", "5"]);
        assert_eq!(kept("3 milk to Flat 2, 18 Elm Grove, BS8 2QT by 11, ask for 07700 900123"), ["3"]);
        assert_eq!(kept("acc 10233, plot 12-15, gate code 4471, unit 17B, ref KIT-0098: 6 milk before 7.30"), ["6"]);
        assert_eq!(kept("milk-2 at half past 5 for a party of 8, see http://a.example/9?id=4"), ["2"]);
        assert_eq!(kept("table 4 needs 2 coke at 19:30 for 6 people"), ["2"]);
    }
}
