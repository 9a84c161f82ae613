//! Finding the catalogue's words near a misspelt one, without comparing it with all of them.
//!
//! Symmetric deletes: two words within `n` edits share a form that is left when at most `n` characters of each are
//! deleted. Long words keep the deletes of their beginning only, which bounds the table.
use rapidfuzz::distance::osa;

/// Words shorter than this have too many neighbours to be guessed.
const SHORTEST: usize = 4;
/// From this length on two edits are forgiven.
const LONG: usize = 8;
/// The deletes are taken of this many first characters.
const PREFIX: usize = 7;

/// The table of deletes of a vocabulary.
#[derive(Debug, Default)]
pub(super) struct Spelling {
    /// Hash of a form, and the word it came from; sorted.
    forms: Vec<(u32, u32)>,
}

/// How many edits a word of this length is forgiven.
fn tolerance(length: usize) -> usize {
    match length {
        0..SHORTEST => 0,
        SHORTEST..LONG => 1,
        _ => 2,
    }
}

/// FNV-1a: stable on every machine, unlike a seeded hasher.
fn hash(form: &[char]) -> u32 {
    form.iter().fold(0x811c_9dc5, |h, c| (h ^ u32::from(*c)).wrapping_mul(0x0100_0193))
}

fn deletes(word: &str) -> Vec<u32> {
    let chars: Vec<char> = word.chars().collect();
    let prefix: Vec<char> = chars.iter().copied().take(PREFIX).collect();
    let mut level = vec![prefix];
    let mut out: Vec<u32> = level.iter().map(|f| hash(f)).collect();
    for _ in 0..tolerance(chars.len()) {
        let mut shorter = Vec::new();
        for form in &level {
            for skip in 0..form.len() {
                let left: Vec<char> =
                    form.iter().enumerate().filter(|(place, _)| *place != skip).map(|(_, c)| *c).collect();
                out.push(hash(&left));
                shorter.push(left);
            }
        }
        level = shorter;
    }
    out.sort_unstable();
    out.dedup();
    out
}

impl Spelling {
    /// The table for these words; a word's place is its number.
    pub(super) fn new<'a>(words: impl Iterator<Item = (u32, &'a str)>) -> Self {
        let mut forms: Vec<(u32, u32)> = words
            .filter(|(_, word)| word.chars().count() >= SHORTEST && word.chars().all(char::is_alphabetic))
            .flat_map(|(number, word)| deletes(word).into_iter().map(move |form| (form, number)))
            .collect();
        forms.sort_unstable();
        Self { forms }
    }

    /// The words nearest to this one, with the edits between, at most three and all equally near.
    pub(super) fn near<'a>(&self, word: &str, word_of: impl Fn(u32) -> &'a str) -> Vec<(u32, usize)> {
        let length = word.chars().count();
        // A very long word is no product, and comparing it would not be cheap.
        if !(SHORTEST..=32).contains(&length) {
            return Vec::new();
        }
        let mut seen: Vec<u32> = Vec::new();
        for form in deletes(word) {
            let from = self.forms.partition_point(|(f, _)| *f < form);
            let same = self.forms.iter().skip(from).take_while(|(f, _)| *f == form);
            seen.extend(same.take(64).map(|(_, number)| *number));
        }
        seen.sort_unstable();
        seen.dedup();
        let mut near: Vec<(u32, usize)> = seen
            .into_iter()
            .filter_map(|number| {
                let other = word_of(number);
                let most = tolerance(length.min(other.chars().count()));
                let edits = osa::distance(word.chars(), other.chars());
                // A wrong first letter is a different word more often than a typo.
                let same_start = word.chars().next() == other.chars().next();
                let slip = edits == 0 || length > 5 || other.chars().count() != length || slipped(word, other);
                (edits <= most && slip && (same_start || edits == 1 && length >= 6)).then_some((number, edits))
            })
            .collect();
        near.sort_by_key(|(number, edits)| (*edits, *number));
        let best = near.first().map_or(0, |(_, edits)| *edits);
        near.retain(|(_, edits)| *edits == best);
        near.truncate(3);
        near
    }
}

/// Whether two short words of one length differ by a transposition or a neighbour on the keyboard: "mulk" is milk, "cake"
/// is no coke.
fn slipped(word: &str, other: &str) -> bool {
    const ROWS: [&str; 3] = ["qwertyuiop", "asdfghjkl", "zxcvbnm"];
    let place = |c: char| ROWS.iter().enumerate().find_map(|(row, keys)| keys.find(c).map(|column| (row, column)));
    let mut apart = word.chars().zip(other.chars()).filter(|(a, b)| a != b);
    let (Some((a, b)), second) = (apart.next(), apart.next()) else { return true };
    second.is_some_and(|(c, d)| a == d && b == c)
        || place(a).zip(place(b)).is_some_and(|((r, c), (s, d))| r.abs_diff(s) + c.abs_diff(d) <= 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forgives_by_length() {
        let words = ["milk", "tomato", "adjustable", "rice"];
        let table = Spelling::new((0..).zip(words));
        let of = |n: u32| words.into_iter().nth(usize::try_from(n).unwrap_or(9)).unwrap_or("");
        let near = |word: &str| table.near(word, of).first().map(|(n, _)| of(*n));
        assert_eq!(near("mlik"), Some("milk"));
        assert_eq!(near("tomatto"), Some("tomato"));
        assert_eq!(near("adjustible"), Some("adjustable"));
        assert_eq!(near("ajustible"), Some("adjustable"));
        assert_eq!(near("mulk"), Some("milk"));
        assert_eq!(near("malk"), None);
        assert_eq!(near("silk"), None);
        assert_eq!(near("ric"), None);
    }
}
