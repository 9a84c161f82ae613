//! Playing the items of a message in their order: what is added, what takes an earlier word back, what the draft loses.
use super::counting::Amount;
use super::cues::Cue;
use super::items::Item;
use super::lines::{Line, Play};
use super::reading::{Effect, Match};
use super::relative::Step;

/// How much surer a "make that 4" is of its line than of anything else.
pub(super) const REFERRED: f64 = 0.95;
/// What a line keeps whose product the draft has, where nothing says that it comes on top.
const AGAIN: f64 = 0.85;
/// Which of several draft lines "make that 4" means is a guess: the last.
pub(super) const LAST_OF_MANY: f64 = 0.7;

impl Play<'_> {
    /// Plays one item. `keep` tells whether an item that is no correction is worth a line.
    pub(super) fn item(&mut self, item: Item, keep: impl Fn(&Line) -> bool) {
        if item.cue.is_none() && item.step.is_none() && !item.reference && self.name_variant(&item) {
            return;
        }
        let Some(line) = self.read(item) else { return };
        let none_wanted = line.settled.said && line.settled.e4 == 0;
        match line.item.cue {
            _ if line.item.reference => self.lines.push(line),
            Some(Cue::Scale) => _ = line.item.step.map(|step| self.change_by(line, step)),
            None | Some(Cue::More) if line.item.step == Some(Step::Down) => _ = self.change_by(line, Step::Down),
            Some(Cue::Exclude) if line.item.by || self.is_part(&line) => _ = self.change_by(line, Step::Down),
            Some(Cue::Exclude) => _ = self.exclude(line),
            Some(Cue::Correct) if line.item.supposed && !self.named_before(&line) => {
                let item = Item { cue: None, ..line.item };
                self.add(Line { item, ..line }, &keep);
            }
            Some(Cue::Correct) => self.correct(line, &keep),
            Some(Cue::Not | Cue::InsteadOf) => self.instead_of(line),
            Some(Cue::Change) => self.pending = Some(line),
            Some(Cue::Target) => self.target(line),
            None | Some(Cue::More) if none_wanted => _ = self.exclude(line),
            None | Some(Cue::More) => self.add(line, &keep),
        }
    }

    fn named_before(&self, line: &Line) -> bool {
        self.product(line).is_some_and(|product| {
            // "Make the milk 5 and the bread 6", where the draft has both.
            let drafted = self.drafted(product).next().is_some();
            drafted || self.lines.iter().any(|l| self.same(l, product))
        })
    }

    /// "Hats should be 12", "2 more cases of the water": of the draft's one line of that product, in its variant.
    pub(super) fn variant_of_draft(&self, mut line: Line, product: Match) -> Line {
        let mut drafted = self.drafted(product);
        let (Some(only), None) = (drafted.next(), drafted.next()) else { return line };
        let variant = self.of_draft(only).and_then(|b| b.choice.variant);
        match line.best.as_mut().filter(|b| b.choice.variant.is_none() && !b.choice.contradictory) {
            Some(best) if variant.is_some() => best.choice.variant = variant,
            _ => return line,
        }
        let mut named = self.line(line.item, line.ranked, line.best, line.span);
        named.doubts.refer(REFERRED);
        Line { effect: line.effect, ..named }
    }

    /// Ends a sentence: a change that named no new is a correction of the old.
    pub(super) fn end(&mut self) {
        if let Some(line) = self.pending.take() {
            let step = line.item.step.filter(|_| line.item.by);
            if let Some(step) = step {
                self.change_by(line, step);
            } else if line.settled.said {
                self.correct(line, &|_: &Line| true);
            } else {
                self.left = true;
            }
        }
    }

    pub(super) fn add(&mut self, line: Line, keep: &impl Fn(&Line) -> bool) {
        let alone = line.item.content.is_empty() && line.best.is_none();
        if !alone {
            if keep(&line) {
                // A heading ("Hard hats:") gives way to the first line under it.
                let heading = self.lines.last().is_some_and(|last| {
                    last.item.amounts.is_empty()
                        && last.effect == Effect::Add
                        && !last.item.article
                        && line.item.phrases.is_empty()
                        && line.best.as_ref().map(|b| b.product) == last.best.as_ref().map(|b| b.product)
                        && last.best.is_some()
                });
                if heading {
                    self.lines.pop();
                }
                // "5 hammers" of a draft that has some: five more, or five in all.
                let mut line = match self.product(&line).filter(|_| line.item.more) {
                    Some(product) => self.variant_of_draft(line, product),
                    None => line,
                };
                if self.only(&line)
                    && let Some(product) = self.product(&line)
                    && self.drafted(product).count() == 1
                {
                    let set = self.variant_of_draft(line, product);
                    self.lines.push(Line { effect: Effect::Set, ..set });
                    return;
                }
                let again = !line.item.more && self.product(&line).is_some_and(|p| self.drafted(p).next().is_some());
                line.doubts.refer(if again { AGAIN } else { 1.0 });
                self.lines.push(line);
            } else if line.best.is_some() || line.settled.said || line.item.joined {
                self.left = true;
            }
            return;
        }
        // "We are out of bin bags. Send 6 rolls."
        let bare = self.lines.last().is_some_and(|last| last.item.amounts.is_empty() && last.best.is_some());
        if bare {
            self.amend_last(&line, 1.0);
        } else if let Some(asked) = self.asked_of.take().filter(|_| line.settled.said) {
            // "Got any wipes? Need 4 tubs": whether there are any, a person says.
            self.left = true;
            let sizes = asked.amounts.into_iter().filter(|a| a.measure.is_some());
            let amounts = sizes.chain(line.item.amounts).collect();
            let item = Item { amounts, cue: None, requested: true, ..asked };
            let read = self.read(item).map(|read| Line { span: line.span, ..read });
            self.lines.extend(read);
        } else if line.item.more && line.settled.said && self.lines.is_empty() {
            self.last_of_draft(line, Effect::Add);
        } else {
            self.left = true;
        }
    }

    /// "Only 10 cement now": no more than so many in all.
    fn only(&self, line: &Line) -> bool {
        let Some(amount) = line.item.amounts.first().filter(|_| line.settled.said && !line.item.more) else {
            return false;
        };
        let words = self.tokens.get(amount.span.0.saturating_sub(3)..amount.span.0).unwrap_or_default();
        let marked = |t: &super::text::Token| !matches!(t.kind, super::text::Kind::Word);
        words.iter().rev().take_while(|t| !marked(t)).any(|t| t.norm == "only")
    }

    /// Gives the last line the amounts of another.
    fn amend_last(&mut self, by: &Line, trust: f64) {
        let Some(last) = self.lines.pop() else { return };
        let span = both(last.span, by.span);
        let mut item = last.item;
        // The variant a measure named stays: only the count was wrong.
        let named = last.best.as_ref().and_then(|b| b.choice.amount).and_then(|at| item.amounts.get(at).cloned());
        let new = in_the_unit_of(&item.amounts, named.as_ref(), &by.item.amounts);
        item.amounts = named.into_iter().chain(new).collect();
        if by.item.amounts.iter().any(|a| a.package.is_some()) {
            item.packages.clear();
        }
        let best = last.best.map(|mut best| {
            best.choice.amount = best.choice.amount.map(|_| 0);
            best
        });
        let mut amended = self.line(item, last.ranked, best, span);
        amended.effect = last.effect;
        amended.doubts.refer(trust);
        self.lines.push(amended);
    }

    pub(super) fn correct(&mut self, line: Line, keep: &impl Fn(&Line) -> bool) {
        self.amended |= line.best.is_some() || !self.draft.is_empty() || !self.lines.is_empty();
        if line.item.content.is_empty() {
            // "No sorry, just do a full box": what it corrects to was not understood.
            if !line.settled.said {
                self.left |= !self.lines.is_empty();
                return;
            }
            if self.lines.is_empty() {
                self.last_of_draft(line, Effect::Set);
            } else {
                self.amend_last(&line, REFERRED);
            }
            return;
        }
        let Some(product) = self.product(&line) else {
            if keep(&line) {
                self.lines.push(line);
            } else {
                self.left |= !self.lines.is_empty();
            }
            return;
        };
        let unsaid = !line.settled.said && line.item.phrases.is_empty();
        let other = self.lines.last().and_then(|l| self.product(l)).filter(|last| {
            last.product_id == product.product_id
                && product.variant_id.is_some()
                && last.variant_id != product.variant_id
        });
        if let Some(mut last) = self.lines.pop_if(|l| unsaid && other.is_some() && l.effect == Effect::Add) {
            // "6 white silicone, sorry, clear": the same in another variant.
            let variant = line.best.as_ref().and_then(|b| b.choice.variant);
            if let Some(best) = last.best.as_mut() {
                best.choice.variant = variant;
                best.choice.amount = None;
            }
            let mut named = self.line(last.item, last.ranked, last.best, both(last.span, line.span));
            named.doubts.refer(REFERRED);
            self.lines.push(named);
        } else if let Some(at) = self.lines.iter().rposition(|l| self.same(l, product)) {
            if let (Some(old), true) = (self.lines.get(at), line.settled.said) {
                let span = both(old.span, line.span);
                let effect = old.effect;
                let mut new = self.carry_variant(old, line);
                new.doubts.refer(REFERRED);
                self.lines.remove(at);
                self.lines.insert(at, Line { effect, span, ..new });
            }
        } else if self.drafted(product).next().is_some() {
            let effect = if line.settled.said { Effect::Set } else { Effect::Add };
            let line = self.variant_of_draft(line, product);
            self.lines.push(Line { effect, ..line });
        } else if let Some(old) = self.other_drafted(&line, product) {
            let had = self.exclude(old);
            self.lines.push(line);
            self.inherit(self.lines.len() - 1, had);
        } else if keep(&line) {
            // "2 milk, sorry, bread": whether the milk goes is not said.
            let clear = self.lines.is_empty() && self.draft.is_empty();
            let mut line = line;
            line.doubts.refer(if clear { 1.0 } else { 0.8 });
            self.lines.push(line);
        }
    }

    /// A correction keeps the variant and the unit it does not name.
    fn carry_variant(&self, old: &Line, mut new: Line) -> Line {
        let variant = old.best.as_ref().and_then(|b| b.choice.variant);
        // "5 lemons" says all of it, "the onions 3" does not.
        if !new.item.amount_first && new.best.as_ref().is_some_and(|b| b.choice.amount.is_none()) {
            let amounts = in_the_unit_of(&old.item.amounts, None, &new.item.amounts);
            new.item.amounts = amounts;
            new = self.line(new.item, new.ranked, new.best, new.span);
        }
        if let Some(best) = new.best.as_mut().filter(|b| b.choice.variant.is_none())
            && variant.is_some()
        {
            best.choice.variant = variant;
            best.choice.contradictory = false;
            return self.line(new.item, new.ranked, new.best, new.span);
        }
        new
    }

    /// "Make that 4", "2 more": of the draft's last line.
    fn last_of_draft(&mut self, line: Line, effect: Effect) {
        let Some(drafted) = self.draft.last() else {
            self.left = true;
            return;
        };
        let Some(best) = self.of_draft(drafted) else {
            self.left = true;
            return;
        };
        let trust = if self.draft.len() == 1 { REFERRED } else { LAST_OF_MANY };
        let mut set = self.line(line.item, Vec::new(), Some(best), line.span);
        set.doubts.refer(trust);
        self.lines.push(Line { effect, ..set });
    }

    /// Takes a product out of this message's lines, or else out of the draft. Gives what it had been ordered in.
    pub(super) fn exclude(&mut self, line: Line) -> Option<i64> {
        // "We don't need anything" takes nothing back.
        self.amended |= line.best.is_some() || !self.draft.is_empty() || !self.lines.is_empty();
        let Some(product) = self.product(&line) else {
            // A person must see what the customer wants out of a draft.
            if !self.draft.is_empty() && !line.item.content.is_empty() {
                self.lines.push(Line { effect: Effect::Remove, ..line });
            } else if let Some(at) = self.numbered(&line) {
                return Some(self.lines.remove(at).settled.e4);
            } else {
                self.left |= !self.lines.is_empty();
            }
            return None;
        };
        let mut had = None;
        if let Some(at) = self.lines.iter().rposition(|l| l.effect != Effect::Remove && self.same(l, product)) {
            let gone = self.lines.remove(at);
            had = Some(gone.settled.e4);
            if gone.effect == Effect::Add {
                return had;
            }
        }
        // Leaving out is safe to read: an amount that was not given takes nothing from it.
        let unsure = self.drafted(product).count() > 1;
        for drafted in self.drafted(product) {
            had = Some(drafted.quantity.e4());
            // "The 50mm instead of the 30": the 30 went when the 50 came.
            let of = self.of_draft(drafted).map(|b| (b.product, b.choice.variant));
            let gone =
                |l: &Line| l.effect == Effect::Remove && l.best.as_ref().map(|b| (b.product, b.choice.variant)) == of;
            if self.lines.iter().any(gone) {
                continue;
            }
            let mut gone = line.clone();
            gone.effect = Effect::Remove;
            gone.settled.e4 = drafted.quantity.e4().max(1);
            // "Remove 2 milk" of ten may mean eight are left.
            let part = line.settled.said && line.settled.e4 != drafted.quantity.e4();
            let unsure = unsure || part;
            gone.doubts.unsaid = 0.0;
            gone.doubts.amount = 0.0;
            gone.doubts.refer(if unsure { LAST_OF_MANY } else { 1.0 });
            if let (Some(best), Some(of)) = (gone.best.as_mut(), self.of_draft(drafted)) {
                best.choice.variant = of.choice.variant;
                if gone.item.amounts.is_empty() && !best.choice.contradictory {
                    gone.doubts.settle_variant();
                }
            }
            self.lines.push(gone);
        }
        had
    }

    /// "6 x 20 vol, 2 x 40 vol. Scrap the 40": the line whose variant begins with the number.
    fn numbered(&self, line: &Line) -> Option<usize> {
        let [amount] = line.item.amounts.as_slice() else { return None };
        let word = self.tokens.get(amount.span.0).and_then(|t| self.catalogue.word(&t.key))?;
        self.lines.iter().rposition(|l| {
            let variant = l.best.as_ref().and_then(|b| b.choice.variant);
            let keys = self.entry(l).and_then(|e| e.variants.get(variant?));
            l.effect == Effect::Add && keys.is_some_and(|k| k.forms.iter().any(|form| form.first() == Some(&word)))
        })
    }
}

/// A bare new amount counts what the old one counted: "2 boxes … no, 3".
fn in_the_unit_of(old: &[Amount], named: Option<&Amount>, new: &[Amount]) -> Vec<Amount> {
    let mut new = new.to_vec();
    let counted = old.iter().find(|a| named.is_none_or(|n| n.e4 != a.e4 || n.measure != a.measure));
    if let ([only], Some(counted)) = (new.as_mut_slice(), counted)
        && only.package.is_none()
        && only.measure.is_none()
        && !only.dozens
    {
        only.package.clone_from(&counted.package);
        only.measure = counted.measure;
    }
    new
}

/// From where the first of two pieces begins to where the last one ends: a correction may stand before what it corrects.
pub(super) fn both(a: (usize, usize), b: (usize, usize)) -> (usize, usize) {
    (a.0.min(b.0), a.1.max(b.1))
}
