//! One amount for several variants in a row: "red, black and blue, 5 of each", "2 each of the small and large".
use super::counting::Amount;
use super::entry::Entry;
use super::extents;
use super::index::Catalogue;
use super::items::Item;
use super::lexicon;
use super::lines::Play;
use super::numbers;
use super::text::{Kind, Token};
use super::units;

/// Items looked at before or behind an "each".
const LONGEST: usize = 8;
/// Words looked at.
const WORDS: usize = 48;

/// A variant named among the tokens: which, and where it ends.
struct Mention {
    variant: usize,
    past: usize,
}

/// A row: the items it takes the place of, its product, its variants, and the tokens from the first to past the last.
struct Row {
    items: (usize, usize),
    product: u32,
    mentions: Vec<Mention>,
    span: (usize, usize),
}

impl Play<'_> {
    /// The items of a sentence, with one item for each variant of a row.
    pub(super) fn rows(&mut self, mut items: Vec<Item>) -> Vec<Item> {
        let mut at = 0;
        while at < items.len() && items.len() < super::rules::MAX_LINES {
            let each = items.get(at).and_then(|item| self.each(item));
            let row = each.as_ref().and_then(|amount| self.row(&items, at, amount));
            if let Some((amount, row)) = each.zip(row) {
                let begun = items.get(row.items.0).cloned().unwrap_or_default();
                let apart = apart(&row, &amount, &begun);
                at = row.items.0 + apart.len();
                items.splice(row.items.0..row.items.1, apart);
            } else {
                at += 1;
            }
        }
        items
    }

    /// The amount of an item that "each" follows.
    fn each(&self, item: &Item) -> Option<Amount> {
        let said = |amount: &&Amount| {
            let words = self.tokens.get(amount.span.0..(amount.span.1 + 2).min(self.tokens.len()));
            words.into_iter().flatten().any(|t| matches!(t.norm.as_str(), "each" | "ea" | "apiece"))
        };
        let mut amount = item.amounts.iter().filter(|a| a.span.1 > 0).find(said)?.clone();
        amount.package = amount.package.filter(|p| p != "piece");
        Some(amount)
    }

    /// The longest row that ends or begins with the amount.
    fn row(&mut self, items: &[Item], at: usize, amount: &Amount) -> Option<Row> {
        let span = |n: usize| items.get(n).and_then(|i| i.span);
        let behind = (at.saturating_sub(LONGEST)..=at).find_map(|from| {
            let tokens = (span(from)?.0, amount.span.0);
            let (product, mentions) = self.mentions(items.get(from..=at)?, tokens)?;
            Some(Row { items: (from, at + 1), product, mentions, span: (tokens.0, amount.span.1) })
        });
        let last = (at + LONGEST).min(items.len().saturating_sub(1));
        behind.or_else(|| {
            (at..=last).rev().find_map(|to| {
                let counted = |i: &Item| i.amounts.iter().any(|a| a.measure.is_none() && a.span != amount.span);
                let row = items.get(at..=to).filter(|row| !row.iter().any(counted))?;
                let tokens = (amount.span.1, span(to)?.1);
                let (product, mentions) = self.mentions(row, tokens)?;
                Some(Row { items: (at, to + 1), product, mentions, span: (amount.span.0, tokens.1) })
            })
        })
    }

    /// The product these items speak of and the variants named among the tokens, if they name two and nothing else.
    fn mentions(&mut self, items: &[Item], span: (usize, usize)) -> Option<(u32, Vec<Mention>)> {
        let tokens = self.tokens.get(span.0..span.1).filter(|t| t.len() <= WORDS)?;
        if items.iter().any(|i| i.reference || i.cue.is_some_and(|cue| cue != super::cues::Cue::More)) {
            return None;
        }
        let product = match items.iter().find(|i| !i.phrases.is_empty()) {
            Some(item) => self.best(item)?.product,
            None => self.lines.last()?.best.as_ref()?.product,
        };
        let entry = self.catalogue.entry(product).filter(|e| e.variants.len() > 1)?;
        let mut mentions: Vec<Mention> = Vec::new();
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            let (variant, length) = named(self.catalogue, entry, tokens, at);
            if let Some(variant) = variant {
                if mentions.iter().any(|m| m.variant == variant) {
                    return None;
                }
                mentions.push(Mention { variant, past: span.0 + at + length });
            } else if !idle(self.catalogue, entry, token) {
                return None;
            }
            at += length;
        }
        (mentions.len() > 1).then_some((product, mentions))
    }
}

/// An item for each variant; together they take up all tokens of the row.
fn apart(row: &Row, amount: &Amount, begun: &Item) -> Vec<Item> {
    let mut from = row.span.0;
    let last = row.mentions.len().saturating_sub(1);
    let each = |(at, mention): (usize, &Mention)| {
        let past = if at == last { row.span.1 } else { mention.past };
        let span = (from, past);
        from = past;
        Item {
            content: vec![mention.past.saturating_sub(1)],
            amounts: vec![amount.clone()],
            of: Some((row.product, mention.variant)),
            more: begun.more,
            requested: begun.requested,
            span: Some(span),
            ..Item::default()
        }
    };
    row.mentions.iter().enumerate().map(each).collect()
}

/// The variant named from this token on, and how many tokens are done with.
fn named(catalogue: &Catalogue, entry: &Entry, tokens: &[Token], at: usize) -> (Option<usize>, usize) {
    let Some(token) = tokens.get(at) else { return (None, 1) };
    let form = |form: &Vec<u32>| {
        let words = tokens.get(at..at + form.len());
        words.is_some_and(|words| words.iter().zip(form).all(|(t, word)| catalogue.word(&t.key) == Some(*word)))
    };
    let forms = (0..).zip(&entry.variants).flat_map(|(variant, v)| v.forms.iter().map(move |f| (f.len(), variant, f)));
    if let Some((length, variant, _)) = forms.filter(|(_, _, f)| form(f)).max_by_key(|(length, ..)| *length) {
        return (Some(variant), length);
    }
    if token.kind == Kind::Number {
        let e4 = numbers::digits(&token.norm);
        let mut having = (0..).zip(&entry.variants).filter(|(_, v)| e4.is_some() && v.number == e4).map(|(at, _)| at);
        return (having.next().filter(|_| having.next().is_none()), 1);
    }
    let sized = extents::extent(&token.norm).and_then(|e| extents::variant(catalogue, entry, e));
    (sized.filter(|(_, guessed)| !guessed).map(|(variant, _)| variant), 1)
}

/// Whether a token says nothing beside a row of variants: a word of the product's name, a unit, a courtesy, a mark.
fn idle(catalogue: &Catalogue, entry: &Entry, token: &Token) -> bool {
    let word = catalogue.word(&token.key);
    match token.kind {
        Kind::Number => false,
        Kind::Punct(_) | Kind::Newline => true,
        Kind::Word => {
            lexicon::is_filler(&token.norm)
                || matches!(token.norm.as_str(), "and" | "n" | "each" | "ea")
                || units::measure(&token.norm).is_some()
                || units::package(&token.key).is_some()
                || word.is_some_and(|w| entry.phrases.iter().any(|p| p.words.contains(&w)))
        }
    }
}
