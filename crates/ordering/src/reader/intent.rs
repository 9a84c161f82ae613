//! What a sentence does, and from its sentences what the message is for.
use super::lexicon;
use super::reading::Intent;
use super::tales;
use super::turns;

/// What a sentence does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mood {
    /// It may order.
    Say,
    Ask,
    Complain,
    /// It withdraws the whole order.
    Withdraw,
    /// It orders the reader about.
    Instruct,
    /// It tells of something and wants nothing.
    Tell,
}

const PRICES: &[&str] = &[
    "price",
    "prices",
    "quote",
    "quotation",
    "cost",
    "costs",
    "discount",
    "cheaper",
    "stock",
    "available",
    "availability",
];
pub(super) const QUESTIONS: &[&str] = &[
    "do",
    "does",
    "did",
    "have",
    "has",
    "is",
    "are",
    "was",
    "what",
    "whats",
    "when",
    "where",
    "wheres",
    "how",
    "which",
    "why",
    "who",
    "hows",
    "quote",
    "any",
    "got",
    "wondering",
    "whos",
    "whens",
];
pub(super) const REQUESTERS: &[&str] = &["can", "could", "would", "will", "may", "shall"];

/// What a sentence of these words does. `asked` where it ends in a question mark, `named` where it names a product,
/// `counted` where it holds an amount.
pub(super) fn mood(norms: &[&str], asked: bool, named: bool, counted: bool) -> Mood {
    let words: Vec<&str> = norms.iter().copied().filter(|n| !n.is_empty()).collect();
    if turns::instructs(&words) {
        return Mood::Instruct;
    }
    if withdraws(&words) && !named {
        return Mood::Withdraw;
    }
    let sent_back =
        words.iter().position(|w| *w == "sent").is_some_and(|at| words.iter().skip(at).take(6).any(|w| *w == "back"));
    if sent_back
        || turns::complains(&words)
        || turns::locates(&words) && words.iter().any(|w| matches!(*w, "order" | "delivery" | "driver" | "invoice"))
    {
        return Mood::Complain;
    }
    // "We're after" is folded to the same word.
    if matches!(words.as_slice(), ["were", "you" | "they" | "the", ..]) {
        return Mood::Ask;
    }
    if let Some(mood) = tales::mood(&words, asked, named, counted) {
        return mood;
    }
    let priced = words.iter().any(|w| PRICES.contains(w));
    // "We could do with 6 pairs"
    let wishes = words.windows(3).any(|w| matches!(w, ["could" | "can", "do", "with"]))
        || words.windows(2).any(|w| matches!(w, ["could", "use"]));
    if wishes && !asked && !priced {
        return Mood::Say;
    }
    // "Price for a pallet of A4"
    let first =
        words.iter().find(|w| !lexicon::is_greeting(w) && !matches!(**w, "please" | "pls" | "the" | "a" | "your"));
    if first.is_some_and(|w| PRICES.contains(w) && *w != "stock") && (asked || !counted) {
        return Mood::Ask;
    }
    // "I'd like a quote for 10 chairs", "need a price on 20 boxes"
    let quoted = |w: &[&str]| matches!(w, ["price" | "prices" | "quote" | "quotation" | "cost", "for" | "on" | "of"]);
    // "5 hammers, and a price on bulbs" orders first.
    let orders_first = |w: &str| w == tales::NAME || w.starts_with(|c: char| c.is_ascii_digit());
    if words.windows(2).position(quoted).is_some_and(|at| !words.iter().take(at).any(|w| orders_first(w))) {
        return Mood::Ask;
    }
    if named && counted && !priced && asks_kindly(&words) {
        return Mood::Say;
    }
    // "Ordered 20 yesterday, can we make that 25"
    let changed = words.windows(2).any(|w| matches!(w, ["make", "that" | "it"] | ["change" | "add", _]));
    if words.contains(&"ordered") && !changed {
        return if asked { Mood::Ask } else { Mood::Complain };
    }
    let opening = words.iter().copied().find(|w| {
        QUESTIONS.contains(w)
            || REQUESTERS.contains(w)
            || !(lexicon::is_greeting(w) || matches!(*w, "please" | "good" | "so" | "and" | "also" | "there" | "sorry"))
    });
    match opening {
        Some("any") => {
            if asked || words.contains(&"chance") || words.contains(&"news") {
                Mood::Ask
            } else {
                Mood::Say
            }
        }
        // "Have 3 milk sent" is rare; "have you got milk" is not.
        Some("have" | "do") if words.get(..3).is_some_and(|w| w.contains(&"not")) => Mood::Say,
        // "Got a van in at 2, need an oil filter": told, not asked, and then ordered.
        Some("got" | "had" | "have") if !asked && named && tales::needs(&words) => Mood::Say,
        // "Got 3 rolls instead of 6"
        Some("got" | "had") if !asked && counted && words.contains(&"instead") => Mood::Complain,
        Some("received") if !asked && words.iter().any(|w| matches!(*w, "instead" | "but")) => Mood::Complain,
        // "Got the delivery, thanks", "got plenty for now"
        Some("got" | "had") if !asked && !words.contains(&"any") => Mood::Tell,
        // "How are you", "how's the family": nobody waits for an answer.
        Some("how" | "hows") if !named && !counted && tales::inquires_after(&words) => Mood::Say,
        Some(word) if QUESTIONS.contains(&word) => Mood::Ask,
        // "Was going to order 10 but let's say 15"
        Some("was") if words.windows(2).any(|w| matches!(w, ["going", "to"])) && !asked => Mood::Say,
        // "Can I get:", and the list follows.
        Some(word) if REQUESTERS.contains(&word) && !asked && announces(&words) => Mood::Say,
        Some(word) if REQUESTERS.contains(&word) => {
            let tells = words.iter().any(|w| {
                let paper =
                    matches!(*w, "statement" | "receipt" | "copy" | "brochure" | "datasheet" | "info" | "status");
                paper || matches!(*w, "tell" | "know" | "check" | "explain" | "allergen")
            });
            // "Ask for Steve" tells the driver.
            let tells = tells
                || words.windows(2).any(|w| {
                    matches!(w, ["ask", other] if *other != "for")
                        || matches!(w, ["confirm", "if" | "whether" | "that" | "my" | "our" | "when"])
                })
                || !addressed(&words);
            let orders = counted || words.iter().any(|w| lexicon::is_request(w) || changes(w));
            if tells || priced || !(orders && (named || counted)) { Mood::Ask } else { Mood::Say }
        }
        _ if asked && !counted && !named && !tales::inquires_after(&words) => Mood::Ask,
        _ => Mood::Say,
    }
}

/// "Any chance of 4 milk", "would it be possible to get 3 chairs", "do you think we could have 5": an order, politely.
fn asks_kindly(words: &[&str]) -> bool {
    let request = |w: &str| lexicon::is_request(w) && w != "please";
    let past = words.first().is_some_and(|w| matches!(*w, "were" | "was" | "did"));
    let politely = words.contains(&"chance")
        || !past && words.iter().any(|w| matches!(*w, "possible" | "able" | "suppose"))
        || words.iter().any(|w| matches!(*w, "possible" | "able" | "ok" | "okay")) && words.iter().any(|w| request(w));
    let within = words
        .windows(3)
        .skip(1)
        .any(|w| matches!(w, ["can" | "could", "i" | "we" | "you" | "u", verb] if request(verb)));
    // "Do you think you could add 5"
    let think = words.windows(3).any(|w| matches!(w, ["we" | "you" | "u", "can" | "could", verb] if request(verb)));
    // "What about 3 boxes as well?"
    let proposes = matches!(words, ["what" | "how", "about", ..]);
    politely
        || proposes
        || (within || think) && !words.iter().any(|w| matches!(*w, "how" | "what" | "tell" | "know" | "check"))
}

/// "Can you", "could we": who asks, and for what. "Would 5 boxes be here by Friday", "will you have 10" only ask.
fn addressed(words: &[&str]) -> bool {
    let Some(at) = words.iter().position(|w| REQUESTERS.contains(w)) else { return false };
    let next = |n: usize| words.get(at + n).copied().unwrap_or_default();
    let whom = matches!(
        next(1),
        "you"
            | "u"
            | "ya"
            | "yous"
            | "we"
            | "i"
            | "me"
            | "us"
            | "someone"
            | "somebody"
            | "anyone"
            | "please"
            | "pls"
            | "plz"
            | "it"
    );
    let holds = matches!(next(0), "will" | "would")
        && matches!(next(1), "you" | "u")
        && matches!(next(2), "have" | "be" | "stock");
    !holds && (whom || words.iter().skip(at).any(|w| lexicon::is_request(w) || changes(w)))
}

/// Words that change an order.
fn changes(norm: &str) -> bool {
    matches!(
        norm,
        "instead"
            | "swap"
            | "change"
            | "replace"
            | "switch"
            | "remove"
            | "cancel"
            | "drop"
            | "double"
            | "halve"
            | "skip"
    )
}

/// "Can I get", "could you please send us the following": a request that names nothing yet.
fn announces(words: &[&str]) -> bool {
    let plain = |w: &&str| {
        REQUESTERS.contains(w)
            || lexicon::is_request(w)
            || lexicon::is_greeting(w)
            || matches!(
                *w,
                "i" | "we" | "you" | "u" | "me" | "us" | "the" | "these" | "this" | "following" | "some" | "please"
            )
    };
    words.len() > 2 && words.iter().all(plain) && words.iter().any(|w| lexicon::is_request(w) && *w != "please")
}

/// Any of its verbs may be the one that withdraws: "the customer cancelled, so forget the whole order".
fn withdraws(words: &[&str]) -> bool {
    // "Cancel please", and nothing else.
    let courteous = |w: &&str| matches!(*w, "please" | "pls" | "sorry" | "thanks" | "it" | "hi" | "can" | "we" | "you");
    if words.contains(&"cancel") && words.iter().all(|w| *w == "cancel" || courteous(w)) {
        return true;
    }
    words.iter().enumerate().filter(|(_, w)| lexicon::withdraws(w)).any(|(at, _)| {
        let negated = at > 0 && words.get(at - 1).is_some_and(|w| matches!(*w, "dont" | "not" | "never" | "didnt"));
        let whole = words.iter().skip(at + 1).take(5).any(|w| lexicon::is_whole(w));
        !negated && whole
    })
}

/// What the message seems to be for.
#[derive(Debug, Default)]
pub(super) struct Evidence {
    pub lines: usize,
    /// A correction or an exclusion that came to nothing, which still speaks of ordering.
    pub amended: bool,
    pub cancelled: bool,
    pub asked: bool,
    pub complained: bool,
    pub instructed: bool,
    /// Words of greeting, and words that say something.
    pub greetings: usize,
    /// Thanks and good wishes.
    pub courtesies: usize,
    pub words: usize,
}

/// The intent, and how sure it is.
pub(super) fn judge(evidence: &Evidence, best_line: f64) -> (Intent, f64) {
    let doubt = if evidence.asked || evidence.complained { 0.85 } else { 1.0 };
    if evidence.cancelled {
        return (Intent::Order, 0.95 * doubt);
    }
    if evidence.lines > 0 {
        return (Intent::Order, (0.6 + 0.4 * best_line).clamp(0.0, 1.0) * doubt);
    }
    if evidence.instructed {
        return (Intent::Other, 0.5);
    }
    if evidence.complained {
        return (Intent::Complaint, if evidence.asked { 0.8 } else { 0.9 });
    }
    if evidence.asked {
        return (Intent::Question, 0.9);
    }
    if evidence.amended {
        return (Intent::Order, 0.6);
    }
    if evidence.greetings > 0 && evidence.words <= 3
        || evidence.greetings + evidence.courtesies > 0 && evidence.words <= 8
    {
        return (Intent::Greeting, 0.95);
    }
    (Intent::Other, if evidence.words == 0 { 0.9 } else { 0.6 })
}
