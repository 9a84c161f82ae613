//! What a sentence does, and from its sentences what the message is for.
use super::lexicon;
use super::reading::Intent;

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

/// Phrases meant for a machine, not for a shop.
const INSTRUCTIONS: &[&[&str]] = &[
    &["your", "rules"],
    &["your", "instructions"],
    &["previous", "instructions"],
    &["prior", "instructions"],
    &["all", "instructions"],
    &["previous", "rules"],
    &["the", "rules"],
    &["system", "prompt"],
    &["admin", "mode"],
    &["developer", "mode"],
    &["you", "are", "now"],
    &["as", "an", "ai"],
    &["without", "review"],
    &["skip", "review"],
    &["auto", "confirm"],
    &["every", "order"],
    &["as", "paid"],
    &["at", "price", "0"],
    &["override"],
    &["assistant"],
    &["order", "confirmed"],
    &["youve", "won"],
    &["you", "have", "won"],
    &["vouchers"],
    &["click", "here"],
    &["click", "the", "link"],
    &["forward", "to"],
    &["page", "of", "google"],
    &["release", "fee"],
    &["parcel", "is"],
    &["congratulations", "you"],
    &["jailbreak"],
];

const COMPLAINTS: &[&[&str]] = &[
    &["sour"],
    &["broken"],
    &["rotten"],
    &["damaged"],
    &["missing"],
    &["mouldy"],
    &["moldy"],
    &["stale"],
    &["leaking"],
    &["leaked"],
    &["expired"],
    &["faulty"],
    &["defective"],
    &["smashed"],
    &["crushed"],
    &["refund"],
    &["complaint"],
    &["complain"],
    &["disappointed"],
    &["unhappy"],
    &["unacceptable"],
    &["terrible"],
    &["awful"],
    &["snapped"],
    &["wrong"],
    &["never", "arrived"],
    &["not", "arrived"],
    &["hasnt", "arrived"],
    &["havent", "arrived"],
    &["didnt", "arrive"],
    &["not", "received"],
    &["havent", "received"],
    &["never", "received"],
    &["still", "waiting"],
    &["still", "not"],
    &["was", "due"],
    &["only", "got"],
    &["only", "received"],
    &["you", "sent"],
    &["youve", "sent"],
    &["you", "delivered"],
    &["youve", "delivered"],
    &["asked", "for"],
    &["not", "acceptable"],
    &["isnt", "acceptable"],
    &["not", "good", "enough"],
    &["isnt", "good", "enough"],
    &["rubbish"],
    &["money", "back"],
    &["mush"],
    &["mushy"],
    &["been", "waiting"],
    &["week", "running"],
    &["time", "this", "month"],
    &["second", "time"],
    &["third", "time"],
    &["only", "had"],
    &["nobody", "came"],
    &["no", "one", "came"],
    &["turned", "up"],
    &["fell", "apart"],
    &["split", "open"],
    &["burst", "open"],
    &["were", "short"],
    &["was", "short"],
    &["is", "missing"],
    &["but", "we", "ordered"],
    &["out", "of", "date"],
    &["return"],
    &["returns"],
    &["returned"],
    &["returning"],
    &["credit"],
    &["credited"],
    &["send", "back"],
    &["sent", "back"],
    &["sending", "back"],
    &["send", "them", "back"],
    &["send", "it", "back"],
    &["take", "back"],
    &["cracked"],
    &["unusable"],
    &["forgot"],
    &["forgotten"],
    &["blunt"],
    &["damp"],
    &["torn"],
    &["bent"],
    &["rusty"],
    &["dented"],
    &["scratched"],
    &["bruised"],
    &["squashed"],
    &["melted"],
    &["defrosted"],
    &["jammed"],
    &["jamming"],
    &["overcharged"],
    &["charged", "twice"],
    &["horrible"],
    &["disgusting"],
    &["let", "down"],
    &["not", "happy"],
    &["not", "working"],
    &["doesnt", "work"],
    &["stopped", "working"],
    &["what", "happened"],
    &["never", "came"],
    &["didnt", "come"],
    &["short", "delivered"],
    &["went", "off"],
    &["gone", "off"],
];

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
const LOCATIONS: &[&[&str]] = &[&["where", "is"], &["wheres"], &["where", "are"]];
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

fn holds(norms: &[&str], patterns: &[&[&str]]) -> bool {
    patterns.iter().any(|pattern| norms.windows(pattern.len()).any(|window| window == *pattern))
}

/// What a sentence of these words does. `asked` where it ends in a question mark, `named` where it names a product,
/// `counted` where it holds an amount.
pub(super) fn mood(norms: &[&str], asked: bool, named: bool, counted: bool) -> Mood {
    let words: Vec<&str> = norms.iter().copied().filter(|n| !n.is_empty()).collect();
    if holds(&words, INSTRUCTIONS) {
        return Mood::Instruct;
    }
    if withdraws(&words) && !named {
        return Mood::Withdraw;
    }
    let sent_back =
        words.iter().position(|w| *w == "sent").is_some_and(|at| words.iter().skip(at).take(6).any(|w| *w == "back"));
    if sent_back
        || holds(&words, COMPLAINTS)
        || holds(&words, LOCATIONS) && words.iter().any(|w| matches!(*w, "order" | "delivery" | "driver" | "invoice"))
    {
        return Mood::Complain;
    }
    let priced = words.iter().any(|w| PRICES.contains(w));
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
        Some(word) if QUESTIONS.contains(&word) => Mood::Ask,
        Some(word) if REQUESTERS.contains(&word) => {
            let tells = words.iter().any(|w| matches!(*w, "tell" | "know" | "ask" | "check" | "explain"));
            let orders = words.iter().any(|w| lexicon::is_request(w)) || counted;
            if tells || priced || !(orders && (named || counted)) { Mood::Ask } else { Mood::Say }
        }
        _ if asked && !counted && !named => Mood::Ask,
        _ => Mood::Say,
    }
}

fn withdraws(words: &[&str]) -> bool {
    let Some(at) = words.iter().position(|w| lexicon::withdraws(w)) else {
        return false;
    };
    let negated = at > 0 && words.get(at - 1).is_some_and(|w| matches!(*w, "dont" | "not" | "never" | "didnt"));
    let whole = words.iter().skip(at + 1).take(5).any(|w| lexicon::is_whole(w));
    !negated && whole
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
