//! How fast the reader is: builds catalogues of 10,000 and 100,000 products, reads the test messages against them, and prints the
//! best of several rounds with the memory the index takes. Run it with `--release`.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    unreachable_pub,
    dead_code,
    reason = "a program for people that shares its messages with the tests"
)]

#[path = "../tests/reader/score.rs"]
mod score;

use purser_kernel::Quantity;
use purser_ordering::reader::{Catalogue, CatalogueProduct, CatalogueVariant, Message, Pack, RuleReader, VariantKind};
use score::SEEN;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// Rounds of which the best counts: other work on the machine only makes one slower.
const ROUNDS: usize = 7;
/// An index takes long enough to be interrupted in each round, so its time is the processor's.
const INDEXES: usize = 3;

const MAKERS: &[&str] = &[
    "Aldgate",
    "Barrow",
    "Castell",
    "Dunmore",
    "Elveden",
    "Fairholme",
    "Grangewood",
    "Hartley",
    "Ilford",
    "Jarrow",
    "Kelso",
    "Langley",
    "Marlow",
    "Norwood",
    "Ormesby",
    "Penrith",
    "Quorn",
    "Redcar",
    "Selby",
    "Thornton",
    "Upton",
    "Varley",
    "Wexcombe",
    "Yardley",
];
const KINDS: &[&str] = &[
    "Organic",
    "Smoked",
    "Heavy Duty",
    "Stainless",
    "Galvanised",
    "Recycled",
    "Premium",
    "Classic",
    "Fine",
    "Coarse",
    "Double",
    "Single",
    "Large",
    "Compact",
    "Cordless",
    "Flexible",
    "Waterproof",
    "Unscented",
    "Sterile",
    "Matt",
    "Gloss",
    "Soft",
    "Strong",
    "Light",
    "Dark",
    "Chopped",
    "Whole",
    "Ground",
    "Dried",
    "Frozen",
    "Sliced",
    "Washable",
    "Folding",
    "Adjustable",
    "Magnetic",
    "Economy",
];
const THINGS: &[&str] = &[
    "Tomatoes",
    "Rice",
    "Flour",
    "Olive Oil",
    "Butter",
    "Cheddar",
    "Milk",
    "Coffee",
    "Tea Bags",
    "Sugar",
    "Salt",
    "Pepper",
    "Chicken Breast",
    "Salmon Fillet",
    "Peas",
    "Chips",
    "Bread Rolls",
    "Yoghurt",
    "Honey",
    "Jam",
    "Wood Screws",
    "Hex Bolts",
    "Washers",
    "Nails",
    "Hammer",
    "Hand Saw",
    "Drill Bit",
    "Masking Tape",
    "Silicone Sealant",
    "Emulsion Paint",
    "Roller Sleeve",
    "Copper Pipe",
    "Cable Ties",
    "Work Gloves",
    "Safety Goggles",
    "Copier Paper",
    "Gel Pens",
    "Lever Arch File",
    "Envelopes",
    "Sticky Notes",
    "Stapler",
    "Whiteboard Markers",
    "Ring Binder",
    "Toner Cartridge",
    "Hand Towels",
    "Toilet Rolls",
    "Bin Liners",
    "Shampoo",
    "Conditioner",
    "Hair Colour",
    "Developer",
    "Nail File",
    "Tail Comb",
    "Nitrile Gloves",
    "Gauze Swabs",
    "Bandage",
    "Syringe",
    "Face Masks",
    "Plasters",
    "Thermometer",
    "Hand Gel",
    "Surface Wipes",
    "Dressing Pack",
    "Couch Roll",
];
const SIZES: &[&str] = &[
    "", "250g", "500g", "1kg", "5kg", "250ml", "500ml", "1L", "5L", "10mm", "15mm", "22mm", "40mm", "50mm", "100mm",
    "A4", "A3", "A5", "6 inch", "12 pack",
];
const UNITS: &[&str] = &["each", "box", "pack", "bottle", "bag", "kg", "tin", "roll"];
const COLOURS: &[&str] = &["black", "white", "red", "blue", "green"];

/// The product of this number: names made of the words of the trades, no two alike, one in four with variants.
fn product(n: usize) -> CatalogueProduct {
    let id = |n: usize| format!("00000000-0000-7000-8000-{n:012x}");
    let pick = |words: &[&'static str], n: usize| words[n % words.len()];
    let thing = pick(THINGS, n);
    let kind = pick(KINDS, n / THINGS.len());
    let size = pick(SIZES, n / THINGS.len() / KINDS.len());
    let maker = pick(MAKERS, n / 7 + n / THINGS.len() / KINDS.len() / SIZES.len());
    let name = format!("{maker} {kind} {thing} {size} {}", if n >= 46_080 { format!("No {n}") } else { String::new() });
    let variants = (0..if n.is_multiple_of(4) { 3 } else { 0 }).map(|v| CatalogueVariant {
        id: id(1_000_000 + n * 4 + v).parse().unwrap(),
        sku: Some(format!("{}-{n}-{v}", &thing[..3].to_uppercase())),
        kind: VariantKind::Color,
        value: COLOURS[(n + v) % COLOURS.len()].to_owned(),
        aliases: Vec::new(),
    });
    CatalogueProduct {
        id: id(n).parse().unwrap(),
        sku: format!("{}-{n}", &thing[..3].to_uppercase()),
        name: name.trim().to_owned(),
        unit: pick(UNITS, n).to_owned(),
        aliases: vec![format!("{kind} {thing}"), format!("{maker} {thing} {size}").trim().to_owned()],
        keywords: vec![thing.to_lowercase()],
        packs: vec![Pack { name: "case".to_owned(), contains: Quantity::from_e4(120_000) }],
        variants: variants.collect(),
    }
}

/// What the process holds, in bytes; none where the system does not say.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kib| kib * 1024)
}

/// What this thread has had of the processor; the time of day where the system does not say.
fn processor(since: Instant) -> Duration {
    let spent = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let spent = spent.and_then(|line| line.split_whitespace().next()?.parse().ok());
    spent.map_or_else(|| since.elapsed(), Duration::from_nanos)
}

fn main() {
    let begun = Instant::now();
    let texts: Vec<String> = SEEN.trades().flat_map(|(_, _, cases)| cases).map(|case| case.text).collect();
    println!("{} messages, best of {ROUNDS} rounds", texts.len());
    for size in [10_000, 100_000] {
        let products: Vec<CatalogueProduct> = (0..size).map(product).collect();
        let before = resident();
        let mut index = Duration::MAX;
        let mut held = None;
        for round in 0..INDEXES {
            let own = products.clone();
            let start = processor(begun);
            let catalogue = Catalogue::new(own);
            index = index.min(processor(begun).saturating_sub(start));
            if round == 0 {
                held = resident().zip(before).map(|(after, before)| after.saturating_sub(before) / 1_048_576);
            }
            drop(black_box(catalogue));
        }
        let catalogue = Catalogue::new(products);
        let mut best = vec![Duration::MAX; texts.len()];
        for _ in 0..ROUNDS {
            for (text, best) in texts.iter().zip(&mut best) {
                let start = Instant::now();
                black_box(RuleReader.read_text(&catalogue, &Message { text, draft: &[] }));
                *best = (*best).min(start.elapsed());
            }
        }
        best.sort_unstable();
        let sum: Duration = best.iter().sum();
        let held = held.map_or("unknown".to_owned(), |mib| format!("{mib} MiB"));
        println!(
            "{size:>7} products: index in {index:.0?}, {held} with its products; a message in {:.0?} on average, p50 {:.0?}, p99 {:.0?}, longest {:.0?}",
            sum / u32::try_from(best.len()).unwrap(),
            best[best.len() / 2],
            best[best.len() * 99 / 100],
            best[best.len() - 1]
        );
    }
}
