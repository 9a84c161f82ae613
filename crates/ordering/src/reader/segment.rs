//! Cutting a message's elements into sentences and those into items: what belongs to one product and its amount.
use super::counting::Amount;
use super::cues::Cue;
use super::entry::{Entry, PhraseKind};
use super::extents;
use super::index::Catalogue;
use super::items::{Item, merge, one_of};
use super::lexer::{Element, What};
use super::numbers;
use super::relative::Step;
use super::text::Token;
use super::variants;

/// A sentence or a line of a list.
#[derive(Debug)]
pub(super) struct Sentence {
    /// Its elements, by place.
    pub first: usize,
    pub past: usize,
    /// It ends in a question mark.
    pub asked: bool,
    pub items: Vec<Item>,
    /// It tells of something that it may not order.
    pub tells: bool,
}

/// Cuts the elements.
pub(super) fn sentences(catalogue: &Catalogue, tokens: &[Token], elements: &[Element]) -> Vec<Sentence> {
    let mut out = Vec::new();
    let mut first = 0;
    for (at, element) in elements.iter().enumerate() {
        let last = at + 1 == elements.len();
        let stop = match element.what {
            What::Stop { asked } => Some(asked),
            _ if last => Some(false),
            _ => None,
        };
        let Some(asked) = stop else { continue };
        let slice = elements.get(first..=at).unwrap_or_default();
        let (items, tells) = Cutter::new(catalogue, tokens).cut(slice);
        out.push(Sentence { first, past: at + 1, asked, items, tells });
        first = at + 1;
    }
    out
}

pub(super) struct Cutter<'a> {
    pub catalogue: &'a Catalogue,
    pub tokens: &'a [Token],
    pub items: Vec<Item>,
    pub current: Item,
    pub changing: bool,
    /// The exclusion holds for a whole row: "remove", not "no".
    pub sticky: bool,
    /// A correction may go on after an "and".
    pub correcting: bool,
    /// "We found 2 boxes": what is told of is not ordered.
    pub telling: bool,
    /// What was told of last.
    told: Option<Item>,
    /// A list without marks, each amount behind its name: "white bread 4 milk 2".
    behind: bool,
}

impl<'a> Cutter<'a> {
    fn new(catalogue: &'a Catalogue, tokens: &'a [Token]) -> Self {
        Self {
            catalogue,
            tokens,
            items: Vec::new(),
            current: Item::default(),
            changing: false,
            sticky: false,
            correcting: false,
            telling: false,
            told: None,
            behind: false,
        }
    }

    fn cut(mut self, elements: &[Element]) -> (Vec<Item>, bool) {
        self.behind = counts_behind(elements);
        for (at, element) in elements.iter().enumerate() {
            self.take(element, elements.get(at + 1..).unwrap_or_default());
        }
        // "Milk 5, bread 6 instead": the cue comes last.
        let last = elements.iter().rev().find(|e| !matches!(e.what, What::Filler | What::Stop { .. } | What::Request));
        let instead = last.is_some_and(|e| matches!(e.what, What::Cue(Cue::Correct)));
        if self.current.is_empty() && instead {
            for item in self.items.iter_mut().filter(|i| i.cue.is_none()) {
                item.cue = Some(Cue::Correct);
            }
        }
        self.flush();
        let tells = self.told.is_some_and(|item| !item.amounts.is_empty());
        (merge(self.items), tells)
    }

    pub(super) fn flush(&mut self) {
        let next = Item { joined: self.current.joined, ..Item::default() };
        // "A case of coffee 227g": the size counts nothing.
        let said = self.current.article || !self.current.content.is_empty();
        if said && self.current.lone_unit && self.current.amounts.iter().all(|a| a.measure.is_some()) {
            let one = self.current.packages.first().cloned().map(one_of);
            self.current.amounts.splice(0..0, one);
        }
        if self.current.is_empty() {
            // "4 tins, the big ones"
            let extent = self.current.extent.take();
            self.items.last_mut().into_iter().for_each(|item| item.extent = item.extent.or(extent));
            // A cue before a comma still holds: "no, make that 4".
            let cue = self.current.cue;
            self.current = Item { cue, more: self.current.more, requested: self.current.requested, ..next };
            return;
        }
        let mut item = std::mem::replace(&mut self.current, next);
        if self.telling && item.cue.is_none() && !item.requested {
            self.told = Some(item);
            return;
        }
        // "We had 3 coke left, so only need 2 cases": of the same.
        if let Some(told) = self.told.as_ref().filter(|_| item.content.is_empty() && !item.amounts.is_empty()) {
            item.content.clone_from(&told.content);
            item.phrases.clone_from(&told.phrases);
        }
        self.items.push(item);
    }

    pub(super) fn start(&mut self, cue: Option<Cue>) {
        self.flush();
        self.current = Item { cue: cue.or(self.current.cue.filter(|_| self.current.is_empty())), ..Item::default() };
    }

    fn take(&mut self, element: &Element, rest: &[Element]) {
        self.name(element, rest);
        let token = self.tokens.get(element.first).filter(|_| element.past == element.first + 1);
        self.current.extent = token.and_then(|t| extents::extent(&t.norm)).or(self.current.extent);
    }

    /// "The same of", "same again of": as many as before.
    fn says_same(&self, element: &Element) -> bool {
        let word = |at: usize| self.tokens.get(at).map_or("", |t| t.norm.as_str());
        let between = usize::from(matches!(word(element.first + 1), "amount" | "number" | "again"));
        word(element.first) == "same" && matches!(word(element.first + 1 + between), "of" | "for" | "in")
    }

    fn name(&mut self, element: &Element, rest: &[Element]) {
        if self.says_same(element) {
            self.current.same = true;
            return;
        }
        match &element.what {
            // "For my two girls starting college: …": whom it is for, and no item.
            What::Colon if self.current.placed && self.current.phrases.is_empty() => self.current = Item::default(),
            What::Stop { .. } | What::Noise | What::Times | What::Colon => {}
            What::Request if self.headed(element) => self.current = Item::default(),
            What::Filler => self.filler(element),
            What::Join => self.join(),
            What::Article => self.current.article |= self.current.content.is_empty(),
            What::Request => self.request(element),
            What::Preposition => self.preposition(element, rest),
            What::Reference => {
                // "Invoice to the usual address"
                if self.current.placed {
                    return;
                }
                self.flush();
                self.current.reference = true;
                self.current.cover(element);
                self.flush();
            }
            What::Cue(cue) => self.cue(*cue, element),
            What::Amount(amount) => self.amount(amount, element, rest),
            What::Unit(unit) => self.unit(unit, element),
            What::Measure(measure) => {
                self.current.loose = Some(*measure);
                if !self.current.is_empty() {
                    self.current.cover(element);
                }
            }
            What::Phrase(hit) => {
                if self.another(hit.node) {
                    self.start(None);
                    self.current.joined = true;
                }
                self.content(element, rest);
                self.current.phrases.push(hit.node);
            }
            What::Word => self.content(element, rest),
        }
    }

    /// "Kitchen order: …", "salon order wk 32": whose order it is, and no item.
    fn headed(&self, element: &Element) -> bool {
        let order = self.tokens.get(element.first).is_some_and(|t| matches!(t.norm.as_str(), "order" | "orders"));
        let item = &self.current;
        order
            && self.items.is_empty()
            && !item.content.is_empty()
            && item.cue.is_none()
            && !item.requested
            && !item.article
            && item.amounts.is_empty()
    }

    /// "2 S 6 M 4 L": the letter after a number is a size of what is spoken of, no metre and no litre.
    fn letter(&self, amount: &Amount) -> Option<usize> {
        let at = amount.span.1.checked_sub(1).filter(|_| amount.measure.is_some())?;
        let token = self.tokens.get(at).filter(|t| matches!(t.norm.as_str(), "m" | "l"))?;
        let word = self.catalogue.word(&token.key)?;
        let spoken_of =
            std::iter::once(&self.current).chain(self.items.iter().rev()).find(|i| !i.phrases.is_empty())?;
        let lettered = |entry: &Entry| {
            entry.unit_measure.is_none()
                && entry.variants.iter().all(|v| v.measure.is_none())
                && entry.variants.iter().any(|v| v.forms.iter().any(|form| form.as_slice() == [word]))
        };
        variants::entries(self.catalogue, &spoken_of.phrases).any(lettered).then_some(at)
    }

    fn amount(&mut self, amount: &Amount, element: &Element, rest: &[Element]) {
        if let Some(letter) = self.letter(amount) {
            if !self.current.amounts.is_empty() {
                self.start(None);
                self.current.joined = true;
            }
            self.current.amount_first |= self.current.content.is_empty();
            self.current.amounts.push(Amount { measure: None, span: (amount.span.0, letter), ..amount.clone() });
            self.current.content.push(letter);
            self.current.cover(element);
            return;
        }
        // "Cable 2.5 twin and earth": a broken number that the catalogue has is a name.
        let bare = amount.measure.is_none() && amount.package.is_none() && !amount.times;
        let token = self.tokens.get(element.first);
        if bare
            && amount.e4 % numbers::ONE != 0
            && !self.current.content.is_empty()
            && product_follows(rest)
            && token.is_some_and(|t| self.catalogue.word(&t.key).is_some_and(|w| !self.catalogue.having(w).is_empty()))
        {
            self.current.content.push(element.first);
            self.current.cover(element);
            return;
        }
        if !self.current.content.is_empty() && !self.belongs(amount, rest) {
            // "Actually, the boss says 16": words of talk keep the cue.
            let talk = self.current.phrases.is_empty() && self.current.amounts.is_empty();
            let cue = self.current.cue.filter(|c| talk && *c == Cue::Correct);
            self.start(cue);
            self.current.joined = true;
        }
        if self.current.content.is_empty() {
            self.current.amount_first = true;
            if self.current.carried == Some(false) {
                self.current.cue = None;
            }
        }
        let words = self.tokens.get(element.first..element.past).into_iter().flatten();
        self.current.more |= words.into_iter().any(|t| matches!(t.norm.as_str(), "more" | "extra"));
        // "3 fewer notebooks"
        let words = self.tokens.get(element.first..element.past).into_iter().flatten();
        if words.into_iter().any(|t| matches!(t.norm.as_str(), "fewer" | "less")) {
            self.current.step = Some(Step::Down);
        }
        self.current.amounts.push(amount.clone());
        self.current.cover(element);
    }

    /// Whether an amount after the product's words still speaks of that product.
    fn belongs(&self, amount: &Amount, rest: &[Element]) -> bool {
        let item = &self.current;
        if self.behind {
            return true;
        }
        let product_follows = product_follows(rest);
        // "x3 cheese x10 water": each count stands before its product.
        if item.amount_first && amount.times && product_follows && item.amounts.iter().any(|a| a.times) {
            return false;
        }
        // "M8x100 bolts"
        if self.tokens.get(amount.span.0).is_some_and(|t| t.norm == "x") && amount.measure.is_some() {
            return true;
        }
        // "No bread, 2 milk", with or without its comma.
        if item.cue == Some(Cue::Exclude) && product_follows && !item.phrases.is_empty() {
            return false;
        }
        // "Can you chuck us 4 bags of sand": words of talk, then the order.
        if item.amounts.is_empty() && item.phrases.is_empty() && product_follows && !amount.times {
            return false;
        }
        if item.amounts.is_empty() || amount.times && !followed(rest, |w| matches!(w, What::Times)) {
            return true;
        }
        let names = |a: &Amount| variants::names_amount(self.catalogue, &item.phrases, a);
        let more_follows =
            product_follows || amount.measure.is_none() && followed(rest, |w| matches!(w, What::Unit(_)));
        if item.amount_first {
            names(amount) && !item.amounts.iter().any(names) || !more_follows
        } else {
            item.amounts.iter().all(names) || names(amount) && !item.amounts.iter().any(names) || !more_follows
        }
    }

    fn unit(&mut self, unit: &str, element: &Element) {
        if self.current.content.is_empty() && self.current.amounts.is_empty() {
            self.current.lone_unit = true;
        }
        // "Sellotape (a tower)" is one of them.
        let article = element.first.checked_sub(1).and_then(|b| self.tokens.get(b));
        if !self.current.content.is_empty()
            && self.current.amounts.is_empty()
            && article.is_some_and(|t| matches!(t.norm.as_str(), "a" | "an"))
        {
            self.current.amounts.push(one_of(unit.to_owned()));
        }
        let began = !self.current.is_empty() || self.current.article;
        self.current.packages.push(unit.to_owned());
        if began || self.current.lone_unit {
            self.current.cover(element);
        }
    }

    /// Whether a phrase names another product than the phrases before it: "tea coffee".
    fn another(&self, node: u32) -> bool {
        let names =
            |node: u32| self.catalogue.ends(node).filter(|(_, p)| p.kind < PhraseKind::Keyword).map(|(id, _)| id);
        let products = |node: u32| self.catalogue.ends(node).map(|(id, _)| id);
        let apart =
            |old: u32| names(old).next().is_some() && !products(old).any(|id| products(node).any(|other| other == id));
        !self.current.phrases.is_empty()
            && names(node).next().is_some()
            && self.current.phrases.iter().all(|old| apart(*old))
    }

    fn content(&mut self, element: &Element, rest: &[Element]) {
        let item = &self.current;
        if !item.amount_first && !item.content.is_empty() && !item.amounts.is_empty() {
            let words: Vec<&str> =
                self.tokens.get(element.first..element.past).into_iter().flatten().map(|t| t.key.as_str()).collect();
            // "M8 50mm bolts 100": what counts is still to come.
            let uncounted = matches!(element.what, What::Phrase(_))
                && item.amounts.iter().all(|a| variants::names_amount(self.catalogue, &item.phrases, a));
            // "Red x 2 white x 2": another variant, with its own amount to come.
            let counted = item.amounts.iter().any(|a| !variants::names_amount(self.catalogue, &item.phrases, a));
            let said: Vec<&str> =
                item.content.iter().filter_map(|at| self.tokens.get(*at)).map(|t| t.key.as_str()).collect();
            let other = counted
                && followed(rest, |w| matches!(w, What::Amount(_) | What::Times | What::Phrase(_)))
                && variants::names_two(self.catalogue, &item.phrases, &said, &words);
            if other || !uncounted && !variants::names_words(self.catalogue, &item.phrases, &words) {
                self.start(None);
                self.current.joined = true;
            }
        }
        self.current.content.extend(element.first..element.past);
        self.current.cover(element);
    }
}

/// Whether names and amounts take turns without a mark between, a name first and an amount last.
fn counts_behind(elements: &[Element]) -> bool {
    let (mut counted, mut last) = (0, None);
    for element in elements {
        let amount = match element.what {
            What::Word | What::Phrase(_) => false,
            What::Amount(_) if last.is_none() => return false,
            What::Amount(_) => true,
            What::Filler | What::Noise | What::Unit(_) | What::Measure(_) | What::Times | What::Stop { .. } => continue,
            _ => return false,
        };
        counted += usize::from(amount && last == Some(false));
        last = Some(amount);
    }
    counted > 1 && last == Some(true)
}

/// Whether the words of a product are what comes next.
fn product_follows(rest: &[Element]) -> bool {
    let next = rest.iter().find(|e| {
        !matches!(
            e.what,
            What::Filler | What::Noise | What::Article | What::Times | What::Unit(_) | What::Cue(Cue::More)
        )
    });
    next.is_some_and(|e| matches!(e.what, What::Phrase(_) | What::Word))
}

/// Whether the next element that says something is such a one.
pub(super) fn followed(rest: &[Element], test: impl Fn(&What) -> bool) -> bool {
    rest.iter()
        .find(|e| !matches!(e.what, What::Filler | What::Noise | What::Article | What::Cue(Cue::More)))
        .is_some_and(|e| test(&e.what))
}
