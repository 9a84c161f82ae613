//! Naming the tokens of a message: amounts, units, product phrases, cues, and what only joins or decorates them.
use super::counting::{self, Amount};
use super::cues::{self, Cue};
use super::entry::PhraseKind;
use super::index::{Catalogue, Hit};
use super::lexicon;
use super::names;
use super::noise;
use super::numbers;
use super::relative;
use super::text::{Kind, Token};
use super::units::{self, Measure};

/// What a run of tokens is.
#[derive(Clone, Debug)]
pub(super) enum What {
    /// An amount, with the unit that follows it.
    Amount(Amount),
    /// A package word away from any amount.
    Unit(String),
    /// A measure's name away from any amount.
    Measure(Measure),
    /// A phrase of the catalogue.
    Phrase(Hit),
    /// A word that may name a product.
    Word,
    /// A verb of ordering.
    Request,
    /// A word after which no product follows.
    Preposition,
    /// A word that says nothing.
    Filler,
    /// A number that is no amount.
    Noise,
    Article,
    Times,
    Join,
    Colon,
    Cue(Cue),
    /// "The usual".
    Reference,
    /// The end of a sentence; asked or not.
    Stop {
        asked: bool,
    },
}

/// A named run of tokens.
#[derive(Clone, Debug)]
pub(super) struct Element {
    pub what: What,
    /// The first token and the one past the last.
    pub first: usize,
    pub past: usize,
}

/// Names all tokens.
pub(super) fn lex(catalogue: &Catalogue, tokens: &[Token]) -> Vec<Element> {
    let words: Vec<&str> = tokens.iter().map(|t| t.norm.as_str()).collect();
    let mut hits: Vec<Option<Hit>> = vec![None; tokens.len()];
    let mut claimed = vec![false; tokens.len()];
    let mut at = 0;
    while at < tokens.len() {
        let rest = tokens.get(at..).unwrap_or_default();
        match catalogue.longest(rest).filter(|hit| names_product(catalogue, tokens, at, hit)) {
            Some(hit) => {
                let past = at + hit.length;
                // A phrase of one bare number is only kept from the noise where other words prove it.
                claimed.get_mut(at..past).into_iter().flatten().for_each(|t| *t = true);
                if let Some(slot) = hits.get_mut(at) {
                    *slot = Some(hit);
                }
                at = past;
            }
            None => at += 1,
        }
    }
    let struck = noise::mask(tokens, &claimed, |t| catalogue.word(&t.key).is_some());
    let mut elements = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        let (what, length) = match hits.get_mut(at).and_then(Option::take) {
            Some(hit) => {
                let length = hit.length;
                (What::Phrase(hit), length)
            }
            // "1) Paper 2) Pens": the marker parts.
            None if noise::marker(tokens, at) => (What::Stop { asked: false }, 2),
            None if struck.get(at) == Some(&true) => (What::Noise, 1),
            None => name(catalogue, tokens, &words, &claimed, at),
        };
        elements.push(Element { what, first: at, past: at + length });
        at += length;
    }
    unveil(catalogue, tokens, &mut elements);
    counting::mark_times(tokens, &mut elements);
    elements
}

/// Whether a phrase stands for a product here. A lone word that is also a number, a unit or a word of courtesy does so
/// only as a name, an alias or a number of stock.
fn names_product(catalogue: &Catalogue, tokens: &[Token], at: usize, hit: &Hit) -> bool {
    if hit.length > 1 {
        return true;
    }
    let Some(token) = tokens.get(at) else { return false };
    if token.kind == Kind::Number {
        // The shade "6.66" is a name, "6.66 kg" and "£6.66" are none.
        let priced = at
            .checked_sub(1)
            .and_then(|b| tokens.get(b))
            .is_some_and(|t| matches!(t.kind, Kind::Punct('@' | '£' | '$' | '€')) || t.norm == "at");
        let measured = tokens.get(at + 1).is_some_and(|t| units::measure(&t.norm).is_some());
        let kinds = || catalogue.ends(hit.node).map(|(_, p)| p.kind);
        // "6 x 501 bulbs", "501 x 4": what has a number for its name is told from an amount by the amount beside it.
        let before = at.checked_sub(1).and_then(|b| tokens.get(b));
        let after = |n: usize| tokens.get(at + n);
        let is_number = |t: Option<&Token>| t.is_some_and(|t| t.kind == Kind::Number);
        let x = |t: Option<&Token>| t.is_some_and(|t| t.norm == "x");
        let counted = is_number(before) || x(before) && is_number(at.checked_sub(2).and_then(|b| tokens.get(b)));
        let counts = x(after(1)) && is_number(after(2)) || is_number(after(1));
        let named = counted && !counts || counts && !counted;
        return !priced && !measured && kinds().any(|k| k == PhraseKind::Variant || named && k < PhraseKind::Keyword);
    }
    let common = lexicon::is_filler(&token.norm)
        || catalogue.is_unit(&token.key)
        || units::package(&token.key).is_some()
        || units::measure(&token.norm).is_some();
    let named = catalogue.ends(hit.node).any(|(_, p)| p.kind < PhraseKind::Keyword);
    !common || named && !lexicon::is_filler(&token.norm) && units::measure(&token.norm).is_none()
}

fn name(catalogue: &Catalogue, tokens: &[Token], words: &[&str], claimed: &[bool], at: usize) -> (What, usize) {
    let Some(token) = tokens.get(at) else {
        return (What::Filler, 1);
    };
    let rest = words.get(at..).unwrap_or_default();
    match token.kind {
        Kind::Newline => return (What::Stop { asked: false }, 1),
        // "Bananas .... 6 kg"
        Kind::Punct('.') if leads(catalogue, tokens, at) => return (What::Colon, 1),
        Kind::Punct('.') if names::shortens(catalogue, tokens, at) => return (What::Filler, 1),
        // "Stop/tail" is one name or two alternatives, "pens / files" two items.
        Kind::Punct('/') if token.glued && tokens.get(at + 1).is_some_and(|t| t.glued && t.kind == Kind::Word) => {
            return (What::Filler, 1);
        }
        Kind::Punct(mark) => {
            return (punctuation(mark, token.glued), 1);
        }
        Kind::Word | Kind::Number => {}
    }
    let reference = cues::is_reference(rest);
    // "The usual thinners x 2" names them.
    let named = |n: usize| {
        tokens
            .get(n)
            .is_some_and(|t| t.kind == Kind::Word && !lexicon::is_filler(&t.norm) && cues::cue(&[&t.norm]).is_none())
            && !words.get(n).is_some_and(|w| is_join(w))
    };
    if reference > 0 && words.get(at + reference - 1) == Some(&"usual") && named(at + reference) {
        return (What::Filler, reference);
    }
    if reference > 0 {
        return (What::Reference, reference);
    }
    // "A full case"
    if matches!(token.norm.as_str(), "full" | "whole" | "entire")
        && tokens.get(at + 1).is_some_and(|t| units::package(&t.key).is_some() || catalogue.is_unit(&t.key))
    {
        return (What::Filler, 1);
    }
    let wish = cues::wish(rest);
    if wish > 0 {
        return (What::Request, wish);
    }
    let idiom = cues::idiom(rest);
    if idiom > 0 {
        return (What::Filler, idiom);
    }
    let before = at.checked_sub(1).and_then(|b| tokens.get(b));
    // So is "talk" in "I would like to talk".
    if before.is_some_and(|t| t.norm == "to")
        && at.checked_sub(2).and_then(|b| words.get(b)).is_some_and(|w| lexicon::is_request(w))
        && token.kind == Kind::Word
        && cues::cue(rest).is_none()
    {
        return (if lexicon::is_request(&token.norm) { What::Request } else { What::Filler }, 1);
    }
    let named = names::words(catalogue, tokens, claimed, at);
    if named > 0 {
        return (What::Word, named);
    }
    // "Hold on, no. Make it 3", "screws no. 8"
    if token.norm == "no" && tokens.get(at + 1).is_some_and(|t| t.is('.') && t.glued) && names::follows(tokens, at) {
        return (What::Filler, 2);
    }
    if names::idle_one(catalogue, tokens, at) || names::idle_half(catalogue, tokens, at) {
        return (What::Filler, 1);
    }
    if let Some((amount, length)) = counting::length_of_thread(tokens, at) {
        return (What::Amount(amount), length);
    }
    if let Some((amount, length)) = counting::one_and_a_half(catalogue, tokens, at) {
        return (What::Amount(amount), length);
    }
    let open = claimed.iter().skip(at).position(|t| *t).map_or(tokens.len(), |n| at + n);
    if let Some(number) = numbers::read(tokens.get(at..open).unwrap_or_default()).filter(|n| n.e4 >= 0) {
        let (amount, length) = counting::amount(catalogue, tokens, at, open, number);
        return (What::Amount(amount), length);
    }
    // "Take 2 hammers off"
    let away = |w: &&str| matches!(*w, "off" | "out" | "away");
    let near = rest.iter().skip(1).take(6);
    let scale = relative::scale(rest);
    if scale > 0 {
        return (What::Cue(Cue::Scale), scale);
    }
    if relative::changes(rest) {
        return (What::Cue(Cue::Change), 2);
    }
    if matches!(token.norm.as_str(), "take" | "leave" | "knock") && near.take_while(|w| !w.is_empty()).any(away) {
        return (What::Cue(Cue::Exclude), 1);
    }
    if let Some((mut cue, length)) = cues::cue(rest) {
        let named = claimed.get(at + 1) == Some(&true);
        if token.norm == "no" && length == 1 && !named && corrects(tokens.get(at + 1)) {
            cue = Cue::Correct;
        }
        return (What::Cue(cue), length);
    }
    (single(catalogue, token, words, at), 1)
}

/// Whether dots lead here to the amount at the end of a row.
fn leads(catalogue: &Catalogue, tokens: &[Token], at: usize) -> bool {
    let dot = |n: usize| tokens.get(n).is_some_and(|t| t.is('.'));
    let beside = dot(at + 1) || at.checked_sub(1).is_some_and(dot);
    let Some(next) = (at + 1..tokens.len()).take(40).find(|n| !dot(*n)) else { return false };
    let number = tokens.get(next).is_some_and(|t| t.kind == Kind::Number);
    let unit =
        |t: &Token| units::measure(&t.norm).is_some() || units::package(&t.key).is_some() || catalogue.is_unit(&t.key);
    beside && number && tokens.get(next + 1).is_none_or(|t| t.kind == Kind::Newline || unit(t))
}

/// What a word is on its own.
fn single(catalogue: &Catalogue, token: &Token, words: &[&str], at: usize) -> What {
    if matches!(token.norm.as_str(), "x" | "qty" | "quantity") {
        return What::Times;
    }
    if is_join(&token.norm) {
        return What::Join;
    }
    if matches!(token.norm.as_str(), "a" | "an") {
        return What::Article;
    }
    // "Can I" is no tin, "a can of" is.
    let neighbour = |n: Option<usize>, any: &[&str]| n.and_then(|n| words.get(n)).is_some_and(|w| any.contains(w));
    let verb =
        token.norm == "can" && !neighbour(at.checked_sub(1), &["a", "per", "the"]) && !neighbour(Some(at + 1), &["of"]);
    if verb {
        return What::Filler;
    }
    let package = units::package(&token.key).filter(|_| token.norm != "each");
    if package.is_some() || catalogue.is_unit(&token.key) && units::measure(&token.norm).is_none() {
        return What::Unit(package.map_or_else(|| token.key.clone(), str::to_owned));
    }
    if token.norm.len() > 1
        && let Some(measure) = units::measure(&token.norm)
    {
        return What::Measure(measure);
    }
    if lexicon::is_request(&token.norm) {
        return What::Request;
    }
    if lexicon::is_preposition(&token.norm) {
        return What::Preposition;
    }
    if lexicon::is_filler(&token.norm) {
        return What::Filler;
    }
    What::Word
}

fn is_join(norm: &str) -> bool {
    matches!(norm, "and" | "then" | "n" | "und" | "et")
}

fn punctuation(mark: char, glued: bool) -> What {
    match mark {
        '?' => What::Stop { asked: true },
        '.' | '!' | ';' | '•' | '|' => What::Stop { asked: false },
        ',' | '+' | '/' => What::Join,
        _ if glued && mark == '-' => What::Filler,
        ':' | '=' | '>' | '-' => What::Colon,
        _ => What::Filler,
    }
}

/// Whether the token after a "no" makes it a correction: "no, 3", "no 3", "no make it 3".
fn corrects(next: Option<&Token>) -> bool {
    next.is_none_or(|t| {
        matches!(t.kind, Kind::Number | Kind::Punct(_) | Kind::Newline)
            || matches!(t.norm.as_str(), "make" | "actually" | "i" | "its" | "it" | "wait" | "sorry")
    })
}

/// A word of talk straight after an amount is a product's where the catalogue has it: "4 still".
fn unveil(catalogue: &Catalogue, tokens: &[Token], elements: &mut [Element]) {
    let mut counted = false;
    for element in elements {
        let token = tokens.get(element.first);
        if counted
            && matches!(element.what, What::Filler | What::Request)
            && token.is_some_and(|t| {
                t.norm.len() > 3
                    && t.norm != "with"
                    && catalogue.word(&t.key).is_some_and(|w| !catalogue.having(w).is_empty())
            })
        {
            element.what = What::Word;
        }
        counted = matches!(element.what, What::Amount(_));
    }
}
