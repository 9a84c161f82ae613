//! The English the rules know: courtesies, verbs of ordering, days and places.

/// Stands for a product's name among the words of a sentence.
pub(super) const NAME: &str = "_";

/// Verbs and courtesies with which people order.
pub(super) fn is_request(norm: &str) -> bool {
    REQUESTS.contains(&norm)
}

const REQUESTS: &[&str] = &[
    "send", "need", "needs", "want", "get", "have", "like", "take", "deliver", "bring", "buy", "require", "supply",
    "put", "grab", "please", "pls", "plz", "plse", "order", "add", "give", "ship", "book", "love", "include",
    "reorder", "needing", "wanting", "snd", "sned", "gimme", "gime",
];

/// Words after which a name is a place, a time or a person, no product.
pub(super) fn is_preposition(norm: &str) -> bool {
    PREPOSITIONS.contains(&norm)
}

const PREPOSITIONS: &[&str] =
    &["to", "at", "by", "from", "on", "about", "before", "after", "until", "till", "since", "via"];

/// Words that name a whole order.
pub(super) fn is_whole(norm: &str) -> bool {
    const WORDS: &[&str] = &["order", "orders", "everything", "all", "whole", "lot", "entire"];
    WORDS.contains(&norm)
}

/// Verbs that withdraw one.
pub(super) fn withdraws(norm: &str) -> bool {
    const WORDS: &[&str] =
        &["cancel", "cancelled", "canceled", "forget", "scrap", "scratch", "withdraw", "void", "bin", "delete"];
    WORDS.contains(&norm)
}

/// Words of greeting.
pub(super) fn is_greeting(norm: &str) -> bool {
    GREETINGS.contains(&norm)
}

const GREETINGS: &[&str] =
    &["hi", "hello", "hey", "hiya", "morning", "afternoon", "evening", "greetings", "howdy", "hallo", "heya", "yo"];

/// Words of good wishes.
pub(super) fn wishes(norm: &str) -> bool {
    matches!(norm, "happy" | "congrats" | "congratulations" | "hope" | "merry" | "welcome" | "goodnight")
}

/// Words that begin another thought.
pub(super) fn begins_clause(norm: &str) -> bool {
    CLAUSES.contains(&norm)
}

const CLAUSES: &[&str] = &[
    "i", "we", "you", "he", "she", "they", "it", "its", "im", "ive", "ill", "weve", "well", "theyre", "youre", "thats",
    "when", "while", "whilst", "if", "because", "coz", "cos", "cause", "so", "but", "which", "who", "where", "unless",
    "as", "hes", "shes",
];

/// Words that point to a time or a thing beside what is ordered: "2 filters this aft", "3 red for that one".
pub(super) fn points(norm: &str) -> bool {
    matches!(norm, "this" | "that" | "next" | "last" | "either" | "every")
}

/// Words with which a message ends; a name may follow.
pub(super) fn signs_off(norm: &str) -> bool {
    THANKS.contains(&norm)
}

const THANKS: &[&str] = &[
    "thanks", "thank", "thx", "thnx", "thankyou", "tx", "ta", "cheers", "chrs", "regards", "rgrds", "ty", "xx", "xxx",
    "merci",
];

/// Words that say nothing about what is ordered.
pub(super) fn is_filler(norm: &str) -> bool {
    is_request(norm)
        || is_preposition(norm)
        || is_greeting(norm)
        || super::calendar::is_day(norm)
        || ARTICLES.contains(&norm)
        || COURTESIES.contains(&norm)
        || FUNCTION_WORDS.contains(&norm)
        || DELIVERY_WORDS.contains(&norm)
        || PRAISE.contains(&norm)
        || begins_clause(norm)
        || signs_off(norm)
        || ERRANDS.contains(&norm)
}

const ARTICLES: &[&str] =
    &["a", "an", "the", "some", "any", "this", "that", "these", "those", "my", "our", "your", "their"];
const COURTESIES: &[&str] = &[
    "kind",
    "best",
    "dear",
    "good",
    "ok",
    "okay",
    "yes",
    "yeah",
    "yep",
    "sure",
    "great",
    "perfect",
    "lovely",
    "brilliant",
    "hope",
    "guys",
    "mate",
    "team",
    "sir",
    "madam",
    "folks",
    "there",
    "lol",
    "haha",
    "bye",
    "later",
    "appreciated",
    "advance",
    "much",
    "many",
    "very",
    "usual",
    "asap",
    "urgently",
    "urgent",
    "kindly",
    "possible",
    "confirm",
    "again",
    "too",
    "both",
    "hun",
    "hon",
    "luv",
    "pal",
    "sister",
    "brother",
    "innit",
    "coming",
    "added",
    "mixed",
    "assorted",
    "reqd",
    "required",
    "arrange",
    "tomorow",
    "tommorow",
    "tomorrow",
    "tmw",
    "forgot",
    "boss",
    "bro",
    "friend",
    "sorry",
];
const FUNCTION_WORDS: &[&str] = &[
    "me",
    "us",
    "them",
    "id",
    "were",
    "lets",
    "u",
    "ur",
    "of",
    "for",
    "in",
    "with",
    "is",
    "are",
    "be",
    "am",
    "was",
    "been",
    "will",
    "would",
    "can",
    "could",
    "may",
    "might",
    "shall",
    "should",
    "do",
    "does",
    "did",
    "has",
    "had",
    "then",
    "or",
    "just",
    "only",
    "now",
    "here",
    "up",
    "down",
    "out",
    "off",
    "over",
    "per",
    "let",
    "go",
    "going",
    "gonna",
    "next",
    "last",
    "maybe",
    "still",
    "already",
    "exactly",
    "following",
    "follows",
    "below",
    "list",
    "items",
    "stuff",
    "things",
    "each",
    "x",
    "nr",
    "new",
    "said",
    "found",
    "dont",
    "got",
    "say",
    "one",
    "ones",
    "wanna",
    "total",
    "altogether",
    "same",
    "size",
    "colour",
    "color",
    "type",
    "worth",
    "quantity",
    "qty",
    "than",
];
const DELIVERY_WORDS: &[&str] = &[
    "today",
    "tonight",
    "noon",
    "week",
    "weekend",
    "month",
    "day",
    "pm",
    "delivery",
    "delivered",
    "collect",
    "collection",
    "pick",
    "pickup",
    "time",
    "site",
    "address",
    "soon",
    "early",
    "late",
    "latest",
    "first",
    "thing",
    "orders",
    "shop",
    "number",
    "po",
    "ref",
    "drop",
    "price",
    "tmrw",
    "tmr",
];
/// What people ask of a person, not of the stock room.
const ERRANDS: &[&str] = &[
    "call",
    "ring",
    "email",
    "mail",
    "text",
    "reply",
    "contact",
    "tell",
    "know",
    "pay",
    "payment",
    "forward",
    "accounts",
    "help",
    "check",
    "ask",
    "speak",
    "talk",
    "invoice",
    "invoices",
    "receipt",
    "discussed",
    "wondering",
    "status",
    "statement",
    "details",
    "info",
    "brochure",
    "driver",
    "office",
    "back",
];
const PRAISE: &[&str] =
    &["fresh", "nice", "decent", "ripe", "quality", "big", "favourite", "favorite", "normal", "regular", "standard"];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn no_word_of_filler_stands_in_two_lists() {
        let lists = [
            REQUESTS,
            PREPOSITIONS,
            GREETINGS,
            CLAUSES,
            THANKS,
            ARTICLES,
            COURTESIES,
            FUNCTION_WORDS,
            DELIVERY_WORDS,
            PRAISE,
            ERRANDS,
        ];
        let mut known = HashSet::new();
        for word in lists.concat() {
            assert!(known.insert(word), "{word} stands twice");
            assert!(!super::super::calendar::is_day(word), "{word} is a day");
        }
    }

    #[test]
    fn every_word_of_filler_is_one_token() {
        for word in [REQUESTS, COURTESIES, FUNCTION_WORDS, DELIVERY_WORDS, PRAISE, ERRANDS].concat() {
            assert_eq!(super::super::text::tokenise(word).len(), 1, "{word} never comes as one word");
        }
    }
}
