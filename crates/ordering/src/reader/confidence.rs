//! How sure a line is, and an order: doubts, each a number from 0 up, and weights by which they lower the confidence.
//!
//! Both models have the form of a logistic regression whose weights may only lower the confidence. Most of the numbers are
//! **chosen**, because the rules were written until the seen messages were read rightly, and such messages hardly show what goes
//! wrong: no weight is less than its floor, nothing is surer than 0.94, and an order's weights are their floors, all of them.
//! **Fitted** with the seen messages are three weights of a line that come out above their floors: a variant unsaid, an amount
//! unsaid, an amount unsure. `cargo run -p purser-ordering --example fit_confidence` fits them anew, and prints all numbers and
//! which of them are floors. What is wrong counts there three times what is right, because a wrong line that no one reviews is the worst
//! error; so 0.85 promises more than 0.85.
use super::entry::Entry;
use super::matching::Scored;

/// A product that fits worse than this is none.
pub(super) const ACCEPTED: f64 = 0.42;
/// The confidence of a line without a product.
pub(super) const UNMATCHED: f64 = 0.3;
/// An order with such a line stays below this.
const UNMATCHED_ORDER: f64 = 0.45;
/// An order of which something was not understood goes to a person (the default threshold is 0.85).
const SOMETHING_LEFT: f64 = 0.8;

/// A rival that fits less than this share of the best is none.
const RIVAL: f64 = 0.6;
/// More leftovers than this make an order no worse.
const MANY: u8 = 4;

/// What speaks against a line.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Doubts {
    /// How much is missing to a name said in full.
    name: f64,
    /// Only a keyword was said, which may point to other products.
    keyword: f64,
    /// Words are misspelt or shortened.
    slip: f64,
    /// How near the next product comes.
    rival: f64,
    /// Words that the product does not explain.
    unexplained: f64,
    /// The product has variants and none was named.
    variant_unsaid: f64,
    /// Two variants were named, or one that does not exist.
    variant_torn: f64,
    /// No amount was said.
    pub unsaid: f64,
    /// What the amount counts is not certain.
    pub amount: f64,
    /// Which line a correction means is not certain.
    pub reference: f64,
}

impl Doubts {
    /// Of a product's match and its amount.
    pub(super) fn of(entry: &Entry, best: &Scored, runner_up: Option<f64>, said: bool, amount: f64) -> Self {
        let share = runner_up.map_or(0.0, |other| other / best.score.max(f64::EPSILON)).min(1.0);
        let flag = |doubt: bool| f64::from(u8::from(doubt));
        Self {
            name: 1.0 - best.score,
            keyword: flag(best.keyword),
            slip: 1.0 - best.trust,
            rival: ((share - RIVAL) / (1.0 - RIVAL)).max(0.0),
            unexplained: f64::from(u8::try_from(best.unexplained).unwrap_or(MANY).min(MANY)),
            variant_unsaid: flag(
                best.choice.guessed
                    || best.choice.variant.is_none() && !entry.variants.is_empty() && !best.choice.contradictory,
            ),
            variant_torn: flag(best.choice.contradictory),
            unsaid: if said { 0.0 } else { 1.0 - amount },
            amount: if said { 1.0 - amount } else { 0.0 },
            reference: 0.0,
        }
    }

    /// A doubt about what a correction refers to.
    pub(super) fn refer(&mut self, trust: f64) {
        self.reference = 1.0 - (1.0 - self.reference) * trust;
    }

    /// A variant that the draft's line has needs no naming.
    pub(super) fn settle_variant(&mut self) {
        self.variant_unsaid = 0.0;
    }

    /// In the order of [`LINE_DOUBTS`].
    pub(super) fn values(&self) -> [f64; LINE_DOUBTS.len()] {
        [
            self.name,
            self.keyword,
            self.slip,
            self.rival,
            self.unexplained,
            self.variant_unsaid,
            self.variant_torn,
            self.unsaid,
            self.amount,
            self.reference,
        ]
    }

    /// How sure the line is.
    pub(super) fn confidence(&self) -> f64 {
        LINE.weigh(self.values())
    }
}

/// The names of a line's doubts.
pub const LINE_DOUBTS: [&str; 10] = [
    "name",
    "keyword",
    "slip",
    "rival",
    "unexplained",
    "variant unsaid",
    "variant torn",
    "amount unsaid",
    "amount unsure",
    "reference",
];

/// What speaks against an order beyond its lines.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct OrderDoubts {
    /// Words that may name a product and stand in no line.
    pub words: usize,
    /// Products named outside of the lines.
    pub products: usize,
    /// Amounts outside of the lines.
    pub amounts: usize,
    /// Something was corrected or taken back.
    pub amended: bool,
    /// The message also asks or complains.
    pub told: bool,
    /// Something was understood to be an order and could not be placed.
    pub left: bool,
    /// The same product twice.
    pub twice: bool,
}

/// The names of an order's doubts.
pub const ORDER_DOUBTS: [&str; 8] =
    ["weakest line", "words left", "products left", "amounts left", "amended", "told", "left", "twice"];

impl OrderDoubts {
    /// In the order of [`ORDER_DOUBTS`]; `weakest` is the confidence of the least sure line.
    pub(super) fn values(&self, weakest: f64) -> [f64; ORDER_DOUBTS.len()] {
        let flag = |doubt: bool| f64::from(u8::from(doubt));
        let count = |n: usize| f64::from(u8::try_from(n).unwrap_or(MANY).min(MANY));
        [
            -weakest.clamp(0.01, 1.0).ln(),
            count(self.words),
            count(self.products),
            count(self.amounts),
            flag(self.amended),
            flag(self.told),
            flag(self.left),
            flag(self.twice),
        ]
    }

    /// The confidence of an order, from its lines' and whether each has a product.
    pub(super) fn confidence(&self, lines: impl Iterator<Item = (f64, bool)>) -> f64 {
        let mut weakest: Option<f64> = None;
        let mut most: f64 = if self.left || self.twice { SOMETHING_LEFT } else { 1.0 };
        for (confidence, matched) in lines {
            weakest = Some(weakest.map_or(confidence, |least| least.min(confidence)));
            most = if matched { most } else { most.min(UNMATCHED_ORDER) };
        }
        // No order is surer than its weakest line.
        weakest.map_or(0.0, |weakest| ORDER.weigh(self.values(weakest)).min(weakest).min(most))
    }
}

/// A logistic model: the log-odds without any doubt, and what each doubt takes from them.
struct Model<const N: usize> {
    clear: f64,
    weights: [f64; N],
}

impl<const N: usize> Model<N> {
    fn weigh(&self, doubts: [f64; N]) -> f64 {
        let against: f64 = self.weights.iter().zip(doubts).map(|(weight, doubt)| weight * doubt).sum();
        1.0 / (1.0 + (against - self.clear).exp())
    }
}

/// Fitted where it is more than a floor; `clear` is the cap.
const LINE: Model<{ LINE_DOUBTS.len() }> =
    Model { clear: 2.75, weights: [3.00, 1.50, 1.00, 3.00, 2.00, 2.36, 2.00, 11.14, 7.50, 2.00] };

/// Chosen: the cap and the floors.
const ORDER: Model<{ ORDER_DOUBTS.len() }> =
    Model { clear: 2.75, weights: [3.00, 0.60, 2.00, 2.00, 0.50, 2.00, 2.00, 2.00] };
