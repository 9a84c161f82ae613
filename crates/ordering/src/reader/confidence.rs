//! How sure a line is, and an order. A wrong line that no one reviews is the worst error, so doubts multiply.
use super::entry::Entry;
use super::matching::Scored;

/// A product that fits worse than this is none.
pub(super) const ACCEPTED: f64 = 0.42;
/// The confidence of a line without a product.
pub(super) const UNMATCHED: f64 = 0.3;
/// An order with such a line stays below this.
const UNMATCHED_ORDER: f64 = 0.45;
/// An order of which something was not understood goes to a person (the default threshold is 0.85).
pub(super) const SOMETHING_LEFT: f64 = 0.8;

/// A rival this near, as a share of the best, makes the line a guess.
const TIE: f64 = 0.92;
const RIVAL: f64 = 0.84;

/// The confidence of a line, by what its product's match, variant and amount are worth.
pub(super) fn line(entry: &Entry, best: &Scored, runner_up: Option<f64>, amount: f64) -> f64 {
    let margin = match runner_up.map(|other| other / best.score.max(f64::EPSILON)) {
        Some(share) if share >= TIE => 0.6,
        Some(share) if share >= RIVAL => 0.87,
        _ => 1.0,
    };
    let variant = if best.choice.contradictory {
        0.5
    } else if best.choice.variant.is_none() && !entry.variants.is_empty() {
        // Which of them was not said.
        0.75
    } else {
        1.0
    };
    // Words that the product does not explain lower the match already; one unknown word is still enough to ask.
    let unexplained = if best.unexplained > 0 { 0.85 } else { 1.0 };
    (best.score * margin * variant * unexplained * amount).clamp(0.0, 1.0)
}

/// The confidence of an order, from its lines' and whether each has a product.
pub(super) fn order(lines: impl Iterator<Item = (f64, bool)>) -> f64 {
    let mut lowest: Option<f64> = None;
    for (confidence, matched) in lines {
        let confidence = if matched { confidence } else { confidence.min(UNMATCHED_ORDER) };
        lowest = Some(lowest.map_or(confidence, |l| l.min(confidence)));
    }
    lowest.unwrap_or(0.0)
}
