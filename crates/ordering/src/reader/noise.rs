//! Numbers that are no amounts: dates, times, telephone and order numbers, addresses, prices, list markers.
use super::calendar::is_month;
use super::numbers::digits;
use super::text::{Kind, Token};
use super::units;

/// For each token whether it is struck. `taken` are the tokens that belong to a product's phrase.
pub(super) fn mask(tokens: &[Token], taken: &[bool]) -> Vec<bool> {
    let mut struck = vec![false; tokens.len()];
    for at in 0..tokens.len() {
        if struck.get(at) == Some(&true) || taken.get(at) == Some(&true) {
            continue;
        }
        for n in 0..noise_at(tokens, at) {
            if let Some(flag) = struck.get_mut(at + n) {
                *flag = true;
            }
        }
    }
    struck
}

fn norm(tokens: &[Token], at: usize) -> &str {
    tokens.get(at).map_or("", |t| t.norm.as_str())
}

fn number(tokens: &[Token], at: usize) -> bool {
    tokens.get(at).is_some_and(|t| t.kind == Kind::Number)
}

fn mark(tokens: &[Token], at: usize, marks: &str) -> bool {
    tokens.get(at).is_some_and(|t| matches!(t.kind, Kind::Punct(c) if marks.contains(c)))
}

/// How many tokens of noise begin here.
fn noise_at(tokens: &[Token], at: usize) -> usize {
    if number(tokens, at) {
        return number_noise(tokens, at);
    }
    if mark(tokens, at, "£$€#@") && number(tokens, at + 1) {
        return 2;
    }
    if mark(tokens, at, "+") && number(tokens, at + 1) && norm(tokens, at + 1).len() > 1 {
        return 1 + run(tokens, at + 1);
    }
    match norm(tokens, at) {
        "at" if number(tokens, at + 1) && units::measure(norm(tokens, at + 2)).is_none() => 2,
        "price" | "cost" | "invoice" | "po" | "ref" | "reference" | "account" | "tel" | "telephone" | "phone"
        | "mobile" | "table" | "room" | "suite" | "quote" | "ticket" | "number" | "postcode" => {
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
    if number(tokens, next) && (named || norm(tokens, next).len() >= least) { next - at + run(tokens, next) } else { 0 }
}

/// Groups of digits in a row, as telephone numbers are written.
fn run(tokens: &[Token], at: usize) -> usize {
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
    if is_month(after) || norm(tokens, at + 1) == "may" && !token.norm.contains('.') {
        return 2 + usize::from(number(tokens, at + 2) && norm(tokens, at + 2).len() == 4);
    }
    if before.is_some_and(|t| is_month(&t.norm)) {
        return 1;
    }
    if before.is_some_and(|t| matches!(t.norm.as_str(), "on" | "by")) && token.norm.contains(['/', '.']) {
        return 1;
    }
    let Some(e4) = digits(&token.norm) else {
        return run(tokens, at);
    };
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
        )
    {
        return 2;
    }
    // "14 Mill Lane"
    (2..=4)
        .find(|n| {
            matches!(
                norm(tokens, at + n),
                "street"
                    | "road"
                    | "rd"
                    | "lane"
                    | "ln"
                    | "avenue"
                    | "ave"
                    | "drive"
                    | "close"
                    | "court"
                    | "square"
                    | "place"
                    | "crescent"
                    | "terrace"
                    | "gardens"
            ) && (1..*n).all(|m| tokens.get(at + m).is_some_and(|t| t.kind == Kind::Word))
        })
        .filter(|_| e4 % super::numbers::ONE == 0)
        .map_or(0, |n| n + 1)
}

#[cfg(test)]
mod tests {
    use super::super::text::tokenise;
    use super::*;

    fn kept(text: &str) -> Vec<String> {
        let tokens = tokenise(text);
        let struck = mask(&tokens, &vec![false; tokens.len()]);
        tokens.iter().zip(struck).filter(|(t, s)| t.kind == Kind::Number && !s).map(|(t, _)| t.norm.clone()).collect()
    }

    #[test]
    fn keeps_only_amounts() {
        assert_eq!(kept("3 milk on 24/11 before 9am, call 07700 900123"), ["3"]);
        assert_eq!(kept("order 48213: 5 bread at 1.20 to 14 Mill Lane"), ["5"]);
        assert_eq!(kept("order 5 bread, PO 7781, £2.50 each, 28 Nov 2025"), ["5"]);
        assert_eq!(kept("1) 10 files\n2) 5 folders, +44 20 7946 0958"), ["10", "5"]);
        assert_eq!(kept("table 4 needs 2 coke at 19:30 for 6 people"), ["2"]);
    }
}
