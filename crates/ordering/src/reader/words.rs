//! The words of an item as the catalogue knows them: looked up, taken apart, or guessed from a misspelling.
use super::extents;
use super::index::Catalogue;
use super::items::Item;
use super::lexicon;
use super::numbers;
use super::text::{Kind, Token};
use std::collections::HashMap;

/// Words of an item that are looked at. No product is named in more.
const WORDS: usize = 16;
/// Misspelt words looked up per message.
const LOOKUPS: usize = 256;

/// A word of an item: what it is in the vocabulary, or what it might be.
pub(super) struct Said {
    pub readings: Vec<u32>,
    /// What is left of its weight as evidence after its misspelling.
    pub trust: f64,
    pub weight: f64,
    pub number: bool,
    /// It says which size: "the big ones".
    pub extent: bool,
}

/// Looks up misspelt words, each once and not too many.
#[derive(Debug, Default)]
pub(super) struct Speller {
    known: HashMap<String, Vec<(u32, Slip)>>,
}

/// How a word differs from the catalogue's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slip {
    /// So many edits.
    Edits(usize),
    /// It is short for it.
    Short,
}

impl Speller {
    fn near(&mut self, catalogue: &Catalogue, token: &Token) -> Vec<(u32, Slip)> {
        let key = token.key.as_str();
        if let Some(found) = self.known.get(key) {
            return found.clone();
        }
        if self.known.len() >= LOOKUPS {
            return Vec::new();
        }
        let mut found: Vec<(u32, Slip)> = catalogue.near(key).into_iter().map(|(n, e)| (n, Slip::Edits(e))).collect();
        if found.is_empty() {
            found = catalogue.short_for(&token.norm).into_iter().map(|n| (n, Slip::Short)).collect();
        }
        self.known.insert(key.to_owned(), found.clone());
        found
    }
}

/// The words of an item that may name its product.
pub(super) fn said(catalogue: &Catalogue, speller: &mut Speller, tokens: &[Token], item: &Item) -> Vec<Said> {
    // The ending of "501s" is no word.
    let ending = |at: usize, t: &Token| {
        let number = at.checked_sub(1).and_then(|b| tokens.get(b)).filter(|t| t.kind == Kind::Number);
        t.norm == "s" && t.glued && number.is_some_and(|n| !catalogue.side_by_side(&n.key, &t.key))
    };
    let words = item.content.iter().filter_map(|at| tokens.get(*at).filter(|t| !ending(*at, t)));
    let words: Vec<&Token> = words.filter(|t| matches!(t.kind, Kind::Word | Kind::Number)).take(WORDS).collect();
    let keys = compounds(catalogue, &words);
    keys.into_iter()
        .map(|(token, key)| {
            let number = token.kind == Kind::Number;
            let extent = extents::extent(&token.norm).is_some();
            if let Some(word) = catalogue.word(&key) {
                let readings = with_long(catalogue, word, token);
                return Said { readings, trust: 1.0, weight: catalogue.weight(Some(word)), number, extent };
            }
            if let Some(word) = numbers::numeral(&key).and_then(|n| catalogue.word(n.to_string().as_str())) {
                return Said {
                    readings: vec![word],
                    trust: 1.0,
                    weight: catalogue.weight(Some(word)),
                    number: true,
                    extent,
                };
            }
            let near = if token.kind == Kind::Word { speller.near(catalogue, token) } else { Vec::new() };
            // One slip in a long word is a typo; in a short one it may be another word.
            let trust = match (near.first().map(|(_, slip)| *slip), token.key.chars().count()) {
                (None | Some(Slip::Edits(0)), _) => 1.0,
                (Some(Slip::Edits(1)), 6..) => 0.95,
                (Some(Slip::Edits(1)), _) => 0.87,
                (Some(Slip::Short), _) => 0.9,
                _ => 0.89,
            };
            let weight = catalogue.weight(near.first().map(|(word, _)| *word));
            Said { readings: near.into_iter().map(|(word, _)| word).collect(), trust, weight, number, extent }
        })
        .collect()
}

/// A word of the catalogue, and where only numbers of stock have it ("BLK" of "TAPE-BLK") what it is short for.
fn with_long(catalogue: &Catalogue, word: u32, token: &Token) -> Vec<u32> {
    let mut readings = vec![word];
    if token.kind == Kind::Word && !catalogue.is_spoken(word) {
        readings.extend(catalogue.short_for(&token.norm));
    }
    readings
}

/// The words' keys, where the catalogue writes in two words what was said in one ("leverarch") or the reverse.
fn compounds<'a>(catalogue: &Catalogue, words: &[&'a Token]) -> Vec<(&'a Token, String)> {
    let mut out = Vec::with_capacity(words.len());
    let mut rest = words.iter().copied().peekable();
    while let Some(token) = rest.next() {
        if token.kind != Kind::Word || catalogue.word(&token.key).is_some() {
            out.push((token, token.key.clone()));
            continue;
        }
        let joined = rest.peek().map(|next| format!("{}{}", token.norm, next.key));
        if let Some(joined) = joined.filter(|j| catalogue.word(j).is_some()) {
            rest.next();
            out.push((token, joined));
            continue;
        }
        let halves = token.key.char_indices().map(|(at, _)| at).skip(3).take(12).find_map(|at| {
            let (left, right) = token.key.split_at_checked(at)?;
            let known = right.len() > 2 && catalogue.word(left).is_some() && catalogue.word(right).is_some();
            known.then(|| (left.to_owned(), right.to_owned()))
        });
        match halves {
            Some((left, right)) => out.extend([(token, left), (token, right)]),
            None => out.push((token, token.key.clone())),
        }
    }
    out
}

/// All words of an item in order, as they may name a variant.
pub(super) fn spoken(catalogue: &Catalogue, speller: &mut Speller, tokens: &[Token], item: &Item) -> Vec<Vec<u32>> {
    let Some((first, past)) = item.span else {
        return Vec::new();
    };
    let words = tokens
        .get(first..past)
        .into_iter()
        .flatten()
        .filter(|t| matches!(t.kind, Kind::Word | Kind::Number | Kind::Punct('%')));
    let mut read = |t: &Token| match catalogue.word(&t.key) {
        Some(word) => with_long(catalogue, word, t),
        None if numbers::numeral(&t.norm).is_some() => {
            let digits = numbers::numeral(&t.norm).map(|n| n.to_string()).unwrap_or_default();
            catalogue.word(&digits).into_iter().collect()
        }
        None if t.kind == Kind::Word && t.norm.len() > 1 && !lexicon::is_filler(&t.norm) => {
            speller.near(catalogue, t).into_iter().map(|(word, _)| word).collect()
        }
        None => Vec::new(),
    };
    words.take(4 * WORDS).map(&mut read).collect()
}
