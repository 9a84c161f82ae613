//! How much of a product an item asks for, in the product's own unit.
use super::counting::Amount;
use super::entry::Entry;
use super::items::Item;
use super::matching::is_size;
use super::numbers::ONE;
use super::units;
use super::variants::Choice;

/// No amount was given: one is a guess, though a likely one.
const UNSAID: f64 = 0.85;
const ARTICLE: f64 = 0.95;
const VAGUE: f64 = 0.7;
/// "12 tomatoes" of something sold by the kilogram may be twelve pieces.
const BARE_OF_MEASURED: f64 = 0.84;
/// A single container of another name: "2 tins" of something sold in cans.
const OTHER_CONTAINER: f64 = 0.85;
/// A package whose content is not known.
const UNKNOWN_PACKAGE: f64 = 0.5;
const WRONG_MEASURE: f64 = 0.5;
/// A measure that is so many of the size in the name.
const IN_SIZES: f64 = 0.8;
const TWO_AMOUNTS: f64 = 0.6;
const BROKEN_PIECE: f64 = 0.6;
const HUGE: f64 = 0.7;

/// An amount in a product's unit.
#[derive(Clone, Debug)]
pub(super) struct Settled {
    /// In ten-thousandths; zero where none is wanted.
    pub e4: i64,
    /// What it counts: the product's unit, or the word that could not be converted.
    pub unit: String,
    /// How sure it is, 0 to 1.
    pub trust: f64,
    /// An amount was given.
    pub said: bool,
}

/// Settles an item's amounts against its product.
pub(super) fn settle(entry: &Entry, item: &Item, choice: &Choice) -> Settled {
    let mut open: Vec<&Amount> =
        item.amounts.iter().enumerate().filter(|(at, _)| choice.amount != Some(*at)).map(|(_, a)| a).collect();
    // The size in the product's name tells which one, not how many.
    let alone = open.len() == 1;
    open.retain(|a| !is_size(entry, a) || alone && a.measure == entry.unit_measure);
    // "2.5 twin and earth 50m": the broken number is the size in the name.
    let named = |a: &&Amount| {
        let bare = a.measure.is_none() && a.package.is_none() && a.e4 % ONE != 0;
        bare && entry.sizes.iter().any(|(e4, _)| *e4 == a.e4)
    };
    // "A pack of 10", "2 packs of 10": what a pack holds.
    if open.len() > 1 {
        open.retain(|a| !named(a) && !a.holds);
    }
    let held = |a: &Amount| a.holds && item.packages.iter().any(|p| pack(entry, p) == Some(a.e4));
    if let [only] = open.as_slice()
        && held(only)
    {
        return Settled { e4: only.e4, unit: entry.unit.clone(), trust: 1.0, said: true };
    }
    let none = |trust: f64| Settled { e4: ONE, unit: entry.unit.clone(), trust, said: false };
    let mut settled = match open.as_slice() {
        [] if item.article => none(ARTICLE),
        // "Silicone clear box": one of it.
        [] if let Some(contains) = item.packages.last().and_then(|p| pack(entry, p)) => {
            Settled { e4: contains, ..none(UNSAID) }
        }
        [] => none(UNSAID),
        [one] => settle_one(entry, item, choice, one),
        [first, .., last] => {
            let (count, each) = if last.times || first.measure.is_some() && last.measure.is_none() {
                (*last, *first)
            } else {
                (*first, *last)
            };
            let bare = count.measure.is_none() && count.package.is_none();
            if open.len() == 2 && bare && each.measure.is_some() && variants_fit(entry, each) {
                let one = settle_one(entry, item, choice, each);
                Settled { e4: product(one.e4, count.e4), trust: one.trust * 0.95, ..one }
            } else {
                let one = settle_one(entry, item, choice, count);
                Settled { trust: one.trust * TWO_AMOUNTS, ..one }
            }
        }
    };
    if settled.e4 % ONE != 0 && entry.unit_measure.is_none() && entry.unit != "dozen" {
        settled.trust *= BROKEN_PIECE;
    }
    if settled.e4 > 20_000 * ONE {
        settled.trust *= HUGE;
    }
    settled
}

fn variants_fit(entry: &Entry, amount: &Amount) -> bool {
    super::variants::fits(entry, amount)
}

/// The product of two numbers in ten-thousandths, held at the largest there is.
fn product(a: i64, b: i64) -> i64 {
    i64::try_from(i128::from(a) * i128::from(b) / i128::from(ONE)).unwrap_or(i64::MAX)
}

fn settle_one(entry: &Entry, item: &Item, choice: &Choice, amount: &Amount) -> Settled {
    let vague = if amount.vague { VAGUE } else { 1.0 };
    let as_unit = |e4: i64, trust: f64| Settled { e4, unit: entry.unit.clone(), trust: trust * vague, said: true };
    // "4 shampoo litre size": the litre named the variant.
    let named = choice.variant.is_some() && entry.unit_measure.is_none();
    let measure = amount.measure.or(item.loose.filter(|_| amount.package.is_none() && !named));
    if let Some(measure) = measure {
        let converted = entry.unit_measure.and_then(|own| units::convert(amount.e4, measure, own));
        // "5 litres" of something in bottles of a litre.
        let times = converted.is_none().then(|| entry.sizes.iter().find_map(|size| multiple(amount, *size))).flatten();
        if let Some(count) = times.filter(|_| entry.unit_measure.is_none()) {
            return as_unit(count, IN_SIZES);
        }
        return converted.map_or_else(|| Settled { said: false, ..as_unit(ONE, WRONG_MEASURE) }, |e4| as_unit(e4, 1.0));
    }
    if amount.dozens && entry.unit == "dozen" {
        return match amount.package.as_deref().or(item.packages.first().map(String::as_str)) {
            None | Some("dozen") => as_unit(amount.e4 / 12, 1.0),
            Some(package) => packed(entry, choice, amount.e4, package, vague),
        };
    }
    let package = amount.package.as_deref().or_else(|| {
        // "2 chopped tomatoes tins"
        item.packages
            .iter()
            .map(String::as_str)
            .find(|p| *p == entry.unit || pack(entry, p).is_some())
            .or(item.packages.first().map(String::as_str))
    });
    match package {
        Some(package) => packed(entry, choice, amount.e4, package, vague),
        None if entry.unit_measure.is_some() && amount.e4 % ONE == 0 => as_unit(amount.e4, BARE_OF_MEASURED),
        // One of something sold by the dozen may be an egg.
        None if entry.unit == "dozen" => as_unit(amount.e4, BARE_OF_MEASURED),
        None => as_unit(amount.e4, 1.0),
    }
}

/// How many of a size make an amount, if it comes out even.
pub(super) fn multiple(amount: &Amount, (e4, size): (i64, units::Measure)) -> Option<i64> {
    let measure = amount.measure.filter(|m| m.dimension == size.dimension)?;
    let (whole, part) = (i128::from(amount.e4) * i128::from(measure.steps), i128::from(e4) * i128::from(size.steps));
    let even = part > 0 && whole > part && whole % part == 0;
    even.then(|| i64::try_from(whole / part).ok()).flatten().and_then(|n| n.checked_mul(ONE))
}

fn pack(entry: &Entry, package: &str) -> Option<i64> {
    entry.packs.iter().find(|(name, _)| name == package).map(|(_, contains)| *contains)
}

/// An amount of packages.
fn packed(entry: &Entry, choice: &Choice, e4: i64, package: &str, vague: f64) -> Settled {
    let unit = entry.unit.as_str();
    let of = |e4: i64, unit: &str, trust: f64| Settled { e4, unit: unit.to_owned(), trust: trust * vague, said: true };
    if package == unit {
        return of(e4, unit, 1.0);
    }
    if let Some(contains) = pack(entry, package) {
        return of(product(e4, contains), unit, 1.0);
    }
    // "24 cans" where can is what the variant is called.
    let called = choice
        .variant
        .and_then(|v| entry.product.variants.get(v))
        .is_some_and(|v| v.aliases.iter().chain([&v.value]).any(|a| super::text::stem(&a.to_lowercase()) == package));
    if called {
        return of(e4, unit, 1.0);
    }
    let many = |name: &str| {
        matches!(name, "case" | "box" | "crate" | "pallet" | "tray" | "pack" | "set" | "bundle" | "ream" | "dozen")
    };
    match (package, many(unit), entry.unit_measure.is_some()) {
        ("piece", false, false) => of(e4, unit, 1.0),
        (_, false, false) if !many(package) => of(e4, unit, OTHER_CONTAINER),
        _ => of(e4, package, UNKNOWN_PACKAGE),
    }
}
