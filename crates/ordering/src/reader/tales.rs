//! What people tell beside what they order: what came, what was wrong with it, what they have and do.
use super::lexicon::{self, NAME};
use super::requests::{self, QUESTIONS};

/// Words of praise.
pub(super) const PRAISE: &[&str] = &[
    "lovely",
    "great",
    "good",
    "perfect",
    "fine",
    "fantastic",
    "brilliant",
    "loved",
    "loving",
    "nice",
    "excellent",
    "delicious",
    "best",
    "amazing",
    "spot",
    "happy",
    "superb",
    "treat",
];

/// "Just wanted to ask whether", "need to know if … before I order".
pub(super) fn inquires(words: &[&str]) -> bool {
    words.windows(2).any(|w| matches!(w, ["to", "ask" | "know" | "enquire" | "inquire" | "query"]))
        && !words.contains(&"let")
        || words.windows(3).any(|w| matches!(w, ["before", "i" | "we", "order" | "buy"]))
        || words.windows(3).any(|w| matches!(w, ["to", "check", "if" | "whether" | "what" | "when" | "how" | "on"]))
}

/// "The pens don't write", "there are only 2 here", "why have we been billed": what is not as it should be.
pub(super) fn fails(words: &[&str]) -> bool {
    const WORKS: &[&str] = &[
        "work", "write", "stick", "fit", "hold", "open", "close", "turn", "start", "dry", "cut", "seal", "charge",
        "match", "arrive", "come",
    ];
    let negated =
        |w: &str| matches!(w, "dont" | "doesnt" | "wont" | "didnt" | "cant" | "isnt" | "hasnt" | "havent" | "not");
    words.windows(2).any(|w| matches!(w, [no, does] if negated(no) && WORKS.contains(does)))
        || words.windows(3).any(|w| matches!(w, ["there", "are" | "is" | "were" | "was", "only"]))
        || words
            .windows(2)
            .any(|w| matches!(w, ["theres", "only"] | ["falling" | "coming" | "came", "apart" | "off" | "loose"]))
        || matches!(words, ["why", "have" | "has" | "is" | "are" | "was" | "were" | "did", ..])
            && words.iter().any(|w| matches!(*w, "we" | "i" | "my" | "our" | "you"))
}

/// "Thinking of getting 20", "I might need some", "if I order 50": nothing is ordered yet.
pub(super) fn maybe(words: &[&str]) -> bool {
    words
        .windows(2)
        .any(|w| matches!(w, ["might" | "may", "need" | "want" | "order" | "take"] | ["thinking", "of" | "about"]))
        && !words.windows(3).any(|w| matches!(w, ["thinking", "about", "it"]))
        || words
            .windows(3)
            .any(|w| matches!(w, ["if", "i" | "we", "order" | "ordered" | "buy" | "bought" | "take" | "took"]))
}

/// "Only 8 on the pallet, should be 10", "no bread in todays delivery": what did not come.
pub(super) fn short(words: &[&str], counted: bool) -> bool {
    let only = words.first() == Some(&"only") && counted && words.contains(&"should");
    let within = words
        .windows(3)
        .any(|w| matches!(w, ["in" | "from" | "off" | "with" | "on", _, "delivery" | "order" | "drop"]));
    only || within && words.first().is_some_and(|w| matches!(*w, "no" | "only" | "missing" | NAME))
}

/// "A box of needles arrived open", "we were charged for 10": what happened on the way, where nobody says thanks for it.
pub(super) fn arrived(words: &[&str]) -> bool {
    words.iter().any(|w| matches!(*w, "arrived" | "came" | "received" | "turned" | "charged" | "missed" | "split"))
        && !words.iter().any(|w| lexicon::is_request(w) && !matches!(*w, "order" | "have" | "put"))
        && !words.iter().any(|w| lexicon::signs_off(w) || matches!(*w, "all" | "great" | "fine" | "lovely" | "good"))
}

/// "The masks have no elastic", "these aprons are great": a thing and what it is like.
pub(super) fn describes(words: &[&str]) -> bool {
    const VERBS: &[&str] = &[
        "is", "are", "was", "were", "has", "have", "had", "dont", "doesnt", "wont", "isnt", "arent", "wasnt", "werent",
        "cant", "keep", "keeps", "seem", "seems", "look", "looks", "feel", "smell", "taste", "fit", "fits",
    ];
    let said = words.iter().position(|w| !lexicon::is_greeting(w)).and_then(|at| words.get(at..)).unwrap_or_default();
    let thing =
        said.first().is_some_and(|w| matches!(*w, "the" | "these" | "those" | "this" | "that" | "my" | "our" | "your"));
    let wanted =
        said.iter().any(|w| matches!(*w, "needed" | "wanted" | "required" | "want" | "need" | "instead" | "should"));
    thing && !wanted && said.iter().skip(1).any(|w| VERBS.contains(w))
}

/// "We normally get 5 boxes", "will order the gloves next week": not now.
pub(super) fn habit(words: &[&str], counted: bool) -> bool {
    let begins = words.iter().take(4);
    let used_to = begins.clone().any(|w| matches!(*w, "normally" | "usually" | "generally" | "typically"))
        || words.windows(2).take(3).any(|w| matches!(w, ["we" | "i" | "they", "use" | "used"]));
    let later = words.windows(2).any(|w| {
        matches!(
            w,
            ["will" | "ill", "order" | "send" | "message"]
                | ["be", "ordering"]
                | ["let", "you"]
                | ["get", "back"]
                | ["please", "note"]
        )
    });
    let when = words.iter().any(|w| matches!(*w, "later" | "next" | "tomorrow" | "when" | "once" | "after" | "soon"));
    let asks = words.iter().any(|w| matches!(*w, "can" | "could" | "pls" | "plz" | "need" | "want"));
    let done = words.first().is_some_and(|w| matches!(*w, "used" | "tried" | "using" | "been"));
    let written = words
        .windows(2)
        .any(|w| matches!(w, ["note" | "website" | "site" | "invoice" | "sheet" | "email", "says" | "said" | "shows"]));
    !asks && (used_to || done || written || words.contains(&"enough") || later && (when || !counted))
}

/// "2 of the cans from yesterday were leaking", "3 of my 12 have no nozzles": a part of what came, and what is the matter.
pub(super) fn tells_of_part(words: &[&str]) -> bool {
    let partitive =
        words.iter().take(6).zip(words.iter().skip(1)).any(|(of, which)| {
            *of == "of" && matches!(*which, "the" | "those" | "these" | "them" | "my" | "our" | "your")
        });
    let partitive = partitive || matches!(words, ["half", "the" | "my" | "our", ..]);
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

/// Who did them, and what the shop does beside what [`turns::complains`](super::turns::complains) knows.
const DOERS: &[&str] = &["you", "youve", "u", "driver", "he"];
const DEEDS: &[&str] =
    &["dropped", "brought", "gave", "supplied", "shipped", "charged", "billed", "packed", "left", "promised", "said"];

/// "You dropped off", "you gave us": what the shop did, where nothing is ordered beside.
pub(super) fn tells_of_you(words: &[&str]) -> bool {
    let did = words.windows(2).any(|w| matches!(w, [who, deed] if DOERS.contains(who) && DEEDS.contains(deed)));
    did && !requests::needs(words) && !words.first().is_some_and(|w| QUESTIONS.contains(w))
}

#[cfg(test)]
mod tests {
    use super::super::turns;
    use super::*;

    #[test]
    fn no_deed_is_a_complaint_already() {
        for who in DOERS {
            for deed in DEEDS {
                assert!(!turns::complains(&[*who, *deed]), "{who} {deed}");
            }
        }
    }
}
