//! Which variant of a product is meant: by a measure, a pack size, or its value's words.
use super::counting::Amount;
use super::entry::{Entry, VariantKeys};
use super::extents::{self, Extent};
use super::index::Catalogue;
use super::numbers::{self, ONE};
use super::units;

/// The variant chosen, and what of the item speaks for it.
#[derive(Clone, Debug, Default)]
pub(super) struct Choice {
    /// By place in the product.
    pub variant: Option<usize>,
    /// The amount that named it, by place, which is then no quantity.
    pub amount: Option<usize>,
    /// Two variants were named, or an amount names one that does not exist.
    pub contradictory: bool,
    /// Words of the vocabulary that the choice explains.
    pub words: Vec<u32>,
    /// It was named as the big or the small one.
    pub by_extent: bool,
    /// It may be another.
    pub guessed: bool,
}

/// From here on a bare number may be a variant's measure without its unit.
const LARGE: i64 = 100 * ONE;

/// Whether an amount is this variant's measure or pack size.
fn is_amount(variant: &VariantKeys, amount: &Amount) -> bool {
    match (&amount.measure, &amount.package) {
        (Some(measure), _) => variant.measure.is_some_and(|(e4, own)| {
            i128::from(e4) * i128::from(own.steps) == i128::from(amount.e4) * i128::from(measure.steps)
                && own.dimension == measure.dimension
        }),
        (None, Some(package)) => {
            package == "pack" && variant.pack == Some(amount.e4) && amount.e4 > ONE
                || amount.e4 >= LARGE && variant.measure.is_some_and(|(e4, _)| e4 == amount.e4)
        }
        // "Coke 330": so large a count is named before the product.
        // So is "micropore 1.25", which counts nothing.
        (None, None) if amount.which => variant.number == Some(amount.e4),
        (None, None) => {
            (amount.e4 >= LARGE || amount.e4 % ONE != 0)
                && !amount.times
                && variant.measure.is_some_and(|(e4, _)| e4 == amount.e4)
        }
    }
}

pub(super) fn entries<'a>(catalogue: &'a Catalogue, phrases: &[u32]) -> impl Iterator<Item = &'a Entry> {
    let products = phrases.iter().flat_map(|node| catalogue.ends(*node)).map(|(product, _)| product);
    products.take(16).filter_map(|product| catalogue.entry(product))
}

/// Whether an amount names a variant of a product these phrases stand for.
pub(super) fn names_amount(catalogue: &Catalogue, phrases: &[u32], amount: &Amount) -> bool {
    entries(catalogue, phrases).any(|entry| entry.variants.iter().any(|v| is_amount(v, amount)))
}

/// Whether words name a variant of a product these phrases stand for.
pub(super) fn names_words(catalogue: &Catalogue, phrases: &[u32], words: &[&str]) -> bool {
    let numbers: Option<Vec<u32>> = words.iter().map(|w| catalogue.word(w)).collect();
    let Some(numbers) = numbers else { return false };
    entries(catalogue, phrases)
        .any(|entry| entry.variants.iter().any(|v| v.forms.iter().any(|form| numbers.iter().all(|n| form.contains(n)))))
}

/// Whether these words name one variant and those another, of a product these phrases stand for.
pub(super) fn names_two(catalogue: &Catalogue, phrases: &[u32], first: &[&str], second: &[&str]) -> bool {
    let numbers = |words: &[&str]| words.iter().filter_map(|w| catalogue.word(w)).collect::<Vec<u32>>();
    let (first, second) = (numbers(first), numbers(second));
    entries(catalogue, phrases).any(|entry| {
        let named = |words: &[u32]| {
            let whole = |form: &Vec<u32>| form.iter().all(|n| words.contains(n));
            entry.variants.iter().position(|v| v.forms.iter().any(whole))
        };
        named(&first).zip(named(&second)).is_some_and(|(a, b)| a != b)
    })
}

/// The variant of a product that an item's words and amounts name. `words` are all its words in order, courtesies
/// included; `packages` the package words it holds.
pub(super) fn choose(
    catalogue: &Catalogue,
    entry: &Entry,
    words: &[Vec<u32>],
    amounts: &[Amount],
    packages: &[String],
    extent: Option<Extent>,
) -> Choice {
    let mut choice = Choice::default();
    if entry.variants.is_empty() {
        return choice;
    }
    let by_amount = amounts.iter().enumerate().find_map(|(at, amount)| {
        // "3 packs" counts packs unless another amount does the counting.
        let counts = amount.measure.is_none() && amounts.len() == 1 && (amount.times || amount.e4 >= LARGE);
        let variant = entry.variants.iter().position(|v| is_amount(v, amount)).filter(|_| !counts)?;
        Some((variant, at))
    });
    let by_amount = by_amount.or_else(|| by_number(entry, amounts));
    let packages: Vec<u32> = packages.iter().filter_map(|p| catalogue.word(p)).collect();
    // The longest form found wins, so that "extra large" is not "large".
    let mut by_words: Vec<(usize, usize)> = Vec::new();
    for (at, variant) in entry.variants.iter().enumerate() {
        let found = variant
            .forms
            .iter()
            .filter(|form| contains(words, form) || matches!(form.as_slice(), [one] if packages.contains(one)));
        if let Some(form) = found.max_by_key(|form| form.len()) {
            by_words.push((form.len(), at));
            choice.words.extend(form);
        }
    }
    by_words.sort_by_key(|(length, at)| (std::cmp::Reverse(*length), *at));
    let rivals = by_words.iter().filter(|(length, _)| by_words.first().is_some_and(|(most, _)| length == most)).count();
    let by_words = by_words.first().map(|(_, at)| *at);
    match (by_amount, by_words) {
        (Some((variant, amount)), other) => {
            choice.variant = Some(variant);
            choice.amount = Some(amount);
            choice.contradictory = other.is_some_and(|o| o != variant);
        }
        (None, Some(variant)) => {
            choice.variant = Some(variant);
            // "Gloves 7": the number cannot be the size and the count.
            let counts = |word: &u32| match amounts {
                [only] => numbers::digits(catalogue.text(*word)).is_some_and(|e4| {
                    e4 == only.e4 && only.measure.is_none() && words.iter().filter(|w| w.contains(word)).count() == 1
                }),
                _ => false,
            };
            let forms = entry.variants.get(variant).map(|v| v.forms.as_slice()).unwrap_or_default();
            let twice = forms.iter().any(|form| matches!(form.as_slice(), [one] if counts(one)));
            choice.contradictory = rivals > 1 || twice;
        }
        (None, None) if let Some((variant, guessed)) = extent.and_then(|e| extents::variant(catalogue, entry, e)) => {
            choice = Choice { variant: Some(variant), by_extent: true, guessed, ..choice };
        }
        (None, None) => {
            // "10 kg" of something that comes in 1, 5 and 20 kg bags.
            choice.contradictory = entry.unit_measure.is_none()
                && amounts.iter().any(|a| {
                    a.measure.is_some_and(|m| {
                        entry.variants.iter().any(|v| v.measure.is_some_and(|(_, own)| own.dimension == m.dimension))
                    })
                });
        }
    }
    choice
}

/// "Developer 20, one case", "one 20": of several bare numbers the one that only one variant has, and that does not count.
fn by_number(entry: &Entry, amounts: &[Amount]) -> Option<(usize, usize)> {
    if amounts.len() < 2 {
        return None;
    }
    let bare = |a: &Amount| a.measure.is_none() && a.package.is_none() && !a.times && !a.holds;
    let has = |v: &VariantKeys, a: &Amount| v.number == Some(a.e4);
    let mut named = amounts.iter().enumerate().collect::<Vec<_>>();
    named.retain(|a| bare(a.1) && entry.variants.iter().filter(|v| has(v, a.1)).count() == 1);
    let (at, amount) = match named.as_slice() {
        [only] => only,
        // "One 20" of what comes in 1 and in 20: the count comes first.
        [_, last] if amounts.len() == 2 => last,
        _ => return None,
    };
    Some((entry.variants.iter().position(|v| has(v, amount))?, *at))
}

fn contains(words: &[Vec<u32>], form: &[u32]) -> bool {
    let meets = |window: &[Vec<u32>]| window.iter().zip(form).all(|(readings, word)| readings.contains(word));
    !form.is_empty() && words.windows(form.len()).any(meets)
}

/// Whether an amount's measure is part of what the product is called or converts into its unit.
pub(super) fn fits(entry: &Entry, amount: &Amount) -> bool {
    let Some(measure) = amount.measure else {
        return true;
    };
    entry.unit_measure.is_some_and(|own| units::convert(amount.e4, measure, own).is_some())
}
