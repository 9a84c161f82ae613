//! The reader that works by rules.
use super::catalogue::Message;
use super::confidence::{LINE_DOUBTS, ORDER_DOUBTS, OrderDoubts};
use super::cues::Cue;
use super::index::Catalogue;
use super::intent::{self, Evidence};
use super::lexer::{self, Element, What};
use super::lexicon;
use super::lines::{Line, Play};
use super::mood::{self, Mood};
use super::port::OrderReader;
use super::reading::{Candidate, Effect, Intent, ReadLine, Reading};
use super::segment::{self, Sentence};
use super::text::{self, Kind, Token};
use super::turns;
use async_trait::async_trait;
use purser_kernel::{Problem, Quantity};

/// Lines of one message. A longer order is a spreadsheet, and a person's work.
pub(super) const MAX_LINES: usize = 200;
/// Rivals shown with a line.
const ALTERNATIVES: usize = 4;
/// What an order keeps of its confidence beside words meant for a machine.
const INSTRUCTED: f64 = 0.4;
/// Products that fit as well as one another, but for this share.
const ALIKE: f64 = 0.95;
/// More words than this between two amounts are a tale, not a product.
const LONGEST_UNKNOWN: usize = 6;

/// Reads orders by rules: word lists, the catalogue's index and arithmetic. Holds no state.
#[derive(Clone, Copy, Debug, Default)]
pub struct RuleReader;

#[async_trait]
impl OrderReader for RuleReader {
    fn name(&self) -> &'static str {
        "rules"
    }

    async fn read(&self, catalogue: &Catalogue, message: &Message<'_>) -> Result<Reading, Problem> {
        Ok(self.read_text(catalogue, message))
    }
}

impl RuleReader {
    /// Reads one message. It cannot fail: what it does not understand has a low confidence.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "the signature of a reader, whatever it holds")]
    pub fn read_text(&self, catalogue: &Catalogue, message: &Message<'_>) -> Reading {
        self.weigh(catalogue, message).reading
    }

    /// Reads one message and tells what its confidences were made of.
    #[expect(
        clippy::unused_self,
        clippy::trivially_copy_pass_by_ref,
        reason = "the signature of a reader, whatever it holds"
    )]
    pub fn weigh(&self, catalogue: &Catalogue, message: &Message<'_>) -> Weighed {
        let tokens = text::tokenise(message.text);
        let elements = lexer::lex(catalogue, &tokens);
        let mut play = Play::new(catalogue, &tokens, message.draft);
        let mut evidence = Evidence::default();
        for sentence in segment::sentences(catalogue, &tokens, &elements) {
            let of = elements.get(sentence.first..sentence.past).unwrap_or_default();
            let said = outside_names(&tokens, of);
            let mood = mood(&said, of, &sentence);
            evidence.instructed |= turns::instructs(&said);
            weigh(&mut evidence, &tokens, of, mood);
            let asks = (mood == Mood::Ask).then(|| sentence.items.iter().rfind(|i| !i.phrases.is_empty()).cloned());
            if mood == Mood::Say {
                let told = evidence.asked || evidence.complained;
                let asked = sentence.asked && !play.amended && !mood::inquires_after(&said);
                let (before, unsure) = (play.lines.len(), mood::hedged(&said, sentence.asked));
                say(&mut play, of, sentence, told);
                // It reads as an order, and may be a question or a tale all the same.
                play.left |= unsure && play.lines.len() > before;
                // "Cheapest oil you have?"
                evidence.asked |= asked && play.lines.len() == before;
            } else if mood == Mood::Tell {
                // A person sees what was told of and counted.
                play.left |= of.iter().any(|e| matches!(e.what, What::Amount(_)));
            } else if mood == Mood::Ask && orders_on_condition(&tokens, of) {
                // A person sees the question with the order that hangs on it.
                play.left = true;
                say(&mut play, of, sentence, true);
            }
            play.asked_of = asks.flatten();
        }
        if evidence.cancelled && !play.lines.is_empty() {
            // What else was said goes to a person with the message.
            play.lines.clear();
            play.left = true;
        }
        // "Order for the Old Mill": beside what is counted, an unknown name is no order.
        if play.lines.iter().any(|l| l.best.is_some()) {
            play.lines.retain(|l| {
                let said = !l.item.amounts.is_empty() || l.item.article || l.item.reference;
                l.best.is_some() || said || l.effect != Effect::Add
            });
        }
        drop_signatures(&mut play);
        drop_mentions(&mut play);
        drop_names(&mut play, message.text);
        if evidence.instructed || evidence.complained {
            play.lines.retain(|l| l.best.is_some());
        }
        finish(&play, &evidence, &elements, message.text)
    }
}

/// "We're out of coffee. Send 2 coffee", "Paper!! 1 pallet A4": what is also ordered with an amount was only spoken of before.
fn drop_mentions(play: &mut Play<'_>) {
    if play.amended {
        return;
    }
    let counted: Vec<u32> = play.lines.iter().filter(|l| !l.item.amounts.is_empty()).filter_map(product).collect();
    play.lines.retain(|line| {
        let mentioned = line.item.amounts.is_empty()
            && !line.item.article
            && line.effect == Effect::Add
            && line.best.as_ref().is_some_and(|b| b.choice.variant.is_none());
        let best = line.ranked.first().map_or(0.0, |r| r.score);
        let mut alike = line.ranked.iter().take_while(|r| r.score >= ALIKE * best).map(|r| r.product);
        !(mentioned && alike.any(|p| counted.contains(&p)))
    });
}

/// "Regards, Tom": a name after the thanks at the end, that looks like a product's.
fn drop_signatures(play: &mut Play<'_>) {
    let tokens = play.tokens;
    let signed = |line: &Line| {
        let before = tokens.get(..line.span.0).unwrap_or_default().iter().rev();
        let word = before.take(4).find(|t| matches!(t.kind, Kind::Word | Kind::Number));
        word.is_some_and(|t| lexicon::signs_off(&t.norm))
    };
    let bare = |line: &Line| line.item.amounts.is_empty() && !line.item.article && !line.item.more;
    while play.lines.len() > 1 && play.lines.last().is_some_and(|l| l.effect == Effect::Add && bare(l) && signed(l)) {
        play.lines.pop();
    }
}

/// "Tom 07700 900333", "Rose from Apex": a word with a capital beside products without one is somebody's name.
fn drop_names(play: &mut Play<'_>, text: &str) {
    let capital = |line: &Line| {
        let at = line.item.content.first().and_then(|at| play.tokens.get(*at)).map_or(0, |t| t.start);
        text.get(at..).and_then(|rest| rest.chars().next()).is_some_and(char::is_uppercase)
    };
    let counted = |line: &&Line| !line.item.amounts.is_empty() && line.best.is_some();
    let plain = play.lines.iter().any(|l| counted(&l)) && !play.lines.iter().filter(counted).any(capital);
    let name = |line: &Line| {
        let bare = line.item.amounts.is_empty() && !line.item.article && !line.item.requested && !line.item.reference;
        plain && bare && line.effect == Effect::Add && line.item.content.len() == 1 && capital(line)
    };
    let named: Vec<bool> = play.lines.iter().map(name).collect();
    let mut named = named.into_iter();
    play.lines.retain(|_| !named.next().unwrap_or(false));
}

fn product(line: &Line) -> Option<u32> {
    line.best.as_ref().map(|b| b.product)
}

/// A reading with the doubts that its confidences were made of.
#[derive(Clone, Debug)]
pub struct Weighed {
    /// The reading.
    pub reading: Reading,
    /// For each line its doubts, as [`LINE_DOUBTS`] names them; `None` for a line without a product.
    pub lines: Vec<Option<[f64; LINE_DOUBTS.len()]>>,
    /// The order's, as [`ORDER_DOUBTS`] names them.
    pub order: [f64; ORDER_DOUBTS.len()],
}

/// "Do you have rice, if so send 3": a question with an order in it.
fn orders_on_condition(tokens: &[Token], of: &[Element]) -> bool {
    let (first, past) = (of.first().map_or(0, |e| e.first), of.last().map_or(0, |e| e.past));
    let words: Vec<&str> = tokens.get(first..past).into_iter().flatten().map(|t| t.norm.as_str()).collect();
    let orders =
        || words.iter().any(|w| matches!(*w, "send" | "need" | "want" | "take" | "order" | "add" | "please" | "pls"));
    words.windows(2).any(|w| match w {
        ["if", "so" | "yes" | "yeah"] | ["send", _] => true,
        ["if", "you" | "they" | "there"] => orders(),
        _ => false,
    })
}

fn mood(said: &[&str], of: &[Element], sentence: &Sentence) -> Mood {
    let named = of.iter().any(|e| matches!(e.what, What::Phrase(_)));
    let counted = of.iter().any(|e| matches!(e.what, What::Amount(_)));
    // What names and counts a product is read, and goes to a person: it may be a courtesy.
    if turns::instructs(said) && !(named && counted) {
        return Mood::Instruct;
    }
    mood::of(said, sentence.asked, named, counted)
}

/// The words, with [`lexicon::NAME`] for each product's name: "split peas" have not come apart.
fn outside_names<'a>(tokens: &'a [Token], of: &[Element]) -> Vec<&'a str> {
    let words = |e: &Element| match e.what {
        What::Phrase(_) => vec![lexicon::NAME],
        _ => tokens.get(e.first..e.past).into_iter().flatten().map(|t| t.norm.as_str()).collect(),
    };
    of.iter().flat_map(words).filter(|word| !word.is_empty()).collect()
}

fn weigh(evidence: &mut Evidence, tokens: &[Token], of: &[Element], mood: Mood) {
    match mood {
        Mood::Say | Mood::Tell | Mood::Instruct => {}
        Mood::Ask => evidence.asked = true,
        Mood::Complain => evidence.complained = true,
        Mood::Withdraw => evidence.cancelled = true,
    }
    for (at, element) in of.iter().enumerate() {
        let token = tokens.get(element.first);
        if at < 2 && token.is_some_and(|t| lexicon::is_greeting(&t.norm)) {
            evidence.greetings += 1;
        } else if token.is_some_and(|t| lexicon::wishes(&t.norm)) {
            evidence.courtesies += 1;
        } else if matches!(element.what, What::Word | What::Phrase(_) | What::Amount(_))
            && token.is_some_and(|t| matches!(t.kind, Kind::Word | Kind::Number))
        {
            evidence.words += 1;
        }
    }
}

/// Plays a sentence's items.
fn say(play: &mut Play<'_>, of: &[Element], sentence: Sentence, told: bool) {
    // "The one with the milk", after a question, is no order.
    let requested = of.iter().any(|e| matches!(e.what, What::Request));
    // "4 milk in total" of a draft with two may mean two more.
    let total = of.iter().any(|e| {
        play.tokens.get(e.first).is_some_and(|t| matches!(t.norm.as_str(), "total" | "altogether" | "overall"))
    });
    play.left |= total && !play.draft.is_empty() || sentence.tells;
    let counted = sentence.items.iter().any(|i| !i.amounts.is_empty());
    // Only a request orders what the sentence before asked about.
    play.asked_of = play.asked_of.take().filter(|_| requested);
    let from = play.lines.len();
    for item in play.gather(sentence.items) {
        if play.lines.len() >= MAX_LINES {
            play.left = true;
            break;
        }
        play.item(item, |line| {
            worth(line, requested, counted) && !(told && line.item.amounts.is_empty() && !line.item.requested)
        });
    }
    play.end();
    play.divide(from.min(play.lines.len()));
}

/// Whether an item is an order and not talk.
fn worth(line: &Line, requested: bool, counted: bool) -> bool {
    let item = &line.item;
    let said = line.settled.said || item.article || !item.amounts.is_empty();
    match &line.best {
        Some(_) if !item.amounts.is_empty() => true,
        Some(_) if item.placed && !said => false,
        // "Milk" alone is a line of a list; "I love your milk" is not.
        Some(best) => {
            item.requested
                || item.more
                || item.article && best.unexplained == 0
                || best.unexplained == 0 && (best.score > 0.75 || requested || counted)
        }
        None if !item.amounts.is_empty() => item.content.len() <= LONGEST_UNKNOWN,
        None if item.article && item.joined && (requested || counted) => item.content.len() <= 3,
        None => (item.requested || item.more) && !counted && !item.placed && item.content.len() <= 2,
    }
}

fn finish(play: &Play<'_>, evidence: &Evidence, elements: &[Element], text: &str) -> Weighed {
    let cap = if evidence.instructed { INSTRUCTED } else { 1.0 };
    let (lines, doubts): (Vec<ReadLine>, Vec<_>) = play
        .lines
        .iter()
        .take(MAX_LINES)
        .filter_map(|line| Some((written(play, line, text, cap)?, line.best.is_some().then(|| line.doubts.values()))))
        .unzip();
    // The same twice may be two deliveries, or a change of mind.
    let twice = lines.iter().enumerate().any(|(at, line)| {
        line.product.is_some() && lines.iter().take(at).any(|l| l.product == line.product && l.effect == line.effect)
    });
    let outside = |test: fn(&What) -> bool| {
        let within = |e: &Element| play.lines.iter().any(|l| l.span.0 <= e.first && e.past <= l.span.1);
        elements.iter().filter(|e| test(&e.what) && !within(e)).count()
    };
    let order = OrderDoubts {
        words: outside(|w| matches!(w, What::Word)) - names_of_people(play, elements),
        products: outside(|w| matches!(w, What::Phrase(_))),
        amounts: outside(|w| matches!(w, What::Amount(_))),
        amended: play.amended,
        told: evidence.asked || evidence.complained,
        left: play.left || play.lines.len() > MAX_LINES,
        twice,
    };
    let mut confidence = order.confidence(lines.iter().map(|l| (l.confidence, l.product.is_some())));
    let best = lines.iter().map(|l| l.confidence).fold(0.0, f64::max);
    let weakest = lines.iter().map(|l| l.confidence).fold(1.0, f64::min);
    let whole = Evidence { lines: lines.len(), amended: play.amended, ..*evidence };
    let (intent, intent_confidence) = intent::judge(&whole, best);
    if evidence.cancelled {
        confidence = intent_confidence * cap * if play.left { 0.5 } else { 1.0 };
    }
    confidence = confidence.min(cap);
    debug_assert!(intent == Intent::Order || lines.is_empty(), "only an order has lines");
    let reading = Reading { intent, intent_confidence, confidence, lines, cancel: evidence.cancelled };
    Weighed { reading, lines: doubts, order: order.values(weakest) }
}

/// Words that greet by name or stand after the thanks, and are no products.
fn names_of_people(play: &Play<'_>, elements: &[Element]) -> usize {
    let token = |at: usize| elements.get(at).and_then(|e| play.tokens.get(e.first));
    let outside = |e: &Element| {
        matches!(e.what, What::Word) && !play.lines.iter().any(|l| l.span.0 <= e.first && e.past <= l.span.1)
    };
    let signed =
        elements.iter().enumerate().rposition(|(at, _)| token(at).is_some_and(|t| lexicon::signs_off(&t.norm)));
    let last = elements.iter().rposition(|e| matches!(e.what, What::Phrase(_) | What::Amount(_))).unwrap_or(0);
    let names = elements.iter().enumerate().filter(|(at, element)| {
        let greeted = at.checked_sub(1).and_then(token).is_some_and(|t| lexicon::is_greeting(&t.norm));
        outside(element) && (greeted || signed.is_some_and(|s| s < *at && last < s))
    });
    names.count()
}

fn written(play: &Play<'_>, line: &Line, text: &str, cap: f64) -> Option<ReadLine> {
    let start = play.tokens.get(line.span.0)?.start;
    let end = play.tokens.get(line.span.1.checked_sub(1)?)?.end;
    let product = play.product(line);
    let alternatives = line
        .ranked
        .iter()
        .filter(|r| line.best.as_ref().is_none_or(|b| b.product != r.product))
        .take(ALTERNATIVES)
        .filter_map(|r| {
            let entry = play.catalogue.entry(r.product)?;
            let variant = r.choice.variant.and_then(|v| entry.product.variants.get(v));
            Some(Candidate {
                product_id: entry.product.id,
                variant_id: variant.map(|v| v.id),
                confidence: r.score.clamp(0.0, 1.0),
            })
        })
        .collect();
    let unit = &line.settled.unit;
    let withdrawn = line.effect == Effect::Remove || line.item.cue == Some(Cue::Exclude);
    let e4 = if line.settled.e4 > 0 { line.settled.e4 } else { super::numbers::ONE };
    Some(ReadLine {
        original_text: text.get(start..end)?.to_owned(),
        effect: if withdrawn { Effect::Remove } else { line.effect },
        product,
        quantity: Quantity::from_e4(e4),
        unit: (!unit.is_empty()).then(|| unit.clone()),
        confidence: Play::confidence(line).clamp(0.0, cap),
        alternatives,
    })
}
