//! What a sentence does, and from its sentences what the message is for.
use super::lexicon;
use super::reading::Intent;
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
const QUESTIONS: &[&str] = &[
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
const REQUESTERS: &[&str] = &["can", "could", "would", "will", "may", "shall"];

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
    if tells_of_part(&words) || tells_of_you(&words) {
        return Mood::Complain;
    }
    let sent_back =
        words.iter().position(|w| *w == "sent").is_some_and(|at| words.iter().skip(at).take(6).any(|w| *w == "back"));
    if sent_back
        || turns::complains(&words)
        || turns::locates(&words) && words.iter().any(|w| matches!(*w, "order" | "delivery" | "driver" | "invoice"))
    {
        return Mood::Complain;
    }
    let priced = words.iter().any(|w| PRICES.contains(w));
    // "Price for a pallet of A4"
    let first =
        words.iter().find(|w| !lexicon::is_greeting(w) && !matches!(**w, "please" | "pls" | "the" | "a" | "your"));
    if first.is_some_and(|w| PRICES.contains(w)) && (asked || !counted) {
        return Mood::Ask;
    }
    if words.contains(&"chance") && named && counted && !priced {
        return Mood::Say;
    }
    if words.contains(&"ordered") {
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
        Some("got" | "had" | "have") if !asked && named && needs(&words) => Mood::Say,
        // "How are you", "how's the family": nobody waits for an answer.
        Some("how" | "hows") if !named && !counted && inquires_after(&words) => Mood::Say,
        Some(word) if QUESTIONS.contains(&word) => Mood::Ask,
        Some(word) if REQUESTERS.contains(&word) => {
            let tells = words.iter().any(|w| matches!(*w, "tell" | "know" | "ask" | "check" | "explain"));
            let orders = words.iter().any(|w| lexicon::is_request(w)) || counted;
            if tells || priced || !(orders && (named || counted)) { Mood::Ask } else { Mood::Say }
        }
        _ if asked && !counted && !named && !inquires_after(&words) => Mood::Ask,
        _ => Mood::Say,
    }
}

/// Any of its verbs may be the one that withdraws: "the customer cancelled, so forget the whole order".
fn withdraws(words: &[&str]) -> bool {
    words.iter().enumerate().filter(|(_, w)| lexicon::withdraws(w)).any(|(at, _)| {
        let negated = at > 0 && words.get(at - 1).is_some_and(|w| matches!(*w, "dont" | "not" | "never" | "didnt"));
        let whole = words.iter().skip(at + 1).take(5).any(|w| lexicon::is_whole(w));
        !negated && whole
    })
}

/// "2 of the cans from yesterday were leaking", "3 of my 12 have no nozzles": a part of what came, and what is the matter.
fn tells_of_part(words: &[&str]) -> bool {
    let partitive =
        words.iter().take(6).zip(words.iter().skip(1)).any(|(of, which)| {
            *of == "of" && matches!(*which, "the" | "those" | "these" | "them" | "my" | "our" | "your")
        });
    let tells = words.iter().any(|w| {
        matches!(
            *w,
            "were" | "was" | "are" | "is" | "have" | "has" | "had" | "came" | "arrived" | "dont" | "wont" | "look"
        )
    });
    let orders = words.iter().any(|w| lexicon::is_request(w) && *w != "have");
    let begins = words.first().is_some_and(|w| {
        w.starts_with(|c: char| c.is_ascii_digit())
            || super::numbers::numeral(w).is_some()
            || matches!(*w, "half" | "some")
    });
    partitive && begins && tells && !orders
}

/// "You dropped off", "you gave us": what the shop did, where nothing is ordered beside.
fn tells_of_you(words: &[&str]) -> bool {
    const DEEDS: &[&str] = &[
        "sent",
        "dropped",
        "delivered",
        "brought",
        "gave",
        "supplied",
        "shipped",
        "charged",
        "billed",
        "packed",
        "left",
        "forgot",
        "promised",
        "said",
    ];
    let did =
        words.windows(2).any(|w| matches!(w, ["you" | "youve" | "u" | "driver" | "he", deed] if DEEDS.contains(deed)));
    did && !needs(words)
}

/// Whether a sentence that reads as an order may be none: it asks without asking for anything to be done, or tells of what was.
pub(super) fn hedged(norms: &[&str], asked: bool) -> bool {
    const PAST: &[&str] = &[
        "was",
        "were",
        "wasnt",
        "werent",
        "came",
        "arrived",
        "received",
        "got",
        "didnt",
        "hasnt",
        "went",
        "ordered",
        "delivered",
        "sent",
        "broke",
        "looked",
        "turned",
        "opened",
    ];
    let words: Vec<&str> = norms.iter().copied().filter(|n| !n.is_empty()).collect();
    let requests =
        needs(&words) || words.iter().any(|w| REQUESTERS.contains(w) || matches!(*w, "please" | "pls" | "plz"));
    !requests && (asked || words.iter().any(|w| PAST.contains(w)))
}

/// A verb of ordering, and no courtesy.
fn needs(words: &[&str]) -> bool {
    words
        .iter()
        .any(|w| lexicon::is_request(w) && !matches!(*w, "please" | "pls" | "plz" | "order" | "have" | "like" | "get"))
        || words.windows(2).any(|w| matches!(w, ["do", "with"]))
}

/// "How are you", "how is the family".
fn inquires_after(words: &[&str]) -> bool {
    let how = words.iter().position(|w| matches!(*w, "how" | "hows"));
    let rest = how.and_then(|at| words.get(at..)).unwrap_or_default();
    rest.len() <= 5
        && rest.iter().any(|w| {
            matches!(*w, "you" | "u" | "family" | "things" | "life" | "everyone" | "weekend" | "kids" | "goes")
        })
        && !words.iter().any(|w| matches!(*w, "order" | "delivery" | "much" | "many" | "long" | "soon" | "do" | "can"))
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
