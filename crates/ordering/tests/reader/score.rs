//! Reading the test messages and comparing what was read with what is right.
use purser_kernel::Quantity;
use purser_ordering::reader::{
    Catalogue, CatalogueProduct, CatalogueVariant, DraftLine, Effect, Intent, Message, Pack, ReadLine, Reading,
    RuleReader, VariantKind,
};
use serde::Deserialize;
use std::collections::HashMap;

/// The confidence from which an order goes through without review.
pub const AUTO: f64 = 0.85;

/// A part of the messages: those the reader was written with, or others.
pub struct Half {
    pub name: &'static str,
    folder: &'static str,
    trades: &'static [&'static str],
}

/// Rules are written and confidences fitted with these.
pub const SEEN: Half = Half { name: "seen", folder: "", trades: &["food", "hardware", "office", "salon", "auto"] };
/// Nothing is fitted with these and no rule is written from one of them. They were held out until their misreadings were looked
/// at, once, for classes of faults: what they show since is a warning where it is bad, and no proof where it is good.
pub const CLEANING: Half = Half { name: "cleaning", folder: "", trades: &["cleaning"] };
/// These only measure.
pub const UNSEEN: Half = Half { name: "unseen", folder: "unseen/", trades: &["food", "hardware", "office", "medical"] };

impl Half {
    /// Its trades with their messages.
    pub fn trades(&self) -> impl Iterator<Item = (&'static str, Trade, Vec<Case>)> {
        self.trades
            .iter()
            .map(|name| (*name, Trade::named(name), cases(&file(&format!("{}{name}.messages.jsonl", self.folder)))))
    }
}

/// A file beside this one.
pub fn file(name: &str) -> String {
    let path = format!("{}/tests/reader/{name}", env!("CARGO_MANIFEST_DIR"));
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[derive(Deserialize)]
struct ProductFile {
    sku: String,
    name: String,
    unit: String,
    aliases: Vec<String>,
    keywords: Vec<String>,
    packs: Vec<PackFile>,
    variants: Vec<VariantFile>,
}

#[derive(Deserialize)]
struct PackFile {
    name: String,
    contains: String,
}

#[derive(Deserialize)]
struct VariantFile {
    sku: Option<String>,
    kind: VariantKind,
    value: String,
    aliases: Vec<String>,
}

/// A message with what is right.
#[derive(Deserialize)]
pub struct Case {
    pub text: String,
    pub intent: Intent,
    pub lines: Vec<Answer>,
    #[serde(default)]
    pub draft: Vec<Answer>,
    #[serde(default)]
    pub cancel: bool,
}

/// A right line, or a line of the draft.
#[derive(Deserialize)]
pub struct Answer {
    /// Null where no product is right and a person must find one.
    pub sku: Option<String>,
    pub variant: Option<String>,
    /// Absent where no quantity can be right without asking.
    pub quantity: Option<String>,
    #[serde(default = "add")]
    pub effect: Effect,
    /// Any of these is as good, and the reader must not be sure.
    #[serde(default)]
    pub any_of: Vec<String>,
    /// The reader must not be sure.
    #[serde(default)]
    pub doubtful: bool,
}

impl Answer {
    /// A clerk would not ask back.
    pub fn is_certain(&self) -> bool {
        self.sku.is_some() && self.any_of.is_empty() && !self.doubtful
    }
}

fn add() -> Effect {
    Effect::Add
}

/// A trade's catalogue, and the stock numbers of its products and variants by id.
pub struct Trade {
    pub catalogue: Catalogue,
    products: Vec<CatalogueProduct>,
    skus: HashMap<String, String>,
}

impl Trade {
    pub fn named(name: &str) -> Self {
        Self::new(&file(&format!("{name}.catalogue.json")))
    }

    fn new(file: &str) -> Self {
        let mut skus = HashMap::new();
        let mut count = 0_u32;
        let mut uuid = |sku: &str| {
            count += 1;
            let id = format!("00000000-0000-7000-8000-{count:012x}");
            skus.insert(id.clone(), sku.to_owned());
            id
        };
        let files: Vec<ProductFile> = serde_json::from_str(file).unwrap();
        let products: Vec<CatalogueProduct> = files
            .into_iter()
            .map(|p| CatalogueProduct {
                id: uuid(&p.sku).parse().unwrap(),
                sku: p.sku,
                name: p.name,
                unit: p.unit,
                aliases: p.aliases,
                keywords: p.keywords,
                packs: p
                    .packs
                    .into_iter()
                    .map(|k| Pack { name: k.name, contains: k.contains.parse().unwrap() })
                    .collect(),
                variants: p
                    .variants
                    .into_iter()
                    .map(|v| CatalogueVariant {
                        id: uuid(v.sku.as_deref().unwrap_or(&v.value)).parse().unwrap(),
                        sku: v.sku,
                        kind: v.kind,
                        value: v.value,
                        aliases: v.aliases,
                    })
                    .collect(),
            })
            .collect();
        Self { catalogue: Catalogue::new(products.clone()), products, skus }
    }

    pub fn sku(&self, id: &impl ToString) -> &str {
        &self.skus[&id.to_string()]
    }

    pub fn draft(&self, answers: &[Answer]) -> Vec<DraftLine> {
        let line = |answer: &Answer| {
            let sku = answer.sku.as_deref().unwrap();
            let product = self.products.iter().find(|p| p.sku == sku).unwrap_or_else(|| panic!("no product {sku}"));
            let variant = product.variants.iter().find(|v| answer.variant.is_some() && v.sku == answer.variant);
            DraftLine {
                product_id: product.id,
                variant_id: variant.map(|v| v.id),
                quantity: answer.quantity.as_deref().unwrap().parse().unwrap(),
                original_text: String::new(),
            }
        };
        answers.iter().map(line).collect()
    }

    pub fn read(&self, case: &Case) -> Reading {
        let draft = self.draft(&case.draft);
        RuleReader.read_text(&self.catalogue, &Message { text: &case.text, draft: &draft })
    }

    /// Whether a line is the right one.
    pub fn right(&self, line: &ReadLine, answer: &Answer) -> bool {
        let sku = line.product.map(|p| self.sku(&p.product_id));
        let variant = line.product.and_then(|p| p.variant_id).map(|v| self.sku(&v));
        let quantity = answer.quantity.as_deref().map(|q| q.parse::<Quantity>().unwrap());
        let product = if answer.any_of.is_empty() {
            sku == answer.sku.as_deref()
        } else {
            sku.is_some_and(|s| answer.any_of.iter().any(|a| a == s))
        };
        let sure = line.confidence >= AUTO && !answer.is_certain();
        let variant = answer.doubtful || !answer.any_of.is_empty() || variant == answer.variant.as_deref();
        let amount = line.effect == Effect::Remove || quantity.is_none_or(|q| q == line.quantity);
        product && variant && amount && !sure && line.effect == answer.effect
    }
}

/// What was counted over some messages.
#[derive(Clone, Default)]
pub struct Score {
    pub messages: u32,
    pub exact: u32,
    pub lines_right: u32,
    pub lines_read: u32,
    pub lines_due: u32,
    pub intents_right: u32,
    /// Orders by the answers.
    pub orders: u32,
    /// Orders sure enough to go through, and those of them that are right.
    pub auto: u32,
    pub auto_right: u32,
    /// For each step of [`STEPS`] the orders read with so much confidence, and those of them that are right.
    pub orders_by_step: [(u32, u32); STEPS.len()],
    pub lines_by_step: [(u32, u32); STEPS.len()],
}

/// Where each row of the calibration table begins.
pub const STEPS: [f64; 7] = [0.0, 0.5, 0.7, 0.85, 0.9, 0.95, 0.98];

fn count_step(steps: &mut [(u32, u32); STEPS.len()], confidence: f64, right: bool) {
    let step = STEPS.iter().rposition(|from| confidence >= *from).unwrap_or(0);
    steps[step].0 += 1;
    steps[step].1 += u32::from(right);
}

/// How one message was read.
pub struct Verdict {
    pub exact: bool,
    pub wrong_auto: bool,
}

impl Score {
    pub fn count(&mut self, trade: &Trade, case: &Case, reading: &Reading) -> Verdict {
        let mut due: Vec<&Answer> = case.lines.iter().collect();
        let mut right = 0;
        for line in &reading.lines {
            let found = due.iter().position(|answer| trade.right(line, answer));
            let answer = found.map(|at| due.remove(at));
            right += u32::from(answer.is_some());
            // A line without a product asks for a person, whatever its confidence.
            if line.product.is_some() {
                count_step(&mut self.lines_by_step, line.confidence, answer.is_some_and(Answer::is_certain));
            }
        }
        let whole = due.is_empty() && reading.lines.len() == case.lines.len() && reading.cancel == case.cancel;
        let intent = reading.intent == case.intent;
        let auto = reading.intent == Intent::Order && reading.confidence >= AUTO;
        if reading.intent == Intent::Order {
            let certain = whole && case.lines.iter().all(Answer::is_certain);
            count_step(&mut self.orders_by_step, reading.confidence, certain);
        }
        self.messages += 1;
        self.exact += u32::from(whole && intent);
        self.lines_right += right;
        self.lines_read += u32::try_from(reading.lines.len()).unwrap();
        self.lines_due += u32::try_from(case.lines.len()).unwrap();
        self.intents_right += u32::from(intent);
        self.orders += u32::from(case.intent == Intent::Order);
        self.auto += u32::from(auto);
        self.auto_right += u32::from(auto && whole);
        Verdict { exact: whole && intent, wrong_auto: auto && !whole }
    }

    pub fn precision(&self) -> f64 {
        share(self.lines_right, self.lines_read)
    }

    pub fn recall(&self) -> f64 {
        share(self.lines_right, self.lines_due)
    }

    pub fn f1(&self) -> f64 {
        let (p, r) = (self.precision(), self.recall());
        if p + r > 0.0 { 2.0 * p * r / (p + r) } else { 0.0 }
    }

    pub fn intent_accuracy(&self) -> f64 {
        share(self.intents_right, self.messages)
    }

    pub fn auto_precision(&self) -> f64 {
        share(self.auto_right, self.auto)
    }

    pub fn auto_coverage(&self) -> f64 {
        share(self.auto, self.orders)
    }
}

fn share(part: u32, whole: u32) -> f64 {
    if whole == 0 { 1.0 } else { f64::from(part) / f64::from(whole) }
}

/// The messages of a file, one JSON object a line.
pub fn cases(file: &str) -> Vec<Case> {
    file.lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect()
}
