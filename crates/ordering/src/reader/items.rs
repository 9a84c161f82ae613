//! An item: what a message says about one product, and joining items that belong together.
use super::counting::Amount;
use super::cues::Cue;
use super::extents::Extent;
use super::lexer::Element;
use super::relative::Step;

/// One thing said about one product.
#[derive(Clone, Debug, Default)]
pub(super) struct Item {
    pub cue: Option<Cue>,
    /// It was said to come on top.
    pub more: bool,
    pub amounts: Vec<Amount>,
    /// Package words and measures away from the amounts.
    pub packages: Vec<String>,
    pub loose: Option<super::units::Measure>,
    /// "A" or "an" stands before it.
    pub article: bool,
    /// Nodes of the catalogue phrases in it.
    pub phrases: Vec<u32>,
    /// Tokens that may name the product, phrases included.
    pub content: Vec<usize>,
    /// The first token and the one past the last.
    pub span: Option<(usize, usize)>,
    /// It follows a verb of ordering directly.
    pub requested: bool,
    /// It stands in a row with the item before it.
    pub joined: bool,
    /// A comma or an "and" parts it from the item before it.
    pub parted: bool,
    /// It follows a preposition.
    pub placed: bool,
    /// "By 2": the amount is the difference.
    pub by: bool,
    /// It orders by reference: "the usual".
    pub reference: bool,
    /// The amount stands before the product's words.
    pub amount_first: bool,
    /// The cue was the item's before it, which had an amount or not.
    pub carried: Option<bool>,
    /// It may go on with a correction: so it does if its product was ordered before.
    pub supposed: bool,
    /// One of a row: its product and the variant's place.
    pub of: Option<(u32, usize)>,
    /// By how much an order changes: "double", "by 2", "3 fewer".
    pub step: Option<Step>,
    /// "The same of": as many as before.
    pub same: bool,
    /// "The big ones": which of its sizes.
    pub extent: Option<Extent>,
    /// A unit word stood alone and counts as one of it.
    pub lone_unit: bool,
}

impl Item {
    pub(super) fn is_empty(&self) -> bool {
        self.content.is_empty() && self.amounts.is_empty() && !self.reference
    }

    pub(super) fn cover(&mut self, element: &Element) {
        let (first, past) = self.span.unwrap_or((element.first, element.past));
        self.span = Some((first.min(element.first), past.max(element.past)));
    }
}

/// One of a package, as in "a case of cola".
pub(super) fn one_of(package: String) -> Amount {
    let e4 = super::numbers::ONE;
    Amount { e4, package: Some(package), ..Amount::default() }
}

/// Joins an amount on its own to the product before it that has none: "bread, 3", "cement should be 15".
pub(super) fn merge(items: Vec<Item>) -> Vec<Item> {
    let mut out: Vec<Item> = Vec::with_capacity(items.len());
    for item in items {
        // "8 of the 6.66 and the same of 7.1"
        if item.same
            && item.amounts.iter().all(|a| a.measure.is_some() || a.which)
            && let Some(before) = out.iter().rfind(|i| !i.amounts.is_empty())
        {
            let amounts = before.amounts.iter().filter(|a| !a.which).cloned().chain(item.amounts).collect();
            out.push(Item { amounts, ..item });
            continue;
        }
        // "3, not 5 cokes": the old amount names the product of the new.
        if let Some(last) = out.last_mut()
            && matches!(item.cue, Some(Cue::Not | Cue::InsteadOf))
            && !item.amounts.is_empty()
            && !item.content.is_empty()
            && last.content.is_empty()
            && !last.amounts.is_empty()
        {
            let span = last.span.zip(item.span).map(|((first, _), (_, past))| (first, past));
            let amounts = std::mem::take(&mut last.amounts);
            *last = Item { cue: Some(Cue::Correct), amounts, span, ..item };
            continue;
        }
        let alone = item.content.is_empty() && !item.reference && !item.amounts.is_empty();
        let mergeable = alone && matches!(item.cue, None | Some(Cue::Correct));
        let counts = item.amounts.iter().all(|a| a.measure.is_none());
        match out.last_mut() {
            // Sizes may stand between: "memory sticks, 32 gig, ten of them".
            Some(last)
                if mergeable
                    && last.amounts.iter().all(|a| a.measure.is_some() && counts)
                    && !last.content.is_empty()
                    && matches!(last.cue, None | Some(Cue::Correct)) =>
            {
                last.cue = item.cue.or(last.cue);
                last.more |= item.more;
                last.requested |= item.requested;
                last.amounts.extend(item.amounts);
                last.packages.extend(item.packages);
                last.extent = last.extent.or(item.extent);
                if let (Some((first, _)), Some((_, past))) = (last.span, item.span) {
                    last.span = Some((first, past));
                }
            }
            _ => out.push(item),
        }
    }
    out
}
