//! Joining what belongs together once products are known: a name in two pieces, one amount for several products, and a
//! total with its parts.
use super::counting::Amount;
use super::items::Item;
use super::lines::Play;
use super::matching::{self, Scored};
use super::reading::Effect;

/// A name that is said in full fits at least so well.
const WHOLE: f64 = 0.9;
/// Two pieces beside one another, one without a count, need not fit better than this.
const PLAIN: f64 = 0.5;
/// A name said in part fits worse than this.
const PARTIAL: f64 = 0.85;

impl Play<'_> {
    /// The items of a sentence, joined where they are one.
    pub(super) fn gather(&mut self, items: Vec<Item>) -> Vec<Item> {
        let items = self.rows(items);
        let mut out: Vec<Item> = Vec::with_capacity(items.len());
        for item in items {
            let near = out.last().filter(|_| out.len() < super::rules::MAX_LINES);
            match near.and_then(|last| self.joined(last, &item)) {
                Some(whole) => *out.last_mut().unwrap_or(&mut Item::default()) = whole,
                None => out.push(item),
            }
        }
        self.spread(&mut out);
        out
    }

    pub(super) fn best(&mut self, item: &Item) -> Option<Scored> {
        matching::rank(self.catalogue, &mut self.speller, self.tokens, item).into_iter().next()
    }

    /// "Milk 2 crates semi", "cable 2.5mm twin and earth": two pieces that are one product's name.
    fn joined(&mut self, first: &Item, second: &Item) -> Option<Item> {
        let counts = |item: &Item| item.amounts.iter().any(|a| a.measure.is_none());
        let apart = second.cue.is_some()
            || first.of.is_some()
            || second.of.is_some()
            || first.reference
            || second.reference
            || first.content.is_empty()
            || second.content.is_empty()
            || second.requested
            || second.placed
            || second.article
            || counts(first) && counts(second)
            || second.parted && !second.amounts.is_empty();
        if apart {
            return None;
        }
        let mut whole = first.clone();
        whole.content.extend(&second.content);
        whole.phrases.extend(&second.phrases);
        whole.amounts.extend(second.amounts.iter().cloned());
        whole.packages.extend(second.packages.iter().cloned());
        whole.extent = first.extent.or(second.extent);
        whole.span = first.span.zip(second.span).map(|((from, _), (_, to))| (from, to));
        let of_whole = self.best(&whole).filter(|b| b.close)?;
        let of_first = self.best(first);
        let of_second = self.best(second);
        // "Milk 2 crates semi", "printer paper A3 x 5": with no mark between them the piece without a count belongs to the other.
        let beside = !second.parted && counts(first) != counts(second) && !first.article && first.cue.is_none();
        let of_counted = if counts(first) { &of_first } else { &of_second };
        let of_bare = if counts(first) { &of_second } else { &of_first };
        let told = |part: &Option<Scored>| part.as_ref().is_some_and(|p| p.product == of_whole.product);
        if beside
            && of_whole.score >= PLAIN
            && of_bare.is_some()
            && (told(&of_second) && of_whole.unexplained == 0
                || told(of_counted) && of_whole.unexplained <= 1 && counts(second))
        {
            return Some(whole);
        }
        if of_whole.unexplained > 0 || of_whole.score < WHOLE {
            return None;
        }
        let better = |part: &Option<Scored>| part.as_ref().is_none_or(|p| p.score < of_whole.score);
        let one = |part: &Option<Scored>| part.as_ref().is_some_and(|p| p.product == of_whole.product);
        let joins = if second.parted {
            // "5 bread please, wholemeal": bread alone was not enough.
            of_first.as_ref().is_some_and(|f| f.score < PARTIAL) && one(&of_second)
        } else {
            (better(&of_second) || one(&of_second)) && (better(&of_first) || one(&of_first) || of_second.is_some())
        };
        joins.then_some(whole)
    }

    /// "2 each of cola and water", "nuts and washers x 100": one amount for several products.
    fn spread(&self, items: &mut [Item]) {
        let each = |item: &Item| {
            let (first, past) = item.span.unwrap_or_default();
            self.tokens
                .get(first..(past + 1).min(self.tokens.len()))
                .into_iter()
                .flatten()
                .any(|t| matches!(t.norm.as_str(), "each" | "ea"))
        };
        let bare = |item: &Item| {
            item.amounts.is_empty() && !item.content.is_empty() && item.cue.is_none() && !item.article && !item.placed
        };
        for at in 0..items.len() {
            let Some(item) = items.get(at).filter(|i| !i.amounts.is_empty() && !i.content.is_empty()) else { continue };
            let (said, counted) = (each(item), item.amounts.iter().all(|a| a.times));
            let mut amounts: Vec<Amount> = item.amounts.clone();
            // The "each" of "2 of each" is no piece.
            let piece = |a: &Amount| a.package.as_deref() == Some("piece");
            amounts.iter_mut().filter(|a| said && piece(a)).for_each(|a| a.package = None);
            if item.amount_first && said {
                items
                    .iter_mut()
                    .skip(at + 1)
                    .take_while(|i| i.parted && bare(i))
                    .for_each(|i| i.amounts.clone_from(&amounts));
                items.get_mut(at).into_iter().for_each(|i| i.amounts.clone_from(&amounts));
            } else if !item.amount_first && item.parted && (said || counted) {
                // Without an "each" it is a guess that the others share it.
                for amount in &mut amounts {
                    amount.vague |= !said;
                }
                let before = items.get_mut(..at).unwrap_or_default();
                let shares = before.iter().all(bare);
                let sharing = before.iter_mut().rev().take_while(|i| bare(i));
                let mut receivers = 0;
                sharing.filter(|_| said || shares).for_each(|i| {
                    i.amounts.clone_from(&amounts);
                    receivers += 1;
                });
                items
                    .get_mut(at)
                    .filter(|_| said && receivers > 0)
                    .into_iter()
                    .for_each(|i| i.amounts.clone_from(&amounts));
            }
        }
    }

    /// "6 silicone (3 clear, 3 white)": the parts stand for the total.
    pub(super) fn divide(&mut self, from: usize) {
        let count = |amounts: &[Amount]| match amounts {
            [one] if one.measure.is_none() && !one.vague => Some(one.e4),
            _ => None,
        };
        let mut at = from;
        while at < self.lines.len() {
            let Some(total) = self.lines.get(at) else { break };
            let product = total.best.as_ref().filter(|b| b.choice.variant.is_none()).map(|b| b.product);
            let due = count(&total.item.amounts).filter(|_| total.effect == Effect::Add);
            let package = total.item.amounts.first().and_then(|a| a.package.clone());
            let mut parts = 0;
            let mut sum = 0;
            for line in self.lines.iter().skip(at + 1) {
                let part = line.best.as_ref().filter(|b| Some(b.product) == product && b.choice.variant.is_some());
                let Some(e4) = part.filter(|_| line.item.phrases.is_empty()).and_then(|_| count(&line.item.amounts))
                else {
                    break;
                };
                parts += 1;
                sum += e4;
                if Some(sum) == due {
                    break;
                }
            }
            if parts > 1 && Some(sum) == due {
                self.lines.remove(at);
                for place in at..at + parts {
                    self.count_in(place, package.clone());
                }
                at += parts;
            } else {
                at += 1;
            }
        }
    }

    /// Lets a part count what its total counted: "2 boxes of pens (1 black, 1 blue)".
    fn count_in(&mut self, place: usize, package: Option<String>) {
        let Some(line) = self.lines.get(place).filter(|_| package.is_some()).cloned() else { return };
        let mut item = line.item;
        item.amounts.iter_mut().filter(|a| a.package.is_none()).for_each(|a| a.package.clone_from(&package));
        let again = self.line(item, line.ranked, line.best, line.span);
        if let Some(slot) = self.lines.get_mut(place) {
            *slot = again;
        }
    }

    /// "Eggs 2 cases, medium", "3 glue, 500 ml": a variant or a size said after the line it belongs to.
    pub(super) fn name_variant(&mut self, item: &Item) -> bool {
        let uncounted = item.amounts.iter().all(|a| a.measure.is_some()) && !item.article && item.phrases.is_empty();
        let last = self.lines.last().filter(|l| uncounted && l.settled.said && l.effect != Effect::Remove);
        let Some(last) = last.cloned() else { return false };
        let Some(entry) = self.entry(&last) else { return false };
        let counts = last.item.amounts.iter().any(|a| a.measure.is_none());
        if !counts {
            return false;
        }
        if item.content.is_empty()
            && item.amounts.iter().all(|a| matching::is_size(entry, a))
            && !item.amounts.is_empty()
        {
            return true;
        }
        let mut whole = last.item.clone();
        whole.content.extend(&item.content);
        whole.amounts.extend(item.amounts.iter().cloned());
        whole.packages.extend(item.packages.iter().cloned());
        whole.span = last.item.span.zip(item.span).map(|((from, _), (_, to))| (from, to));
        let product = last.best.as_ref().map_or(0, |b| b.product);
        if last.best.as_ref().is_none_or(|b| b.choice.variant.is_some()) {
            return false;
        }
        let fit = matching::fit(self.catalogue, &mut self.speller, self.tokens, &whole, product);
        let Some(fit) = fit.filter(|f| {
            f.choice.variant.is_some() && !f.choice.contradictory && (f.unexplained == 0 || f.choice.amount.is_some())
        }) else {
            return false;
        };
        let span = whole.span.unwrap_or(last.span);
        let named = self.line(whole, last.ranked, Some(fit), span);
        self.lines.pop();
        self.lines.push(super::lines::Line { effect: last.effect, ..named });
        true
    }
}
