//! Turns of speech that change what was said before, or refer to it.

/// What a cue does to the words after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cue {
    /// "Make that", "sorry", "actually": what follows replaces something said before.
    Correct,
    /// "No", "without", "remove": what follows is not wanted.
    Exclude,
    /// "Not 10": the amount that was replaced.
    Not,
    /// "Swap", "change": what follows is the old, what comes after "for" or "to" the new.
    Change,
    /// The new of a change.
    Target,
    /// "Instead of": what follows is the old.
    InsteadOf,
    /// "More", "another", "also": what follows comes on top.
    More,
    /// "Double", "halve": so many times as much of what follows.
    Scale,
}

/// Cues of several words first: the longest wins.
const CUES: &[(&[&str], Cue)] = &[
    (&["should", "have", "been"], Cue::Correct),
    (&["no", "longer", "need"], Cue::Exclude),
    (&["no", "need", "for"], Cue::Exclude),
    (&["do", "not", "need"], Cue::Exclude),
    (&["do", "not", "want"], Cue::Exclude),
    (&["do", "not", "send"], Cue::Exclude),
    (&["hold", "off", "on"], Cue::Exclude),
    (&["in", "place", "of"], Cue::InsteadOf),
    (&["dont", "need"], Cue::Exclude),
    (&["dont", "want"], Cue::Exclude),
    (&["dont", "send"], Cue::Exclude),
    (&["wont", "need"], Cue::Exclude),
    (&["no", "more"], Cue::Exclude),
    (&["take", "off"], Cue::Exclude),
    (&["take", "out"], Cue::Exclude),
    (&["leave", "out"], Cue::Exclude),
    (&["leave", "off"], Cue::Exclude),
    (&["drop", "the"], Cue::Exclude),
    (&["hold", "the"], Cue::Exclude),
    (&["lose", "the"], Cue::Exclude),
    (&["forget", "the"], Cue::Exclude),
    (&["forget", "about"], Cue::Exclude),
    (&["instead", "of"], Cue::InsteadOf),
    (&["rather", "than"], Cue::InsteadOf),
    (&["make", "that"], Cue::Correct),
    (&["make", "it"], Cue::Correct),
    (&["make", "them"], Cue::Correct),
    (&["make", "those"], Cue::Correct),
    (&["make", "the"], Cue::Correct),
    (&["no", "wait"], Cue::Correct),
    (&["no", "make", "that"], Cue::Correct),
    (&["no", "make", "it"], Cue::Correct),
    (&["no", "make", "the"], Cue::Correct),
    (&["hang", "on"], Cue::Correct),
    (&["hold", "on"], Cue::Correct),
    (&["scratch", "that"], Cue::Correct),
    (&["no", "sorry"], Cue::Correct),
    (&["i", "mean"], Cue::Correct),
    (&["i", "meant"], Cue::Correct),
    (&["sorry", "meant"], Cue::Correct),
    (&["should", "be"], Cue::Correct),
    (&["actually"], Cue::Correct),
    (&["sorry"], Cue::Correct),
    (&["wait"], Cue::Correct),
    (&["correction"], Cue::Correct),
    (&["oops"], Cue::Correct),
    (&["instead"], Cue::Correct),
    (&["update"], Cue::Correct),
    (&["without"], Cue::Exclude),
    (&["skip"], Cue::Exclude),
    (&["remove"], Cue::Exclude),
    (&["cancel"], Cue::Exclude),
    (&["scrap"], Cue::Exclude),
    (&["scratch"], Cue::Exclude),
    (&["delete"], Cue::Exclude),
    (&["minus"], Cue::Exclude),
    (&["except"], Cue::Exclude),
    (&["no"], Cue::Exclude),
    (&["not"], Cue::Not),
    (&["swap"], Cue::Change),
    (&["replace"], Cue::Change),
    (&["switch"], Cue::Change),
    (&["exchange"], Cue::Change),
    (&["change"], Cue::Change),
    (&["amend"], Cue::Change),
    (&["increase"], Cue::Change),
    (&["reduce"], Cue::Change),
    (&["more"], Cue::More),
    (&["another"], Cue::More),
    (&["extra"], Cue::More),
    (&["additional"], Cue::More),
    (&["add"], Cue::More),
    (&["plus"], Cue::More),
    (&["also"], Cue::More),
];

/// Turns of speech that hold a cue's word and are none.
const IDIOMS: &[&[&str]] = &[
    &["change", "of", "plan"],
    &["put", "us", "down", "for"],
    &["put", "me", "down", "for"],
    &["run", "out", "of"],
    &["ran", "out", "of"],
    &["out", "of"],
    &["dont", "forget", "the"],
    &["dont", "forget"],
    &["do", "not", "forget", "the"],
    &["do", "not", "forget"],
    &["dont", "cancel"],
    &["do", "not", "cancel"],
    &["dont", "remove"],
    &["do", "not", "remove"],
    &["dont", "change"],
    &["never", "mind"],
    &["nothing", "else"],
    &["no", "problem"],
    &["no", "worries"],
    &["no", "thanks"],
    &["no", "thank", "you"],
    &["no", "rush"],
    &["no", "one"],
    &["no", "idea"],
    &["no", "later", "than"],
    &["sorry", "for"],
    &["sorry", "about"],
    &["make", "sure"],
    &["if", "not"],
    &["why", "not"],
    &["not", "sure"],
    &["not", "today"],
    &["not", "now"],
    &["not", "yet"],
    &["not", "really"],
    &["not", "bad"],
    &["not", "to", "worry"],
    &["not", "at", "the", "moment"],
    &["once", "more"],
    &["and", "more"],
    &["drop", "off"],
    &["at", "least"],
    &["in", "stock"],
    &["a", "hand"],
    &["a", "minute"],
    &["a", "look"],
    &["a", "deal"],
    &["lot", "of"],
    &["lots", "of"],
    &["load", "of"],
    &["loads", "of"],
];

/// Turns of speech with which people order, and no word of which is a verb of ordering.
const WISHES: &[&[&str]] = &[
    &["could", "do", "with"],
    &["can", "do", "with"],
    &["could", "use"],
    &["looking", "for"],
    &["looking", "to", "order"],
    &["im", "after"],
    &["were", "after"],
    &["am", "after"],
    &["are", "after"],
    &["go", "with"],
    &["stick", "on"],
    &["chuck", "in"],
    &["throw", "in"],
];

/// How many words a turn with which people order takes at the beginning of these; zero where there is none.
pub(super) fn wish(words: &[&str]) -> usize {
    WISHES.iter().find(|pattern| begins(words, pattern)).map_or(0, |pattern| pattern.len())
}

fn begins(words: &[&str], pattern: &[&str]) -> bool {
    words.get(..pattern.len()) == Some(pattern)
}

/// The cue that begins at the first of these words, and how many it takes.
pub(super) fn cue(words: &[&str]) -> Option<(Cue, usize)> {
    let (pattern, cue) = CUES.iter().find(|(pattern, _)| begins(words, pattern))?;
    Some((*cue, pattern.len()))
}

/// How many words an idiom at the beginning of these takes; zero where there is none.
pub(super) fn idiom(words: &[&str]) -> usize {
    IDIOMS.iter().find(|pattern| begins(words, pattern)).map_or(0, |pattern| pattern.len())
}

/// "The usual", "same as last week": an order by reference, which only a person can look up.
pub(super) fn is_reference(words: &[&str]) -> usize {
    const REFERENCES: &[&[&str]] = &[
        &["same", "as", "last", "week"],
        &["same", "as", "last", "time"],
        &["same", "as", "always"],
        &["same", "as", "usual"],
        &["same", "as", "before"],
        &["same", "again"],
        &["same", "order"],
        &["usual", "order"],
        &["the", "usual"],
        &["my", "usual"],
        &["our", "usual"],
        &["repeat", "order"],
        &["last", "order", "again"],
        &["same", "as"],
    ];
    REFERENCES.iter().find(|pattern| begins(words, pattern)).map_or(0, |pattern| pattern.len())
}
