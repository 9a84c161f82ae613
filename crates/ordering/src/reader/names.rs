//! Numbers, letters and marks that are part of a name and count nothing: "E27", "5w30", "80gsm", "size 8", "disp. towels".
use super::index::Catalogue;
use super::lexicon;
use super::text::{Kind, Token};
use super::units;

/// How many tokens beginning here are words of a name, though they look like amounts or joints.
pub(super) fn words(catalogue: &Catalogue, tokens: &[Token], claimed: &[bool], at: usize) -> usize {
    let Some(token) = tokens.get(at) else { return 0 };
    let before = at.checked_sub(1).and_then(|b| tokens.get(b));
    let glued = |n: usize| tokens.get(n).is_some_and(|t| t.glued);
    let digits = |n: usize| tokens.get(n).is_some_and(|t| t.kind == Kind::Number);
    let number = token.kind == Kind::Number;
    // "E27" is a name, "x2" an amount.
    let code = |t: &Token| t.kind == Kind::Word && t.norm.len() <= 3 && t.norm != "x";
    if number && (tokens.get(at + 1).is_some_and(|t| t.is('%')) || token.glued && before.is_some_and(code)) {
        return 1;
    }
    // "Gloves size 8"
    let sized = before.is_some_and(|t| matches!(t.norm.as_str(), "size" | "sz"));
    if number && sized && catalogue.word(&token.key).is_some() {
        return 1;
    }
    // "3 a5", "305a": the letter is part of the name.
    let tied = digits(at + 1) && glued(at + 1);
    if token.norm == "a" && (tied || token.glued && before.is_some_and(|t| t.kind == Kind::Number)) {
        return 1;
    }
    // "10 lengths of 4x2 timber": a size across, where something else was counted.
    let crossed = digits(at + 2) && tokens.get(at + 1).is_some_and(|t| t.norm == "x");
    if number && crossed && glued(at + 1) && glued(at + 2) && before.is_some_and(|t| t.norm == "of") {
        return 3;
    }
    let run = coded(catalogue, tokens, claimed, at);
    if run > 0 {
        return run;
    }
    // "Screws no. 8": the number is a name's.
    let dotted = tokens.get(at + 1).is_some_and(|t| t.is('.') && t.glued);
    if token.norm == "no" && dotted && digits(at + 2) && follows(tokens, at) {
        return 3;
    }
    // "T+E", "T&E": one name.
    if token.norm == "and" && token.glued && glued(at + 1) && before.is_some_and(|t| t.norm.len() == 1) {
        return 1;
    }
    // "80gsm", "36w": a number with letters of its own kind is a name, not an amount.
    if number && names_kind(catalogue, tokens, at) { 2 } else { 0 }
}

/// "Disp. towels", "galv. nails": the dot of a word that is short for one of the catalogue's.
pub(super) fn shortens(catalogue: &Catalogue, tokens: &[Token], at: usize) -> bool {
    let word = at.checked_sub(1).and_then(|b| tokens.get(b)).filter(|t| t.kind == Kind::Word && t.norm.len() <= 5);
    let sold = |t: &Token| catalogue.word(&t.key).is_some_and(|w| catalogue.is_spoken(w));
    let goes_on = tokens.get(at + 1).is_some_and(|t| t.kind == Kind::Word && !t.glued && sold(t));
    goes_on
        && word.is_some_and(|t| !sold(t) && !lexicon::is_filler(&t.norm) && !catalogue.short_for(&t.norm).is_empty())
}

/// How many tokens beginning here are a part of a name with digits in it ("5w30", "dot 4"), and no amount with a name. Apart
/// they are a name only where an amount stands beside them: "3 dot 4", "dot 4 x 3".
fn coded(catalogue: &Catalogue, tokens: &[Token], claimed: &[bool], at: usize) -> usize {
    let mut past = at + 1;
    let mut tied = true;
    while claimed.get(past) == Some(&false)
        && let Some((left, right)) = tokens.get(past - 1).zip(tokens.get(past))
        && catalogue.side_by_side(&left.key, &right.key)
    {
        tied &= right.glued;
        past += 1;
    }
    if past - at < 2 {
        return 0;
    }
    let many = tokens.get(past).is_some_and(|t| t.norm == "s" && t.glued);
    let number = |n: usize| tokens.get(n).is_some_and(|t| t.kind == Kind::Number);
    let counted = at.checked_sub(1).is_some_and(number)
        || number(past)
        || tokens.get(past).is_some_and(|t| t.norm == "x") && number(past + 1);
    // "2 extension leads (4 way)"
    let bracketed = at.checked_sub(1).and_then(|b| tokens.get(b)).is_some_and(|t| t.is('('));
    if tied || counted || bracketed { past - at + usize::from(many) } else { 0 }
}

/// Whether a word stands before on the line.
pub(super) fn follows(tokens: &[Token], at: usize) -> bool {
    at.checked_sub(1).and_then(|b| tokens.get(b)).is_some_and(|t| matches!(t.kind, Kind::Word | Kind::Number))
}

/// "A good one", "the quick one", "found one": no amount, for it counts nothing.
pub(super) fn idle_one(catalogue: &Catalogue, tokens: &[Token], at: usize) -> bool {
    let one = tokens.get(at).is_some_and(|t| matches!(t.norm.as_str(), "one" | "ones"));
    let last = tokens.get(at + 1).is_none_or(|t| !matches!(t.kind, Kind::Word | Kind::Number));
    let just =
        at.checked_sub(2).and_then(|b| tokens.get(b)).is_some_and(|t| matches!(t.norm.as_str(), "just" | "only"));
    let before = at.checked_sub(1).and_then(|b| tokens.get(b)).filter(|t| t.kind == Kind::Word);
    one && last
        && !just
        && before.is_some_and(|t| {
            let sold = catalogue.word(&t.key).is_some_and(|w| !catalogue.having(w).is_empty());
            !sold && !lexicon::is_request(&t.norm) && !matches!(t.norm.as_str(), "just" | "only" | "and" | "x")
        })
}

/// "Half term": a part of nothing that is sold.
pub(super) fn idle_half(catalogue: &Catalogue, tokens: &[Token], at: usize) -> bool {
    let part = tokens.get(at).is_some_and(|t| matches!(t.norm.as_str(), "half" | "quarter"));
    part && tokens.get(at + 1).filter(|t| t.kind == Kind::Word).is_some_and(|t| {
        let sold = catalogue.word(&t.key).is_some_and(|w| !catalogue.having(w).is_empty())
            || catalogue.is_unit(&t.key)
            || units::package(&t.key).is_some()
            || units::measure(&t.norm).is_some();
        !sold && !matches!(t.norm.as_str(), "a" | "an" | "of" | "the" | "dozen" | "doz" | "and")
    })
}

/// Whether a number has letters glued to it that are neither a unit nor a product's word.
fn names_kind(catalogue: &Catalogue, tokens: &[Token], at: usize) -> bool {
    // "18v", "12b"; but "3x", "2t" and "5k" may be amounts.
    let letter = |t: &Token| t.norm.len() == 1 && !matches!(t.norm.as_str(), "x" | "k" | "t" | "n" | "a");
    tokens.get(at + 1).is_some_and(|next| {
        next.kind == Kind::Word
            && next.glued
            && ((2..=4).contains(&next.norm.len()) || letter(next))
            && units::measure(&next.norm).is_none()
            && units::package(&next.key).is_none()
            && !catalogue.is_unit(&next.key)
            && !lexicon::is_filler(&next.norm)
            && !matches!(next.norm.as_str(), "off" | "no" | "nos" | "doz" | "and" | "qty")
            && catalogue.word(&next.key).is_none_or(|w| catalogue.having(w).is_empty())
    })
}
