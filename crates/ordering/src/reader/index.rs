//! The catalogue, indexed once per version and shared: a trie of its phrases, postings of its words, their spelling.
use super::abbreviations::Abbreviations;
use super::catalogue::CatalogueProduct;
use super::entry::{Entry, Phrase, PhraseKind, VariantKeys, quantify, sizes};
use super::numbers::{self, digits};
use super::spelling::Spelling;
use super::text::{self, Kind, Token};
use super::units;
use purser_kernel::ids::ProductId;
use std::collections::{HashMap, HashSet};

/// Phrases longer than this are cut: no one types the tail.
const LONGEST_PHRASE: usize = 10;

/// Products looked at of those that share a phrase.
const SHARED: usize = 64;

/// A tenant's catalogue, indexed. Build it once per version of the catalogue and share it by `Arc`.
#[derive(Debug, Default)]
pub struct Catalogue {
    entries: Vec<Entry>,
    by_id: HashMap<ProductId, u32>,
    words: Vec<String>,
    numbers: HashMap<String, u32>,
    /// For each word the products that have it, ascending.
    postings: Vec<Vec<u32>>,
    /// The words that stand in a name, an alias, a keyword or a variant, and not only in a number of stock.
    spoken: HashSet<u32>,
    /// Words that stand side by side in a name or a variant, one of them with a digit: `dot 4`, `5w30`.
    pairs: HashSet<(u32, u32)>,
    /// Trie: from a node by a word to the next node.
    steps: HashMap<(u32, u32), u32>,
    /// For each node the phrases that end there: product and place of the phrase.
    ends: Vec<Vec<(u32, u32)>>,
    units: HashSet<String>,
    spelling: Spelling,
    abbreviations: Abbreviations,
}

/// An occurrence of a catalogue phrase in a message.
#[derive(Clone, Debug)]
pub(super) struct Hit {
    /// How many tokens it takes.
    pub length: usize,
    /// The node of the trie it ends in.
    pub node: u32,
}

fn number(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

fn place(n: u32) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}

impl Catalogue {
    /// Indexes these products. Their order decides nothing but ties.
    pub fn new(products: Vec<CatalogueProduct>) -> Self {
        let mut catalogue = Self { ends: vec![Vec::new()], ..Self::default() };
        for product in products {
            catalogue.insert(product);
        }
        catalogue.plant_variants();
        // Names before keywords: where many products share a phrase, only the first are looked at.
        let kind = |product: u32, phrase: u32| {
            catalogue.entries.get(place(product)).and_then(|e| e.phrases.get(place(phrase))).map(|p| p.kind)
        };
        for end in &mut catalogue.ends {
            end.sort_by_key(|(product, phrase)| (kind(*product, *phrase), *product));
        }
        let words = (0..).zip(catalogue.words.iter().map(String::as_str));
        catalogue.spelling = Spelling::new(words);
        catalogue.abbreviations = Abbreviations::new(&catalogue.words);
        catalogue
    }

    /// How many products it holds.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    fn insert(&mut self, product: CatalogueProduct) {
        let id = number(self.entries.len());
        let mut texts = vec![(product.sku.as_str(), PhraseKind::Sku, None), (&product.name, PhraseKind::Name, None)];
        texts.extend(product.aliases.iter().map(|a| (a.as_str(), PhraseKind::Alias, None)));
        texts.extend(product.keywords.iter().map(|k| (k.as_str(), PhraseKind::Keyword, None)));
        for (at, variant) in product.variants.iter().enumerate() {
            texts.extend(variant.sku.iter().map(|sku| (sku.as_str(), PhraseKind::Sku, Some(at))));
        }
        let mut phrases: Vec<Phrase> = Vec::with_capacity(texts.len());
        for (phrase, kind, variant) in texts {
            let words = self.intern(phrase);
            // What is a name as well as a number of stock may be written with spaces.
            let same = phrases.iter_mut().find(|p| p.words == words && p.variant == variant);
            if let Some(same) = same {
                if same.kind == PhraseKind::Sku && same.words.len() > 1 {
                    same.kind = kind;
                }
            } else if !words.is_empty() {
                let sizes = self.sizes_in(&words);
                phrases.push(Phrase { words, kind, variant, sizes });
            }
        }
        for (at, phrase) in phrases.iter().enumerate() {
            self.plant(id, number(at), &phrase.words);
        }
        let variants: Vec<VariantKeys> = product
            .variants
            .iter()
            .map(|v| {
                let mut forms = vec![self.intern(&v.value)];
                forms.extend(v.aliases.iter().map(|a| self.intern(a)));
                forms.retain(|f| !f.is_empty());
                // "40-60mm" is said without its unit.
                let text = |word: &u32| self.words.get(place(*word)).map_or("", String::as_str);
                let bare = forms.iter().find_map(|form| match form.as_slice() {
                    [a, b, unit] if units::measure(text(unit)).is_some() && digits(text(a)).is_some() => {
                        digits(text(b)).map(|_| vec![*a, *b])
                    }
                    _ => None,
                });
                forms.extend(bare);
                let (measure, pack) = quantify(&v.value, v.kind);
                let mut numbers = forms.iter().take(1).flatten().filter_map(|word| digits(text(word)));
                let number = numbers.next().filter(|_| numbers.next().is_none());
                VariantKeys { forms, measure, pack, number }
            })
            .collect();
        for phrase in phrases.iter().filter(|p| p.kind != PhraseKind::Sku) {
            self.spoken.extend(&phrase.words);
            self.pair(&phrase.words);
        }
        for form in variants.iter().flat_map(|v| &v.forms) {
            self.spoken.extend(form);
            self.pair(form);
        }
        let mut own: Vec<u32> = phrases.iter().flat_map(|p| p.words.iter().copied()).collect();
        own.sort_unstable();
        own.dedup();
        for word in own {
            if let Some(list) = self.postings.get_mut(place(word)) {
                list.push(id);
            }
        }
        let singular = |name: &str| {
            let key = text::stem(name.trim().to_lowercase().as_str());
            units::package(&key).map_or(key, str::to_owned)
        };
        let packs: Vec<(String, i64)> =
            product.packs.iter().map(|p| (singular(&p.name), p.contains.e4())).filter(|(_, e4)| *e4 > 0).collect();
        let unit = singular(&product.unit);
        self.units.extend(packs.iter().map(|(name, _)| name.clone()));
        self.units.insert(unit.clone());
        let unit_measure = units::measure(&product.unit.trim().to_lowercase());
        let sizes = sizes(&product.name);
        self.by_id.insert(product.id, id);
        self.entries.push(Entry { product, phrases, variants, unit, unit_measure, packs, sizes });
    }

    /// The sizes among the words of a phrase, by place.
    fn sizes_in(&self, words: &[u32]) -> Vec<(usize, (i64, units::Measure))> {
        let text = |word: &u32| self.words.get(place(*word)).map_or("", String::as_str);
        let pairs = words.iter().zip(words.iter().skip(1)).enumerate();
        pairs.filter_map(|(at, (n, unit))| Some((at, (digits(text(n))?, units::measure(text(unit))?)))).collect()
    }

    /// Remembers which words stand beside a number that is no size: "dot 4", not "milk 2" of "milk 2 l".
    fn pair(&mut self, words: &[u32]) {
        let text = |word: u32| self.words.get(place(word)).map_or("", String::as_str);
        let digit = |word: u32| text(word).starts_with(|c: char| c.is_ascii_digit());
        let sized = |word: Option<&u32>| {
            word.is_some_and(|w| units::measure(text(*w)).is_some() || units::package(text(*w)).is_some())
        };
        let pairs = words.windows(2).enumerate().filter_map(|(at, pair)| match pair {
            // "5 x 5" may be five of five.
            [a, b] if text(*a) == "x" || text(*b) == "x" => None,
            [_, b] if digit(*b) && sized(words.get(at + 2)) => None,
            [a, b] if digit(*a) && sized(Some(b)) => None,
            [a, b] => (digit(*a) || digit(*b)).then_some((*a, *b)),
            _ => None,
        });
        let pairs: Vec<(u32, u32)> = pairs.collect();
        self.pairs.extend(pairs);
    }

    /// Enters as phrases the values of variants that hold a digit, measure nothing and belong to one product alone.
    fn plant_variants(&mut self) {
        let mut holders: HashMap<Vec<u32>, Option<(u32, usize)>> = HashMap::new();
        for (id, entry) in (0_u32..).zip(&self.entries) {
            for (at, keys) in entry.variants.iter().enumerate().filter(|(_, k)| k.measure.is_none() && k.pack.is_none())
            {
                for form in keys.forms.iter().filter(|form| self.is_code(form)) {
                    let holder = holders.entry(form.clone()).or_insert(Some((id, at)));
                    if holder.is_some_and(|(other, _)| other != id) {
                        *holder = None;
                    }
                }
            }
        }
        let mut codes: Vec<(Vec<u32>, u32, usize)> =
            holders.into_iter().filter_map(|(form, holder)| holder.map(|(id, at)| (form, id, at))).collect();
        codes.sort_unstable();
        for (words, id, at) in codes {
            let Some(entry) = self.entries.get_mut(place(id)) else { continue };
            let phrase = number(entry.phrases.len());
            for word in &words {
                if let Some(list) = self.postings.get_mut(place(*word)).filter(|list| !list.contains(&id)) {
                    list.push(id);
                    list.sort_unstable();
                }
            }
            let (kind, variant) = (PhraseKind::Variant, Some(at));
            entry.phrases.push(Phrase { words: words.clone(), kind, variant, sizes: Vec::new() });
            self.plant(id, phrase, &words);
        }
    }

    /// Whether these words are a number with a name to it, or one with a point or a stroke inside.
    fn is_code(&self, form: &[u32]) -> bool {
        let text = |word: &u32| self.words.get(place(*word)).map_or("", String::as_str);
        let digit = |word: &u32| text(word).starts_with(|c: char| c.is_ascii_digit());
        match form {
            [one] => digit(one) && text(one).contains(['.', '/']),
            [first, unit] if digit(first) => {
                units::measure(text(unit)).is_none() && units::package(text(unit)).is_none()
            }
            // "Gloss black", but not "extra large".
            [_, _, ..] if !form.iter().any(digit) => {
                !form.iter().any(|w| matches!(text(w), "extra" | "large" | "small" | "medium" | "big" | "size"))
            }
            more => more.iter().any(digit),
        }
    }

    /// The words of a phrase, entered into the vocabulary.
    fn intern(&mut self, phrase: &str) -> Vec<u32> {
        let mut out = Vec::new();
        for token in text::tokenise(phrase) {
            if !matches!(token.kind, Kind::Word | Kind::Number | Kind::Punct('%')) || out.len() == LONGEST_PHRASE {
                continue;
            }
            let next = number(self.words.len());
            let id = *self.numbers.entry(token.key.clone()).or_insert(next);
            if id == next {
                self.words.push(token.key);
                self.postings.push(Vec::new());
            }
            out.push(id);
        }
        out
    }

    fn plant(&mut self, product: u32, phrase: u32, words: &[u32]) {
        let mut node = 0;
        for word in words {
            let next = number(self.ends.len());
            node = *self.steps.entry((node, *word)).or_insert(next);
            if node == next {
                self.ends.push(Vec::new());
            }
        }
        if let Some(end) = self.ends.get_mut(place(node)) {
            end.push((product, phrase));
        }
    }

    /// The longest phrase that begins at the first of these tokens.
    pub(super) fn longest(&self, tokens: &[Token]) -> Option<Hit> {
        let (mut node, mut best, mut loose, mut last) = (0, None, false, None::<&Token>);
        for (at, token) in tokens.iter().enumerate() {
            match token.kind {
                Kind::Newline => break,
                Kind::Punct(mark) => {
                    let abbreviation = mark == '.' && token.glued && last.is_some_and(|t| t.norm.len() <= 2);
                    if at == 0 || !(matches!(mark, '-' | '/' | '\'' | '"') || abbreviation) {
                        break;
                    }
                    loose |= abbreviation;
                    continue;
                }
                Kind::Word | Kind::Number => {}
            }
            let joined =
                last.is_none_or(|t| t.end == token.start || tokens.get(at.wrapping_sub(1)).is_some_and(|t| t.is('-')));
            // "A 4 pack" is not A4.
            let letter = last.is_some_and(|t| t.kind == Kind::Word && t.norm.len() == 1);
            if letter && token.kind == Kind::Number && !joined {
                break;
            }
            loose |= !joined;
            let step = |key: &str| self.word(key).and_then(|w| self.steps.get(&(node, w)));
            // "Twenty vol" is what the catalogue writes "20 vol".
            let next =
                step(&token.key).or_else(|| numbers::numeral(&token.norm).and_then(|n| step(n.to_string().as_str())));
            let Some(next) = next else {
                // "501s", "5w40s": more than one of what ends in a number.
                let many = token.norm == "s" && token.glued && last.is_some_and(|t| t.kind == Kind::Number);
                if let Some(hit) = best.as_mut().filter(|hit: &&mut Hit| many && hit.length == at) {
                    hit.length += 1;
                }
                break;
            };
            node = *next;
            last = Some(token);
            let whole = self.ends(node).any(|(_, p)| p.kind != PhraseKind::Sku || p.words.len() < 2 || !loose);
            if whole {
                best = Some(Hit { length: at + 1, node });
            }
        }
        best
    }

    /// The phrases that end in a node of the trie, with their products.
    pub(super) fn ends(&self, node: u32) -> impl Iterator<Item = (u32, &Phrase)> {
        self.ends
            .get(place(node))
            .into_iter()
            .flatten()
            .take(SHARED)
            .filter_map(|(product, phrase)| Some((*product, self.entry(*product)?.phrases.get(place(*phrase))?)))
    }

    pub(super) fn entry(&self, product: u32) -> Option<&Entry> {
        self.entries.get(place(product))
    }

    /// The place of a product.
    pub(super) fn of(&self, id: ProductId) -> Option<u32> {
        self.by_id.get(&id).copied()
    }

    /// The number of a word, given in its singular.
    pub(super) fn word(&self, key: &str) -> Option<u32> {
        self.numbers.get(key).copied()
    }

    /// A word by its number.
    pub(super) fn text(&self, word: u32) -> &str {
        self.words.get(place(word)).map_or("", String::as_str)
    }

    /// Whether a word stands in more than numbers of stock.
    pub(super) fn is_spoken(&self, word: u32) -> bool {
        self.spoken.contains(&word)
    }

    /// Whether two words stand side by side in a name, one of them with a digit.
    pub(super) fn side_by_side(&self, left: &str, right: &str) -> bool {
        self.word(left).zip(self.word(right)).is_some_and(|pair| self.pairs.contains(&pair))
    }

    /// The products that have a word in a phrase, ascending.
    pub(super) fn having(&self, word: u32) -> &[u32] {
        self.postings.get(place(word)).map_or(&[], Vec::as_slice)
    }

    /// The words nearest to a misspelt one, with the edits between.
    pub(super) fn near(&self, key: &str) -> Vec<(u32, usize)> {
        self.spelling.near(key, |n| self.words.get(place(n)).map_or("", String::as_str))
    }

    /// The words that a short one may stand for.
    pub(super) fn short_for(&self, norm: &str) -> Vec<u32> {
        self.abbreviations.of(norm, |n| self.words.get(place(n)).map_or("", String::as_str))
    }

    /// How much a word tells: the rarer, the more. `None` weighs a word no product has.
    pub(super) fn weight(&self, word: Option<u32>) -> f64 {
        let all = f64::from(number(self.entries.len().max(1)));
        let have = word.map_or(1, |w| self.having(w).len().max(1));
        (1.0 + all / f64::from(number(have))).ln()
    }

    /// Whether some product is sold by this unit or in this pack; given in its singular.
    pub(super) fn is_unit(&self, key: &str) -> bool {
        self.units.contains(key)
    }
}
