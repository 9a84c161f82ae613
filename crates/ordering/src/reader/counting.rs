//! Amounts with the units written beside them.
use super::index::Catalogue;
use super::lexer::{Element, What};
use super::numbers;
use super::text::{Kind, Token};
use super::units::{self, Measure};

/// An amount as written.
#[derive(Clone, Debug, Default)]
pub(super) struct Amount {
    /// In ten-thousandths.
    pub e4: i64,
    pub vague: bool,
    /// It was given in dozens.
    pub dozens: bool,
    /// A package word that followed: `2 cases`.
    pub package: Option<String>,
    /// A measure that followed: `10 kg`.
    pub measure: Option<Measure>,
    /// It was marked as a count: `2x`, `x 2`.
    pub times: bool,
    /// It tells which and not how many: the 32 of "2 of the 32", "300s".
    pub which: bool,
    /// It tells what a package holds: the 10 of "a pack of 10".
    pub holds: bool,
    /// Its tokens: the first and the one past the last.
    pub span: (usize, usize),
}

/// The number with the unit that follows it, over a hyphen or an "of".
pub(super) fn amount(
    catalogue: &Catalogue,
    tokens: &[Token],
    at: usize,
    open: usize,
    number: numbers::Number,
) -> (Amount, usize) {
    let mut amount = Amount {
        e4: number.e4,
        // "-2 milk" may be an item of a list or two less.
        vague: number.vague || signed(tokens, at),
        dozens: number.dozens,
        span: (at, at),
        which: which(tokens, at),
        holds: holds(catalogue, tokens, at),
        ..Amount::default()
    };
    let mut length = number.length;
    let mut next = at + length;
    if tokens.get(next).is_some_and(|t| t.is('-') && t.glued) {
        next += 1;
    }
    // 24in is a size.
    let inch = tokens.get(next).is_some_and(|t| t.glued && t.norm == "in");
    if inch && number.length == 1 {
        amount.measure = units::measure("inch");
        amount.span.1 = next + 1;
        return (amount, next + 1 - at);
    }
    let skips = |n: usize| tokens.get(n).is_some_and(|t| matches!(t.norm.as_str(), "of" | "more" | "extra"));
    // "3 no. hammers", "3 off", as builders count.
    let norm = |n: usize| tokens.get(n).map_or("", |t| t.norm.as_str());
    let pieces = match norm(next) {
        "no" | "nos" if tokens.get(next + 1).is_some_and(|t| t.is('.') && t.glued) => 2,
        "nos" | "nr" => 1,
        "no" if tokens.get(next).is_some_and(|t| t.glued) => 1,
        _ => 0,
    };
    if pieces > 0 {
        amount.package = Some("piece".to_owned());
        amount.span.1 = next + pieces;
        return (amount, next + pieces - at);
    }
    // "Cable ties 200s"
    if amount.which && norm(next) == "s" && number.length == 1 {
        amount.span.1 = next + 1;
        return (amount, next + 1 - at);
    }
    if matches!(norm(next), "fewer" | "less") && norm(next + 1) != "than" {
        next += 1;
        length = next - at;
    }
    if skips(next) && next < open {
        next += 1;
    }
    if let Some(token) = tokens.get(next).filter(|t| next < open && t.kind == Kind::Word) {
        if let Some(measure) = units::measure(&token.norm) {
            amount.measure = Some(measure);
            length = next + 1 - at;
        } else if let Some(package) = units::package(&token.key) {
            amount.package = Some(package.to_owned());
            // "4 pack" may be one pack of four.
            amount.vague |= token.norm == "pack" && amount.e4 > numbers::ONE;
            length = next + 1 - at;
        } else if catalogue.is_unit(&token.key) {
            amount.package = Some(token.key.clone());
            length = next + 1 - at;
        }
    }
    amount.span.1 = at + length;
    (amount, length)
}

/// Whether a number tells which: "2 of the 32", "300s".
fn which(tokens: &[Token], at: usize) -> bool {
    let back = |n: usize| at.checked_sub(n).and_then(|b| tokens.get(b));
    let norm = |n: usize| back(n).map_or("", |t| t.norm.as_str());
    let many = tokens.get(at + 1).is_some_and(|t| t.norm == "s" && t.glued);
    let of = if matches!(norm(1), "the" | "those") { 2 } else { 1 };
    let counted =
        norm(of) == "of" && back(of + 1).is_some_and(|t| t.kind == Kind::Number || numbers::numeral(&t.norm).is_some());
    tokens.get(at).is_some_and(|t| t.kind == Kind::Number) && (many || counted)
}

/// Whether a number tells what a package holds: "a pack of 10".
fn holds(catalogue: &Catalogue, tokens: &[Token], at: usize) -> bool {
    let back = |n: usize| at.checked_sub(n).and_then(|b| tokens.get(b));
    let package = |t: &Token| {
        units::measure(&t.norm).is_none() && (units::package(&t.key).is_some() || catalogue.is_unit(&t.key))
    };
    back(1).is_some_and(|t| t.norm == "of") && back(2).is_some_and(package)
}

/// The length in "M8x80" and "M8 x 50": a screw thread's, in millimetres.
pub(super) fn length_of_thread(tokens: &[Token], at: usize) -> Option<(Amount, usize)> {
    let norm = |n: usize| tokens.get(n).map_or("", |t| t.norm.as_str());
    let digits = |n: usize| tokens.get(n).is_some_and(|t| t.kind == Kind::Number);
    let thread = |x: usize| {
        norm(x) == "x" && x >= 2 && digits(x - 1) && norm(x - 2) == "m" && tokens.get(x - 1).is_some_and(|t| t.glued)
    };
    if !thread(at) || !digits(at + 1) {
        return None;
    }
    let e4 = numbers::digits(norm(at + 1))?;
    let named = usize::from(norm(at + 2) == "mm");
    let tied = tokens.get(at + 1).is_some_and(|t| t.glued);
    // "M8 x 50 bolts" is a size, "bolts M8 x 50" a count: of the second nothing but the count follows.
    let follows =
        tokens.get(at + 2).is_some_and(|t| t.kind == Kind::Word && norm(at + 2) != "and" && norm(at + 2) != "n");
    if named == 0 && !tied && !follows {
        return None;
    }
    let amount = Amount { e4, measure: units::measure("mm"), span: (at, at + 2 + named), ..Amount::default() };
    Some((amount, 2 + named))
}

/// "A kilo and a half", "a tray and a half".
pub(super) fn one_and_a_half(catalogue: &Catalogue, tokens: &[Token], at: usize) -> Option<(Amount, usize)> {
    let norm = |n: usize| tokens.get(n).map_or("", |t| t.norm.as_str());
    let unit = tokens.get(at + 1)?;
    let measure = units::measure(&unit.norm);
    let package =
        units::package(&unit.key).map(str::to_owned).or(catalogue.is_unit(&unit.key).then(|| unit.key.clone()));
    let whole = matches!(norm(at), "a" | "an" | "one" | "1") && (measure.is_some() || package.is_some());
    if !whole || norm(at + 2) != "and" || norm(at + 3) != "a" || norm(at + 4) != "half" {
        return None;
    }
    let package = package.filter(|_| measure.is_none());
    let e4 = numbers::ONE * 3 / 2;
    let length = 5 + usize::from(norm(at + 5) == "of");
    Some((Amount { e4, package, measure, span: (at, at + length), ..Amount::default() }, length))
}

/// Whether a minus stands before a number, and not between two.
fn signed(tokens: &[Token], at: usize) -> bool {
    let back = |n: usize| at.checked_sub(n).and_then(|b| tokens.get(b));
    let minus = back(1).is_some_and(|t| t.is('-') && (!t.glued || back(2).is_some_and(|b| b.kind == Kind::Newline)));
    minus && tokens.get(at).is_some_and(|t| t.glued)
}

/// Tells each amount beside an `x` that it is a count.
pub(super) fn mark_times(tokens: &[Token], elements: &mut [Element]) {
    for at in 0..elements.len() {
        if !matches!(elements.get(at).map(|e| &e.what), Some(What::Times)) {
            continue;
        }
        // "2 x 5kg" counts the 2; "5kg x 2" counts the 2 as well: the one without a measure.
        let before = at.checked_sub(1);
        let counts = |place: Option<usize>, elements: &[Element]| {
            place
                .and_then(|p| elements.get(p))
                .is_some_and(|e| matches!(&e.what, What::Amount(a) if a.measure.is_none() && a.package.is_none()))
        };
        // "Ties 300 x5": the one it is written to.
        let (x, next) = (elements.get(at).map(|e| e.first), elements.get(at + 1).map(|e| e.first));
        let glued = |token: Option<usize>| token.and_then(|t| tokens.get(t)).is_some_and(|t| t.glued);
        let to_the_next = glued(next) && !glued(x) || tokens.get(x.unwrap_or_default()).is_some_and(|t| t.norm != "x");
        let after = counts(Some(at + 1), elements) && to_the_next;
        // "Zip ties 370 x 200": behind the product the size comes first.
        let behind = at.checked_sub(2).and_then(|b| elements.get(b)).is_some_and(|e| matches!(e.what, What::Phrase(_)))
            && counts(Some(at + 1), elements)
            && elements.get(at + 2).is_none_or(|e| matches!(e.what, What::Stop { .. } | What::Join));
        let place = if counts(before, elements) && !after && !behind { before } else { Some(at + 1) };
        // "M8 x 50mm" is a size.
        let place = place
            .filter(|p| elements.get(*p).is_some_and(|e| matches!(&e.what, What::Amount(a) if a.measure.is_none())));
        if let Some(What::Amount(amount)) = place.and_then(|p| elements.get_mut(p)).map(|e| &mut e.what) {
            amount.times = true;
        }
    }
}
