//! Times of day and other numbers that people speak beside an order.
use super::calendar::is_day;
use super::lexicon;
use super::noise::{mark, norm, number};
use super::numbers;
use super::text::{Kind, Token};
use super::units;

/// Whether what stands here begins nothing that could be counted.
fn closes(tokens: &[Token], at: usize) -> bool {
    let Some(token) = tokens.get(at) else { return true };
    match token.kind {
        Kind::Newline | Kind::Punct(_) => !token.is('\'') && !token.is('"'),
        Kind::Number => false,
        Kind::Word => {
            is_day(&token.norm)
                || matches!(
                    token.norm.as_str(),
                    "if" | "for"
                        | "pls"
                        | "please"
                        | "and"
                        | "or"
                        | "thanks"
                        | "thx"
                        | "ta"
                        | "cheers"
                        | "when"
                        | "as"
                        | "coz"
                        | "cos"
                        | "because"
                        | "tomorrow"
                        | "tmrw"
                        | "tmr"
                        | "tomorow"
                        | "today"
                        | "tonight"
                        | "sharp"
                        | "at"
                        | "on"
                        | "to"
                        | "so"
                        | "otherwise"
                        | "we"
                        | "i"
                        | "he"
                        | "they"
                        | "but"
                        | "next"
                        | "then"
                        | "in"
                        | "this"
                        | "latest"
                        | "local"
                        | "noon"
                        | "midday"
                        | "onwards"
                        | "will"
                        | "is"
                        | "can"
                )
        }
    }
}

fn hour(tokens: &[Token], at: usize) -> bool {
    number(tokens, at) && numbers::digits(norm(tokens, at)).is_some_and(|e4| e4 < 25 * numbers::ONE)
}

/// How many tokens of a time of day, or of a number tied to one, begin here.
pub(super) fn part(tokens: &[Token], at: usize) -> usize {
    let first = norm(tokens, at);
    let glued = |n: usize| tokens.get(n).is_some_and(|t| t.glued);
    match first {
        "half" | "quarter" => {
            let past = 1 + usize::from(matches!(norm(tokens, at + 1), "past" | "to"));
            if hour(tokens, at + past) && (past == 2 || closes(tokens, at + past + 1)) { past + 1 } else { 0 }
        }
        "before" | "after" | "until" | "till" | "til" | "from" | "by" | "around" | "about" | "past" | "since"
        | "between" => {
            let mut next = at + 1 + usize::from(matches!(norm(tokens, at + 1), "about" | "around" | "half"));
            if first == "between" && hour(tokens, next) && norm(tokens, next + 1) == "and" && hour(tokens, next + 2) {
                return if closes(tokens, next + 3) { next + 3 - at } else { 0 };
            }
            if !hour(tokens, next) {
                return 0;
            }
            next += 1;
            while mark(tokens, next, "-") && hour(tokens, next + 1) {
                next += 2;
            }
            // "Increase the milk by 10" is no time.
            let changed = first == "by"
                && tokens.iter().take(at).rev().take(8).any(|t| {
                    matches!(t.norm.as_str(), "increase" | "reduce" | "up" | "raise" | "lower" | "cut" | "decrease")
                });
            let time = norm(tokens, at + 1).contains(['.', ':']) || closes(tokens, next);
            let counts = matches!(first, "around" | "about") && !closes(tokens, next);
            if time && !changed && !counts { next - at } else { 0 }
        }
        // "b4 8"
        "b" if norm(tokens, at + 1) == "4" && glued(at + 1) && hour(tokens, at + 2) => 3,
        // "on 23/06", "(12)" after twelve
        _ if number(tokens, at) => {
            let after = norm(tokens, at + 1);
            if matches!(after, "h" | "hs") && glued(at + 1) {
                return 2;
            }
            let half_day = |n: usize| matches!(norm(tokens, n), "am" | "pm");
            if mark(tokens, at + 1, "-") && hour(tokens, at + 2) && half_day(at + 3) {
                return 4;
            }
            // "2400x1200"
            let broad = |n: usize| numbers::digits(norm(tokens, n)).is_some_and(|e4| e4 >= 30 * numbers::ONE);
            if after == "x" && glued(at + 1) && glued(at + 2) && number(tokens, at + 2) && broad(at) && broad(at + 2) {
                return 3;
            }
            // "Order 4 tmrw", "4 the stall"
            let for_ = first == "4"
                && (is_day(after)
                    || matches!(after, "the" | "me" | "us" | "my" | "tmrw" | "tomorrow" | "today" | "tmr"));
            if for_ || first == "2" && matches!(after, "me" | "my" | "unit" | "us") {
                return 1;
            }
            let said_twice = mark(tokens, at + 1, ")")
                && at >= 2
                && mark(tokens, at - 1, "(")
                && tokens.get(at - 2).is_some_and(|t| {
                    t.kind == Kind::Word
                        && numbers::read(std::slice::from_ref(t)).is_some_and(|n| numbers::digits(first) == Some(n.e4))
                });
            usize::from(said_twice)
        }
        // "At no. 47", "number 14"
        "at" | "to" | "number" if units::measure(norm(tokens, at + 2)).is_none() => {
            let mut next = at + 1;
            let named = first == "number" || matches!(norm(tokens, next), "no" | "number" | "nr");
            while matches!(norm(tokens, next), "no" | "number" | "nr") || next > at + 1 && mark(tokens, next, ".") {
                next += 1;
            }
            if named && number(tokens, next) && !lexicon::is_whole(norm(tokens, next + 1)) { next + 1 - at } else { 0 }
        }
        _ => 0,
    }
}
