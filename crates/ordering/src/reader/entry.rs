//! A product of the catalogue, ready to compare.
use super::catalogue::{CatalogueProduct, VariantKind};
use super::text::{self, Token};
use super::units::{self, Measure};

/// What a phrase is to its product.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum PhraseKind {
    Sku,
    Name,
    Alias,
    Keyword,
    /// The value of a variant that no other product comes in: `20 vol`, `E27`.
    Variant,
}

/// One phrase of a product.
#[derive(Debug)]
pub(super) struct Phrase {
    /// Numbers of its words in the vocabulary.
    pub words: Vec<u32>,
    pub kind: PhraseKind,
    /// The variant it names, by place.
    pub variant: Option<usize>,
    /// The sizes in it: the place of the number among its words, and the measure.
    pub sizes: Vec<(usize, (i64, Measure))>,
}

/// A variant's value, ready to compare.
#[derive(Debug)]
pub(super) struct VariantKeys {
    /// The ways to write it, each as words of the vocabulary.
    pub forms: Vec<Vec<u32>>,
    /// The measure it is, with its amount in ten-thousandths: `500 ml`.
    pub measure: Option<(i64, Measure)>,
    /// How many it holds, where it is a pack: `6-pack`.
    pub pack: Option<i64>,
    /// The only number in its value, in ten-thousandths: the 20 of `20 vol`.
    pub number: Option<i64>,
}

/// A product, ready to compare.
#[derive(Debug)]
pub(super) struct Entry {
    pub product: CatalogueProduct,
    pub phrases: Vec<Phrase>,
    pub variants: Vec<VariantKeys>,
    /// The singular of its unit.
    pub unit: String,
    pub unit_measure: Option<Measure>,
    /// The singulars of its packs' names, with what they hold in ten-thousandths.
    pub packs: Vec<(String, i64)>,
    /// The sizes in its name: `Orange Juice 1L` is a litre each.
    pub sizes: Vec<(i64, Measure)>,
}

/// The measure or the pack size that a variant's value is.
pub(super) fn quantify(value: &str, kind: VariantKind) -> (Option<(i64, Measure)>, Option<i64>) {
    let tokens: Vec<Token> = text::tokenise(value).into_iter().filter(|t| !t.is('-') && !t.is('.')).collect();
    let [amount, unit] = tokens.as_slice() else {
        return (None, None);
    };
    let Some(e4) = super::numbers::digits(&amount.norm) else {
        return (None, None);
    };
    if kind != VariantKind::Color && units::package(&unit.key) == Some("pack") {
        return (None, Some(e4));
    }
    (units::measure(&unit.norm).map(|m| (e4, m)), None)
}

/// The measures a name holds.
pub(super) fn sizes(name: &str) -> Vec<(i64, Measure)> {
    let tokens = text::tokenise(name);
    let pairs = tokens.iter().zip(tokens.iter().skip(1));
    pairs.filter_map(|(n, unit)| Some((super::numbers::digits(&n.norm)?, units::measure(&unit.norm)?))).collect()
}
