//! The lines of a reading while it is played: an item with its product, its amount and how sure they are.
use super::amounts::{self, Settled};
use super::catalogue::DraftLine;
use super::confidence::{self, Doubts};
use super::cues::Cue;
use super::entry::Entry;
use super::index::Catalogue;
use super::items::Item;
use super::matching::{self, Scored};
use super::numbers::ONE;
use super::reading::{Effect, Match};
use super::text::{Kind, Token};
use super::units;
use super::variants::Choice;
use super::words::Speller;

/// A name that was said in part fits worse than this: "3 notebooks a4, 3 a5".
const PARTLY: f64 = 0.8;
/// "3 chairs, 2 desks" are no desk chairs: a word lent by the line before is a guess.
const LENT: f64 = 0.4;

/// A line as it stands while the message is played.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub effect: Effect,
    pub item: Item,
    /// Products it may be, best first; empty where none is.
    pub ranked: Vec<Scored>,
    /// The best of them, if it is good enough.
    pub best: Option<Scored>,
    pub settled: Settled,
    pub doubts: Doubts,
    /// Tokens it was read from.
    pub span: (usize, usize),
}

/// The state of a reading.
pub(super) struct Play<'a> {
    pub catalogue: &'a Catalogue,
    pub tokens: &'a [Token],
    pub draft: &'a [DraftLine],
    pub speller: Speller,
    pub lines: Vec<Line>,
    /// Something was taken back or excluded, whether or not it was there.
    pub amended: bool,
    /// Something was said that no line holds.
    pub left: bool,
    /// The old of a change whose new is still to come.
    pub pending: Option<Line>,
    /// What was named last, whether or not it became a line: "Syringes", and under it "2ml x 5", "5ml x 5".
    pub family: Option<Item>,
    /// What the sentence before asked about.
    pub asked_of: Option<Item>,
}

impl<'a> Play<'a> {
    pub(super) fn new(catalogue: &'a Catalogue, tokens: &'a [Token], draft: &'a [DraftLine]) -> Self {
        let speller = Speller::default();
        Self {
            catalogue,
            tokens,
            draft,
            speller,
            lines: Vec::new(),
            amended: false,
            left: false,
            pending: None,
            family: None,
            asked_of: None,
        }
    }

    /// How sure a line is, 0 to 1.
    pub(super) fn confidence(line: &Line) -> f64 {
        if line.best.is_some() { line.doubts.confidence() } else { confidence::UNMATCHED }
    }

    pub(super) fn entry(&self, line: &Line) -> Option<&'a Entry> {
        self.catalogue.entry(line.best.as_ref()?.product)
    }

    /// Product and variant of a line.
    pub(super) fn product(&self, line: &Line) -> Option<Match> {
        let entry = self.entry(line)?;
        let variant = line.best.as_ref()?.choice.variant.and_then(|v| entry.product.variants.get(v));
        Some(Match { product_id: entry.product.id, variant_id: variant.map(|v| v.id) })
    }

    /// Matches and settles an item.
    pub(super) fn read(&mut self, item: Item) -> Option<Line> {
        let span = item.span?;
        if let Some((product, variant)) = item.of {
            let choice = Choice { variant: Some(variant), ..Choice::default() };
            let best = Scored { product, score: 0.95, choice, unexplained: 0, close: true, keyword: false, trust: 1.0 };
            return Some(self.line(item, vec![best.clone()], Some(best), span));
        }
        let mut ranked = matching::rank(self.catalogue, &mut self.speller, self.tokens, &item);
        let mut lent = false;
        // "4 black, 4 red" under a heading: only variants of what was named before.
        if item.phrases.is_empty()
            && let Some(product) =
                self.lines.iter().rfind(|l| l.effect != Effect::Remove).and_then(|l| l.best.as_ref()).map(|b| b.product)
            && let Some(mut fit) = matching::fit(self.catalogue, &mut self.speller, self.tokens, &item, product)
            && fit.choice.variant.is_some()
            && (!item.content.is_empty() || item.amounts.len() > 1 || item.extent.is_some())
            && fit.unexplained == 0
            && !fit.choice.contradictory
        {
            fit.score = 0.95;
            fit.close = true;
            ranked.retain(|r| r.product != product);
            ranked.insert(0, fit);
        }
        if (self.ones(&item) || ranked.first().is_none_or(|b| !b.close || b.score < PARTLY || b.unexplained > 0))
            && let Some(whole) = self.elliptic(&item)
        {
            ranked.insert(0, whole);
            lent = !item.content.is_empty();
        }
        // "Change medium to 6": one line of the draft comes in it.
        let changes = item.cue.is_some_and(|cue| cue != Cue::More) && item.phrases.is_empty();
        if changes
            && !ranked.first().is_some_and(|b| b.close && b.score >= confidence::ACCEPTED)
            && let Some(drafted) = self.drafted_in(&item)
        {
            ranked.insert(0, drafted);
        }
        // A correction speaks of what was ordered.
        if matches!(item.cue, Some(Cue::Exclude | Cue::Correct | Cue::Change | Cue::InsteadOf | Cue::Not | Cue::Scale))
        {
            let known = ranked.iter().position(|r| r.score > 0.3 && self.ordered(r.product));
            if let Some(at) = known {
                let mut known = ranked.remove(at);
                known.score = known.score.max(0.9 * known.score + 0.1);
                ranked.retain(|r| r.score < known.score * 0.9 || self.ordered(r.product));
                ranked.insert(0, known);
            }
        }
        let best = ranked.first().filter(|b| b.close && b.score >= confidence::ACCEPTED).cloned();
        // "For the salon" names nothing of the next line; "about syringes" does.
        let whole = best.as_ref().is_some_and(|b| b.unexplained == 0) && !item.phrases.is_empty();
        if best.is_some() && !item.content.is_empty() && (!item.placed || whole) {
            self.family = Some(item.clone());
        }
        let mut line = self.line(item, ranked, best, span);
        if lent {
            line.doubts.refer(LENT);
        }
        Some(line)
    }

    /// The draft's one line whose variant these words name.
    fn drafted_in(&mut self, item: &Item) -> Option<Scored> {
        let mut found = None;
        for drafted in self.draft {
            let known = self.of_draft(drafted)?;
            let fit = matching::fit(self.catalogue, &mut self.speller, self.tokens, item, known.product)?;
            let named = fit.choice.variant.is_some() && fit.choice.variant == known.choice.variant;
            if named && fit.unexplained == 0 && !fit.choice.contradictory {
                if found.is_some() {
                    return None;
                }
                found = Some(Scored { score: 0.95, close: true, ..fit });
            }
        }
        found
    }

    /// "3 notebooks a4, 3 a5", "20 towels, 10 disposable ones", "15mm copper, 5 lengths of 22mm": the rest of the name is that of
    /// the line before.
    fn elliptic(&mut self, item: &Item) -> Option<Scored> {
        let unit = self.family.clone()?;
        let before = unit.content.clone();
        let mut sized = item.amounts.clone();
        // "15mm copper, 5 of the 22"
        let measure = unit
            .amounts
            .iter()
            .find_map(|a| a.measure)
            .or_else(|| before.iter().filter_map(|at| self.tokens.get(*at)).find_map(|t| units::measure(&t.norm)));
        sized.iter_mut().filter(|a| a.which && a.measure.is_none()).for_each(|a| a.measure = measure);
        let by_size = item.content.is_empty() && sized.iter().any(|a| a.measure.is_some());
        if item.amounts.len() < if by_size { 2 } else { 1 }
            || item.content.is_empty() && !by_size
            || item.cue.is_some()
            || !(item.parted || item.joined || by_size)
            || item.content.len() > 3
        {
            return None;
        }
        let (first, last) = (*before.first()?, *before.last()?);
        // The size of the line before is not lent.
        let is_size = |at: &usize| {
            self.tokens.get(*at).is_some_and(|t| t.kind == Kind::Number || units::measure(&t.norm).is_some())
        };
        let named: Vec<usize> = before.iter().copied().filter(|at| !is_size(at)).collect();
        let lent = match (by_size, self.ones(item)) {
            (true, _) => vec![named],
            (_, true) => vec![vec![last], vec![first]],
            _ => vec![Vec::new(), vec![last], vec![first]],
        };
        for lent in lent {
            let lent_nothing = lent.is_empty();
            let content: Vec<usize> = lent.into_iter().chain(item.content.iter().copied()).collect();
            let mut whole = Item { content, amounts: sized.clone(), ..item.clone() };
            // "4 loaves white, 4 brown"
            if lent_nothing {
                whole
                    .packages
                    .extend(unit.amounts.iter().filter_map(|a| a.package.clone()).chain(unit.packages.clone()));
            }
            let ranked = matching::rank(self.catalogue, &mut self.speller, self.tokens, &whole);
            let enough = if by_size { 0.5 } else { 0.85 };
            let clear = |b: &&Scored| b.close && b.score > enough * b.trust && b.unexplained == 0;
            let best = ranked.first().filter(clear);
            if let Some(best) = best.filter(|b| !by_size || self.sizes(&whole, b)) {
                return Some(Scored { score: best.score * 0.95, ..best.clone() });
            }
        }
        None
    }

    /// "3 a5 notebooks and 3 a4 ones": the ones are of what was named before.
    fn ones(&self, item: &Item) -> bool {
        let after = item.span.and_then(|(_, past)| self.tokens.get(past));
        !item.content.is_empty() && after.is_some_and(|t| matches!(t.norm.as_str(), "ones" | "one"))
    }

    /// Whether an item's measure is the size of a product or of the variant chosen.
    fn sizes(&self, item: &Item, best: &Scored) -> bool {
        let entry = self.catalogue.entry(best.product);
        best.choice.amount.is_some() || entry.is_some_and(|e| item.amounts.iter().any(|a| matching::is_size(e, a)))
    }

    pub(super) fn line(&self, item: Item, ranked: Vec<Scored>, best: Option<Scored>, span: (usize, usize)) -> Line {
        let entry = best.as_ref().and_then(|b| self.catalogue.entry(b.product).map(|e| (b, e)));
        let (settled, doubts) = match entry {
            Some((best, entry)) => {
                let settled = amounts::settle(entry, &item, &best.choice);
                let runner_up = ranked.iter().filter(|r| r.product != best.product).map(|r| r.score).next();
                let said = settled.said || !item.amounts.is_empty();
                let doubts = Doubts::of(entry, best, runner_up, said, settled.trust);
                (settled, doubts)
            }
            None => (unplaced(&item), Doubts::default()),
        };
        Line { effect: Effect::Add, item, ranked, best, settled, doubts, span }
    }

    /// Whether a product is in the draft or was named in this message.
    pub(super) fn ordered(&self, product: u32) -> bool {
        let id = self.catalogue.entry(product).map(|e| e.product.id);
        self.draft.iter().any(|d| Some(d.product_id) == id)
            || self.lines.iter().any(|l| l.best.as_ref().is_some_and(|b| b.product == product))
    }

    pub(super) fn same(&self, line: &Line, product: Match) -> bool {
        self.product(line).is_some_and(|own| {
            own.product_id == product.product_id
                && (own.variant_id == product.variant_id || own.variant_id.is_none() || product.variant_id.is_none())
        })
    }

    pub(super) fn drafted(&self, product: Match) -> impl Iterator<Item = &'a DraftLine> + use<'a> {
        self.draft.iter().filter(move |d| {
            d.product_id == product.product_id
                && (product.variant_id.is_none() || d.variant_id.is_none() || d.variant_id == product.variant_id)
        })
    }

    /// A draft's line as a match.
    pub(super) fn of_draft(&self, drafted: &DraftLine) -> Option<Scored> {
        let product = self.catalogue.of(drafted.product_id)?;
        let entry = self.catalogue.entry(product)?;
        let variant = entry.product.variants.iter().position(|v| Some(v.id) == drafted.variant_id);
        let choice = Choice { variant, ..Default::default() };
        Some(Scored { product, score: 0.97, choice, unexplained: 0, close: true, keyword: false, trust: 1.0 })
    }
}

/// The amount of a line without a product, as it was written.
fn unplaced(item: &Item) -> Settled {
    let amount = item
        .amounts
        .iter()
        .find(|a| a.times)
        .or(item.amounts.iter().find(|a| a.measure.is_none()))
        .or(item.amounts.first());
    let unit = amount.and_then(|a| a.package.clone()).or(item.packages.first().cloned()).unwrap_or_default();
    Settled { e4: amount.map_or(ONE, |a| a.e4), unit, trust: 1.0, said: amount.is_some() }
}
