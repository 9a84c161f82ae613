//! Swaps: what takes the place of something else, and what it keeps of it.
use super::corrections::{REFERRED, both};
use super::cues::Cue;
use super::entry::{Entry, VariantKeys};
use super::items::Item;
use super::lines::{Line, Play};
use super::matching::{self, Scored};
use super::reading::{Effect, Match};
use super::relative::Step;
use super::variants::{self, Choice};

impl Play<'_> {
    pub(super) fn instead_of(&mut self, line: Line) {
        self.amended = true;
        // "Not the 200 the 400": what is wanted in its place was not understood.
        self.left |= self.lines.is_empty();
        if let Some(old) = self.other_size(&line) {
            let place = self.lines.len();
            let had = self.exclude(old);
            if let Some(at) = place.checked_sub(1) {
                self.inherit(at, had);
            }
            return;
        }
        if line.item.content.is_empty() {
            // "15, not 10", "6 instead of 4": the new amount sets.
            let product = self.lines.last().and_then(|last| self.product(last));
            if let Some(product) = product
                && self.drafted(product).next().is_some()
                && let Some(last) = self.lines.pop()
            {
                let named = self.variant_of_draft(last, product);
                self.lines.push(Line { effect: Effect::Set, ..named });
            }
            return;
        }
        // "Latex instead of nitrile" keeps the size.
        if let Some(new) = self.lines.pop() {
            let (effect, named) = (new.effect, self.same_value(&line, new));
            self.lines.push(Line { effect, ..named });
        }
        let place = self.lines.len();
        let had = self.exclude(line);
        let Some(at) = place.checked_sub(1) else { return };
        self.inherit(at, had);
    }

    /// "The gloves should be small": the draft's one line of that product in another variant, where no amount is said.
    pub(super) fn other_drafted(&self, line: &Line, product: Match) -> Option<Line> {
        product.variant_id.filter(|_| !line.settled.said)?;
        let mut others = self.draft.iter().filter(|d| d.product_id == product.product_id);
        let (Some(only), None) = (others.next(), others.next()) else { return None };
        let best = self.of_draft(only).filter(|b| b.choice.variant.is_some())?;
        let item = Item { content: line.item.content.clone(), span: line.item.span, ..Item::default() };
        Some(self.line(item, Vec::new(), Some(best), line.span))
    }

    /// "The 1kg coffee instead of the 227g", "50mm bolts, not 30": another variant of the product just named.
    fn other_size(&self, line: &Line) -> Option<Line> {
        let last = self.lines.last().filter(|l| line.item.content.is_empty() && l.effect == Effect::Add)?;
        let best = last.best.as_ref()?;
        let named = best.choice.amount.and_then(|at| last.item.amounts.get(at))?;
        let mut amounts = line.item.amounts.clone();
        amounts
            .iter_mut()
            .filter(|a| a.measure.is_none() && a.package.is_none())
            .for_each(|a| a.measure = named.measure);
        let entry = self.catalogue.entry(best.product)?;
        let mut choice = variants::choose(self.catalogue, entry, &[], &amounts, &[], None);
        // "1 litre, not 500": the number alone names it.
        let number = |v: &VariantKeys| amounts.iter().any(|a| v.measure.is_some_and(|(e4, _)| e4 == a.e4));
        choice.variant = choice.variant.or(entry.variants.iter().position(number));
        if choice.variant.is_none() || choice.variant == best.choice.variant {
            return None;
        }
        let item =
            Item { cue: line.item.cue, content: last.item.content.clone(), span: line.item.span, ..Item::default() };
        let best = Scored { choice: Choice { amount: None, ..choice }, ..best.clone() };
        Some(self.line(item, Vec::new(), Some(best), line.span))
    }

    pub(super) fn target(&mut self, line: Line) {
        let Some(old) = self.pending.take() else {
            self.add(line, &|_: &Line| true);
            return;
        };
        self.amended = true;
        let other_variant = line.item.content.is_empty()
            && self.entry(&old).is_some_and(|entry| self.chosen_by_amount(entry, &line.item).variant.is_some());
        let fit = old
            .best
            .as_ref()
            .map(|b| b.product)
            .and_then(|product| matching::fit(self.catalogue, &mut self.speller, self.tokens, &line.item, product));
        let fit = fit.filter(|f| f.choice.variant.is_some() && f.unexplained == 0 && line.item.phrases.is_empty());
        if let Some(fit) = fit.filter(|_| !line.item.content.is_empty() && line.item.amounts.is_empty()) {
            let had = self.exclude(old);
            let best = Scored { score: 0.95, close: true, ..fit };
            let new = self.line(line.item, Vec::new(), Some(best), line.span);
            self.lines.push(new);
            self.inherit(self.lines.len() - 1, had);
            return;
        }
        if other_variant {
            let (Some(mut best), Some(entry)) = (old.best.clone(), self.entry(&old)) else {
                return;
            };
            best.choice = self.chosen_by_amount(entry, &line.item);
            let had = self.exclude(old);
            let mut new = self.line(line.item, Vec::new(), Some(best), line.span);
            new.item.amounts.clear();
            self.lines.push(new);
            self.inherit(self.lines.len() - 1, had);
            return;
        }
        if line.item.content.is_empty() {
            let mut item = old.item;
            item.amounts = line.item.amounts;
            item.packages.extend(line.item.packages);
            let span = both(old.span, line.span);
            let mut set = self.line(item, old.ranked, old.best, span);
            set.item.cue = Some(Cue::Correct);
            self.correct(set, &|_: &Line| true);
            return;
        }
        let line = self.same_value(&old, line);
        let had = self.give_up(old);
        let at = self.lines.len();
        self.lines.push(line);
        self.inherit(at, had);
    }

    fn chosen_by_amount(&self, entry: &Entry, item: &Item) -> Choice {
        variants::choose(self.catalogue, entry, &[], &item.amounts, &item.packages, item.extent)
    }

    /// Takes the old of a swap out of the order, or so much of it as was said: "swap 2 of the colas for lemonade".
    fn give_up(&mut self, old: Line) -> Option<i64> {
        let drafted = self.product(&old).and_then(|p| self.drafted(p).next()).map(|d| d.quantity.e4());
        let part = old.settled.e4;
        if old.settled.said && drafted.is_some_and(|had| had > part) && self.change_by(old.clone(), Step::Down) {
            return Some(part);
        }
        self.exclude(old)
    }

    /// "Swap the white for magnolia" keeps the size, where the new comes in it.
    fn same_value(&self, old: &Line, line: Line) -> Line {
        let product = self.product(old);
        let drafted = product.and_then(|p| self.drafted(p).next()).and_then(|d| self.of_draft(d));
        let variant = old.best.as_ref().and_then(|b| b.choice.variant).or(drafted.and_then(|b| b.choice.variant));
        let value = self.entry(old).zip(variant).and_then(|(e, v)| Some(&e.product.variants.get(v)?.value));
        let same = self
            .entry(&line)
            .zip(value)
            .and_then(|(e, value)| e.product.variants.iter().position(|v| v.value == *value));
        let mut line = line;
        match line.best.as_mut().filter(|b| b.choice.variant.is_none() && !b.choice.contradictory) {
            Some(best) if same.is_some() => best.choice.variant = same,
            _ => return line,
        }
        let mut named = self.line(line.item, line.ranked, line.best, line.span);
        named.doubts.refer(REFERRED);
        named
    }

    /// The new takes the old's amount where it was given none.
    pub(super) fn inherit(&mut self, at: usize, had: Option<i64>) {
        if let (Some(new), Some(e4)) = (self.lines.get_mut(at), had)
            && new.best.as_ref().is_some_and(|b| new.item.amounts.len() <= usize::from(b.choice.amount.is_some()))
        {
            new.doubts.unsaid = 0.0;
            new.doubts.amount = 0.0;
            new.doubts.refer(REFERRED);
            new.settled.e4 = e4;
            new.settled.said = true;
        }
    }
}
