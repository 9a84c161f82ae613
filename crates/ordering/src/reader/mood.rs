//! What a sentence does.
use super::lexicon;
use super::requests::{self, QUESTIONS, REQUESTERS};
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
    /// It is meant for a machine, and nothing in it is read.
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

/// What a sentence of these words does. `asked` where it ends in a question mark, `named` where it names a product,
/// `counted` where it holds an amount.
pub(super) fn of(words: &[&str], asked: bool, named: bool, counted: bool) -> Mood {
    if withdraws(words) && !named {
        return Mood::Withdraw;
    }
    let sent_back =
        words.iter().position(|w| *w == "sent").is_some_and(|at| words.iter().skip(at).take(6).any(|w| *w == "back"));
    if sent_back
        || turns::complains(words)
        || turns::locates(words) && words.iter().any(|w| matches!(*w, "order" | "delivery" | "driver" | "invoice"))
    {
        return Mood::Complain;
    }
    // "We're after" is folded to the same word.
    if matches!(words, ["were", "you" | "they" | "the", ..]) {
        return Mood::Ask;
    }
    if let Some(mood) = told(words, asked, named, counted) {
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
    let orders_first = |w: &str| w == lexicon::NAME || w.starts_with(|c: char| c.is_ascii_digit());
    if words.windows(2).position(quoted).is_some_and(|at| !words.iter().take(at).any(|w| orders_first(w))) {
        return Mood::Ask;
    }
    if named && counted && !priced && requests::asks_kindly(words) {
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
        Some("got" | "had" | "have") if !asked && named && requests::needs(words) => Mood::Say,
        // "Got 3 rolls instead of 6"
        Some("got" | "had") if !asked && counted && words.contains(&"instead") => Mood::Complain,
        Some("received") if !asked && words.iter().any(|w| matches!(*w, "instead" | "but")) => Mood::Complain,
        // "Got the delivery, thanks", "got plenty for now"
        Some("got" | "had") if !asked && !words.contains(&"any") => Mood::Tell,
        // "How are you", "how's the family": nobody waits for an answer.
        Some("how" | "hows") if !named && !counted && inquires_after(words) => Mood::Say,
        // "Was going to order 10 but let's say 15"
        Some("was") if words.windows(2).any(|w| matches!(w, ["going", "to"])) && !asked => Mood::Say,
        Some(word) if QUESTIONS.contains(&word) => Mood::Ask,
        // "Can I get:", and the list follows.
        Some(word) if REQUESTERS.contains(&word) && !asked && requests::announces(words) => Mood::Say,
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
                || !requests::addressed(words);
            let orders = counted || words.iter().any(|w| lexicon::is_request(w) || requests::changes(w));
            if tells || priced || !(orders && (named || counted)) { Mood::Ask } else { Mood::Say }
        }
        _ if asked && !counted && !named && !inquires_after(words) => Mood::Ask,
        _ => Mood::Say,
    }
}

/// The mood of a sentence that tells. `words` are those outside of products' names.
fn told(words: &[&str], asked: bool, named: bool, counted: bool) -> Option<Mood> {
    if tales::tells_of_part(words) || tales::tells_of_you(words) {
        return Some(Mood::Complain);
    }
    if tales::inquires(words) {
        return Some(Mood::Ask);
    }
    if tales::fails(words) {
        return Some(Mood::Complain);
    }
    if words.iter().take(3).any(|w| matches!(*w, "checking" | "wondering")) && !requests::asks_for(words) {
        return Some(Mood::Ask);
    }
    if !asked && tales::habit(words, counted) {
        return Some(Mood::Tell);
    }
    if tales::maybe(words)
        || asked && words.contains(&"any") && !words.contains(&"chance") && !requests::asks_for(words)
    {
        return Some(Mood::Ask);
    }
    if asked || requests::asks_for(words) {
        return None;
    }
    if tales::short(words, counted) {
        return Some(Mood::Complain);
    }
    let spoken_of = named || counted || words.iter().any(|w| matches!(*w, "order" | "delivery" | "parcel" | "invoice"));
    if spoken_of && tales::arrived(words) {
        return Some(Mood::Complain);
    }
    let praised = words.iter().any(|w| tales::PRAISE.contains(w) || lexicon::signs_off(w));
    let bad = words.iter().any(|w| NEGATIONS.contains(w)) || named && !praised;
    match tales::describes(words) {
        true if bad => Some(Mood::Complain),
        true if !counted => Some(Mood::Tell),
        _ if praised && !counted && words.first().is_some_and(|w| tales::PRAISE.contains(w)) => Some(Mood::Tell),
        _ => None,
    }
}

const NEGATIONS: &[&str] = &[
    "no", "not", "dont", "doesnt", "wont", "isnt", "arent", "wasnt", "werent", "cant", "nothing", "too", "never",
    "without",
];

/// Whether a sentence that reads as an order may be none: it asks without asking for anything to be done, or tells of what was.
pub(super) fn hedged(words: &[&str], asked: bool) -> bool {
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
    let asks = |w: &&str| lexicon::is_request(w) && !matches!(*w, "order" | "have" | "love");
    let requests = requests::needs(words)
        || words.iter().any(asks)
        || words.iter().any(|w| REQUESTERS.contains(w) || matches!(*w, "please" | "pls" | "plz"));
    !requests && (asked || words.iter().any(|w| PAST.contains(w)))
}

/// "How are you", "how is the family".
pub(super) fn inquires_after(words: &[&str]) -> bool {
    let how = words.iter().position(|w| matches!(*w, "how" | "hows"));
    let rest = how.and_then(|at| words.get(at..)).unwrap_or_default();
    rest.len() <= 5
        && rest.iter().any(|w| {
            matches!(*w, "you" | "u" | "family" | "things" | "life" | "everyone" | "weekend" | "kids" | "goes")
        })
        && !words.iter().any(|w| matches!(*w, "order" | "delivery" | "much" | "many" | "long" | "soon" | "do" | "can"))
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
