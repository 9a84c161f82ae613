//! Units: measures that convert into one another, and the words for packages and pieces that do not.

/// What a measure measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dimension {
    Mass,
    Volume,
    Length,
    Storage,
}

/// A unit of measure: its dimension and how many of the dimension's smallest step it holds (milligram, millilitre,
/// tenth of a millimetre, gigabyte), so that conversions stay in integers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Measure {
    pub dimension: Dimension,
    pub steps: i64,
}

/// The measure a word names. Ounce and pound are avoirdupois, the pint imperial, the inch 25.4 mm.
pub(super) fn measure(norm: &str) -> Option<Measure> {
    use Dimension::{Length, Mass, Storage, Volume};
    let (dimension, steps) = match norm {
        "kg" | "kgs" | "kilo" | "kilos" | "kilogram" | "kilograms" | "kilogramme" | "kilogrammes" => (Mass, 1_000_000),
        "g" | "gr" | "gm" | "gms" | "gram" | "grams" | "gramme" | "grammes" => (Mass, 1_000),
        "lb" | "lbs" => (Mass, 453_592),
        "oz" => (Mass, 28_350),
        "l" | "lt" | "ltr" | "ltrs" | "litre" | "litres" | "liter" | "liters" => (Volume, 1_000),
        "cl" => (Volume, 10),
        "ml" | "mls" => (Volume, 1),
        "pint" | "pints" => (Volume, 568),
        "m" | "mtr" | "mtrs" | "metre" | "metres" | "meter" | "meters" => (Length, 10_000),
        "cm" => (Length, 100),
        "mm" => (Length, 10),
        "inch" | "inches" => (Length, 254),
        "ft" | "foot" | "feet" => (Length, 3_048),
        "gb" | "gig" | "gigs" | "giga" => (Storage, 1),
        "tb" => (Storage, 1_024),
        _ => return None,
    };
    Some(Measure { dimension, steps })
}

/// The common form of a word for a package or a piece, from its singular; `None` where it is no such word.
pub(super) fn package(key: &str) -> Option<&'static str> {
    Some(match key {
        "case" | "cs" | "cse" => "case",
        "box" | "bx" | "bxs" | "boxs" => "box",
        "carton" | "ctn" | "crtn" => "carton",
        "pack" | "packet" | "pk" | "pkt" | "package" => "pack",
        "bottle" | "btl" | "botle" | "bottel" | "bot" => "bottle",
        "piece" | "pc" | "pcs" | "each" | "ea" | "unit" | "item" | "single" => "piece",
        "crate" => "crate",
        "bag" | "bg" => "bag",
        "tray" => "tray",
        "can" => "can",
        "tin" => "tin",
        "jar" => "jar",
        "bunch" => "bunch",
        "loaf" => "loaf",
        "roll" | "rol" | "rl" => "roll",
        "ream" => "ream",
        "pair" | "pr" | "prs" => "pair",
        "set" => "set",
        "tub" => "tub",
        "sack" => "sack",
        "pallet" => "pallet",
        "tube" => "tube",
        "drum" => "drum",
        "sheet" => "sheet",
        "block" => "block",
        "punnet" => "punnet",
        "bundle" => "bundle",
        "keg" => "keg",
        "barrel" => "barrel",
        _ => return None,
    })
}

/// `e4` of one measure in the other, rounded half away from zero. `None` where they measure different things.
pub(super) fn convert(e4: i64, from: Measure, to: Measure) -> Option<i64> {
    if from.dimension != to.dimension || to.steps <= 0 {
        return None;
    }
    let wide = i128::from(e4) * i128::from(from.steps);
    let half = i128::from(to.steps) / 2;
    i64::try_from((wide + half) / i128::from(to.steps)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measures_convert_within_their_dimension() {
        let one = |unit: &str| measure(unit).unwrap_or(Measure { dimension: Dimension::Storage, steps: 1 });
        assert_eq!(convert(5_000_000, one("g"), one("kg")), Some(5_000));
        assert_eq!(convert(7_500_000, one("ml"), one("l")), Some(7_500));
        assert_eq!(convert(10_000, one("kg"), one("l")), None);
    }
}
