//! The English the rules know: courtesies, verbs of ordering, days and places.

/// Verbs and courtesies with which people order.
pub(super) fn is_request(norm: &str) -> bool {
    const WORDS: &[&str] = &[
        "send", "need", "needs", "want", "get", "have", "like", "take", "deliver", "bring", "buy", "require", "supply",
        "put", "grab", "please", "pls", "plz", "plse", "order", "add", "give", "ship", "book", "love", "include",
        "reorder", "needing", "wanting", "snd", "sned", "gimme", "gime",
    ];
    WORDS.contains(&norm)
}

/// Words after which a name is a place, a time or a person, no product.
pub(super) fn is_preposition(norm: &str) -> bool {
    const WORDS: &[&str] =
        &["to", "at", "by", "from", "on", "about", "before", "after", "until", "till", "since", "via"];
    WORDS.contains(&norm)
}

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
    const WORDS: &[&str] =
        &["hi", "hello", "hey", "hiya", "morning", "afternoon", "evening", "greetings", "howdy", "hallo", "heya", "yo"];
    WORDS.contains(&norm)
}

/// Words of good wishes.
pub(super) fn wishes(norm: &str) -> bool {
    matches!(norm, "happy" | "congrats" | "congratulations" | "hope" | "merry" | "welcome" | "goodnight")
}

/// Words that begin another thought.
pub(super) fn begins_clause(norm: &str) -> bool {
    const WORDS: &[&str] = &[
        "i", "we", "you", "he", "she", "they", "it", "its", "im", "ive", "ill", "weve", "well", "theyre", "youre",
        "thats", "when", "while", "whilst", "if", "because", "coz", "cos", "cause", "so", "but", "which", "who",
        "where", "unless", "until", "as", "since", "thats", "hes", "shes",
    ];
    WORDS.contains(&norm)
}

/// Words that point to a time or a thing beside what is ordered: "2 filters this aft", "3 red for that one".
pub(super) fn points(norm: &str) -> bool {
    matches!(norm, "this" | "that" | "next" | "last" | "either" | "every")
}

/// Words with which a message ends; a name may follow.
pub(super) fn signs_off(norm: &str) -> bool {
    const WORDS: &[&str] = &[
        "thanks", "thank", "thx", "thnx", "thankyou", "tx", "ta", "cheers", "chrs", "regards", "rgrds", "ty", "xx",
        "xxx", "merci",
    ];
    WORDS.contains(&norm)
}

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
    &["a", "an", "the", "some", "any", "this", "that", "these", "those", "my", "our", "your", "their", "its"];
const COURTESIES: &[&str] = &[
    "thanks",
    "thank",
    "thx",
    "thnx",
    "ty",
    "tx",
    "cheers",
    "ta",
    "regards",
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
    "well",
    "guys",
    "mate",
    "team",
    "sir",
    "madam",
    "folks",
    "there",
    "love",
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
    "xx",
    "xxx",
    "lovely",
    "hun",
    "hon",
    "luv",
    "pal",
    "sister",
    "brother",
    "innit",
    "coming",
    "added",
    "send",
    "snd",
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
    "i",
    "we",
    "you",
    "me",
    "us",
    "it",
    "they",
    "them",
    "he",
    "she",
    "im",
    "ill",
    "id",
    "ive",
    "were",
    "well",
    "wed",
    "weve",
    "youre",
    "thats",
    "lets",
    "u",
    "ur",
    "of",
    "for",
    "in",
    "with",
    "as",
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
    "so",
    "then",
    "but",
    "or",
    "if",
    "just",
    "only",
    "now",
    "here",
    "when",
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
    "about",
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
    "gimme",
    "total",
    "altogether",
    "same",
    "kind",
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
    "tomorrow",
    "today",
    "tonight",
    "morning",
    "afternoon",
    "evening",
    "noon",
    "week",
    "weekend",
    "month",
    "day",
    "am",
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
    "asap",
    "soon",
    "early",
    "late",
    "latest",
    "usual",
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
    "2moro",
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
const PRAISE: &[&str] = &[
    "fresh",
    "nice",
    "decent",
    "ripe",
    "lovely",
    "quality",
    "big",
    "favourite",
    "favorite",
    "normal",
    "regular",
    "standard",
];
