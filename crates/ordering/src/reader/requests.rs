//! Asking: politely, for something to be done, or only to know.
use super::lexicon;

/// Words with which somebody is asked to do something.
pub(super) const REQUESTERS: &[&str] = &["can", "could", "would", "will", "may", "shall"];

/// Words with which a question begins.
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

/// A verb of ordering, and no courtesy.
pub(super) fn needs(words: &[&str]) -> bool {
    words
        .iter()
        .any(|w| lexicon::is_request(w) && !matches!(*w, "please" | "pls" | "plz" | "order" | "have" | "like" | "get"))
        || words.windows(2).any(|w| matches!(w, ["do", "with"]))
}

/// A verb of ordering or a word that asks for something to be done.
pub(super) fn asks_for(words: &[&str]) -> bool {
    needs(words) || words.iter().any(|w| REQUESTERS.contains(w) || matches!(*w, "please" | "pls" | "plz" | "add"))
}

/// "Any chance of 4 milk", "would it be possible to get 3 chairs", "do you think we could have 5": an order, politely.
pub(super) fn asks_kindly(words: &[&str]) -> bool {
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
pub(super) fn addressed(words: &[&str]) -> bool {
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
pub(super) fn changes(norm: &str) -> bool {
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
pub(super) fn announces(words: &[&str]) -> bool {
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
