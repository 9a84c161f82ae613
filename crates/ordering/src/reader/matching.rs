//! Which product an item means. Only products that share a word with it are looked at, and of those the likeliest.
use super::counting::Amount;
use super::entry::{Entry, Phrase, PhraseKind};
use super::index::Catalogue;
use super::items::Item;
use super::text::Token;
use super::units::Measure;
use super::variants::{self, Choice};
use super::words::{Said, Speller, said, spoken};
use std::collections::HashMap;

/// Products compared closely per item.
const CANDIDATES: usize = 32;
/// Products drawn from one word's postings.
const DRAWN: usize = 256;
/// A measure the product does not come in speaks against it.
const WRONG_MEASURE: f64 = 0.5;
/// 10 ml may be five of 2 ml, but are likelier the product of 10 ml.
const OF_SIZES: f64 = 0.7;
/// The most that a part of a name is worth.
const PART: f64 = 0.82;
/// How much of a name is enough where nothing else was said.
const PLAIN_PART: f64 = 0.42;
/// A word unexplained speaks against a product; more so if another product has it.
const OF_ANOTHER: f64 = 1.5;
/// The size at the end of a name is seldom said: what it weighs where it is not.
const UNSAID_SIZE: f64 = 0.3;
/// So does a number that is no part of it.
const WRONG_CODE: f64 = 0.5;

/// How well a product fits an item.
#[derive(Clone, Debug)]
pub(super) struct Scored {
    pub product: u32,
    /// 0 to 1.
    pub score: f64,
    pub choice: Choice,
    /// Words of the item that the product does not explain.
    pub unexplained: usize,
    /// Most of what was said is the product, and most of a name of the product was said.
    pub close: bool,
    /// A keyword is all that was said of it.
    pub keyword: bool,
    /// What its words are worth after their misspellings, 0 to 1.
    pub trust: f64,
}

fn drawn(catalogue: &Catalogue, item: &Item, said: &[Said]) -> Vec<u32> {
    let mut out: Vec<u32> = Vec::new();
    for node in &item.phrases {
        out.extend(catalogue.ends(*node).map(|(product, _)| product).take(CANDIDATES));
    }
    let mut votes: HashMap<u32, f64> = HashMap::new();
    for word in said {
        for reading in &word.readings {
            for product in catalogue.having(*reading).iter().take(DRAWN) {
                *votes.entry(*product).or_default() += word.weight * word.trust;
            }
        }
    }
    let mut votes: Vec<(u32, f64)> = votes.into_iter().collect();
    votes.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    out.extend(votes.into_iter().take(CANDIDATES).map(|(product, _)| product));
    out.sort_unstable();
    out.dedup();
    out
}

/// The products an item may mean, best first.
pub(super) fn rank(catalogue: &Catalogue, speller: &mut Speller, tokens: &[Token], item: &Item) -> Vec<Scored> {
    let said = said(catalogue, speller, tokens, item);
    if said.is_empty() {
        return Vec::new();
    }
    let spoken = spoken(catalogue, speller, tokens, item);
    let asked = Asked { catalogue, item, said: &said, spoken: &spoken, packed: packed(catalogue, item) };
    let mut out: Vec<Scored> = drawn(catalogue, item, &said)
        .into_iter()
        .filter_map(|product| Some(score(&asked, product, catalogue.entry(product)?)))
        .filter(|scored| scored.score > 0.15)
        .collect();
    out.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.product.cmp(&b.product)));
    out
}

/// How well one product fits an item.
pub(super) fn fit(
    catalogue: &Catalogue,
    speller: &mut Speller,
    tokens: &[Token],
    item: &Item,
    product: u32,
) -> Option<Scored> {
    let said = said(catalogue, speller, tokens, item);
    let spoken = spoken(catalogue, speller, tokens, item);
    let asked = Asked { catalogue, item, said: &said, spoken: &spoken, packed: packed(catalogue, item) };
    Some(score(&asked, product, catalogue.entry(product)?))
}

/// What an item says, looked up.
struct Asked<'a> {
    catalogue: &'a Catalogue,
    item: &'a Item,
    said: &'a [Said],
    spoken: &'a [Vec<u32>],
    /// The package words and units it holds, as words of the vocabulary.
    packed: Vec<u32>,
}

fn packed(catalogue: &Catalogue, item: &Item) -> Vec<u32> {
    let of_amounts = item.amounts.iter().filter_map(|a| a.package.as_ref());
    item.packages.iter().chain(of_amounts).filter_map(|p| catalogue.word(p)).collect()
}

fn score(asked: &Asked<'_>, product: u32, entry: &Entry) -> Scored {
    let Asked { catalogue, item, said, spoken, .. } = *asked;
    let mut choice = variants::choose(catalogue, entry, spoken, &item.amounts, &item.packages, item.extent);
    let mut best = (0.0, None::<&Phrase>);
    for phrase in &entry.phrases {
        let value = strength(asked, phrase);
        // Of two that are said in full the longer is meant: BOLT-M8-80, not BOLT-M8.
        let longer = best.1.is_some_and(|b| phrase.words.len() > b.words.len()) && value > 0.9;
        if value > best.0 || longer {
            best = (value.max(best.0), Some(phrase));
        }
    }
    if let Some(variant) = best.1.and_then(|p| p.variant).filter(|_| best.0 > 0.9) {
        choice.contradictory |= choice.variant.is_some_and(|v| v != variant);
        choice.variant = Some(variant);
    }
    let sized = choice.by_extent;
    let own = |word: &u32| entry.phrases.iter().any(|p| p.words.contains(word)) || choice.words.contains(word);
    let (mut all, mut explained, mut unexplained) = (0.0, 0.0, 0);
    let explains = |word: &Said| word.readings.iter().any(own) || sized && word.extent;
    for word in said {
        let explains = explains(word);
        all += word.weight * if explains || word.readings.is_empty() { 1.0 } else { OF_ANOTHER };
        if explains {
            explained += word.weight;
        } else {
            unexplained += 1;
        }
    }
    let measured = item.amounts.iter().all(|a| {
        a.measure.is_none()
            || choice.variant.is_some() && choice.amount.is_some()
            || variants::fits(entry, a) && !is_other_size(entry, a)
            || is_size(entry, a)
            || in_sizes(entry, a)
    });
    let share = if all > 0.0 { explained / all } else { 0.0 };
    let mut score = best.0 * share;
    // M10 is no M8, however alike the rest.
    let code = said.iter().any(|s| s.number && !s.readings.iter().any(own));
    if code {
        score *= WRONG_CODE;
    }
    if !measured {
        score *= WRONG_MEASURE;
    } else if item.amounts.iter().any(|a| in_sizes(entry, a) && !is_size(entry, a)) {
        score *= OF_SIZES;
    }
    // "Desk" is no desk stapler, "cherry tomatoes" are no tomatoes.
    // "Cement mixers" are no cement: the last word says what a thing is.
    let explained_last = said.last().is_none_or(explains);
    let used = said.iter().filter(|s| s.readings.iter().any(own));
    let trust = used.map(|s| s.trust).fold(1.0, f64::min);
    // "The quilted", where nothing else is said: less of the name will do.
    let enough: f64 = if unexplained == 0 && trust >= 1.0 { PLAIN_PART } else { 0.5 };
    let close = share >= if explained_last { 0.5 } else { 0.75 } && best.0 >= PART * enough.sqrt();
    let keyword = best.1.is_some_and(|p| p.kind == PhraseKind::Keyword);
    Scored { product, score, choice, unexplained, close, keyword, trust }
}

/// Whether an amount is the size in the product's name.
pub(super) fn is_size(entry: &Entry, amount: &Amount) -> bool {
    entry.sizes.iter().any(|size| equals(amount, *size))
}

/// Whether an amount is this measure, whatever its unit: 5 litres are 5 l, 0.5 l are 500 ml.
fn equals(amount: &Amount, (e4, own): (i64, Measure)) -> bool {
    amount.measure.is_some_and(|measure| {
        own.dimension == measure.dimension
            && i128::from(e4) * i128::from(own.steps) == i128::from(amount.e4) * i128::from(measure.steps)
    })
}

/// Whether an amount is so many of the size in the name: 5 litres of bottles of a litre.
fn in_sizes(entry: &Entry, amount: &Amount) -> bool {
    entry.unit_measure.is_none() && entry.sizes.iter().any(|size| super::amounts::multiple(amount, *size).is_some())
}

/// Whether an amount is a size of the kind in the product's name and not that one: 22 mm of a 15 mm pipe.
fn is_other_size(entry: &Entry, amount: &Amount) -> bool {
    let same = |own: &Measure| Some(*own) == amount.measure;
    !is_size(entry, amount)
        && entry.sizes.iter().any(|(_, own)| same(own))
        && !entry.unit_measure.as_ref().is_some_and(same)
}

/// How strongly the words said stand for a phrase: all of it, or a part.
fn strength(asked: &Asked<'_>, phrase: &Phrase) -> f64 {
    let Asked { catalogue, item, said, .. } = *asked;
    let (mut all, mut found, mut trust) = (0.0, 0.0, 1.0);
    let mut missing = 0;
    let mut places = Vec::with_capacity(phrase.words.len());
    for (at, word) in phrase.words.iter().enumerate() {
        let weight = catalogue.weight(Some(*word));
        let size = phrase.sizes.iter().find(|(place, _)| at == *place || at == place + 1).map(|(_, size)| *size);
        match said.iter().position(|s| s.readings.contains(word)) {
            Some(place) => {
                all += weight;
                found += weight;
                trust *= said.get(place).map_or(1.0, |s| s.trust);
                places.push(place);
            }
            None if size.is_some_and(|size| item.amounts.iter().any(|a| equals(a, size))) => {
                all += weight;
                found += weight;
            }
            // "Front discs", sold by the disc: the unit is a word of the name.
            None if asked.packed.contains(word) => {
                all += weight;
                found += weight;
            }
            None => {
                all += weight * if size.is_some() { UNSAID_SIZE } else { 1.0 };
                missing += 1;
            }
        }
    }
    if found <= 0.0 {
        return 0.0;
    }
    if missing > 0 {
        // A part of a name may be all people say of it; a part of a number of stock or a keyword proves little.
        return match phrase.kind {
            PhraseKind::Name | PhraseKind::Alias => PART * (found / all).sqrt() * trust,
            PhraseKind::Keyword => 0.4 * (found / all) * trust,
            PhraseKind::Sku | PhraseKind::Variant => 0.0,
        };
    }
    let in_order = places.windows(2).all(|pair| matches!(pair, [a, b] if a < b));
    let order = if in_order { 1.0 } else { 0.88 };
    let kind = match phrase.kind {
        PhraseKind::Sku => 0.99,
        PhraseKind::Name => 0.98,
        PhraseKind::Alias => 0.97,
        PhraseKind::Variant => 0.95,
        PhraseKind::Keyword => 0.80,
    };
    kind * trust * order
}
