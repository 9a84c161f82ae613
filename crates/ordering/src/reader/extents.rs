//! Sizes said by what they are among others: "the big ones", "two of the small".
use super::entry::{Entry, VariantKeys};
use super::index::Catalogue;

/// Which of a product's sizes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    Small,
    Middle,
    Big,
}

/// The size a word stands for.
pub(super) fn extent(norm: &str) -> Option<Extent> {
    Some(match norm {
        "small" | "smaller" | "smallest" | "little" | "sml" => Extent::Small,
        "medium" | "middle" | "mid" => Extent::Middle,
        "big" | "bigger" | "biggest" | "large" | "larger" | "largest" | "lge" => Extent::Big,
        _ => return None,
    })
}

/// The variant of this extent, and whether it is a guess: of three sizes "the big ones" may be the second.
pub(super) fn variant(catalogue: &Catalogue, entry: &Entry, extent: Extent) -> Option<(usize, bool)> {
    lettered(catalogue, entry, extent).map(|at| (at, false)).or_else(|| measured(entry, extent))
}

/// S, M and L where no alias spells them out.
fn lettered(catalogue: &Catalogue, entry: &Entry, extent: Extent) -> Option<usize> {
    let letter = match extent {
        Extent::Small => "s",
        Extent::Middle => "m",
        Extent::Big => "l",
    };
    let word = catalogue.word(letter)?;
    entry.variants.iter().position(|v| v.forms.iter().any(|form| form.as_slice() == [word]))
}

/// By measure or by what a pack holds, where all variants have one.
fn measured(entry: &Entry, extent: Extent) -> Option<(usize, bool)> {
    let dimension = entry.variants.first()?.measure.map(|(_, m)| m.dimension);
    let size = |v: &VariantKeys| match (v.measure, v.pack) {
        (Some((e4, measure)), _) if Some(measure.dimension) == dimension => {
            Some(i128::from(e4) * i128::from(measure.steps))
        }
        (None, Some(pack)) if dimension.is_none() => Some(i128::from(pack)),
        _ => None,
    };
    let mut sizes =
        entry.variants.iter().map(size).collect::<Option<Vec<i128>>>()?.into_iter().zip(0..).collect::<Vec<_>>();
    sizes.sort_unstable();
    let guessed = sizes.len() > 2;
    let at = match (extent, sizes.as_slice()) {
        (Extent::Small, [(_, at), _, ..]) | (Extent::Middle, [_, (_, at), _]) | (Extent::Big, [_, .., (_, at)]) => *at,
        _ => return None,
    };
    Some((at, guessed))
}
