//! Half words ("toms", "med") and words without their vowels ("blk", "bldg"), found among the catalogue's words.
use super::text::stem;

/// Half words shorter than this stand for too much.
const SHORTEST: usize = 3;
/// So do words with more readings than this.
const READINGS: usize = 3;

/// What people write for the commonest words.
const CUSTOMARY: &[(&str, &str)] = &[
    ("blk", "black"),
    ("bk", "black"),
    ("wht", "white"),
    ("wh", "white"),
    ("grn", "green"),
    ("brn", "brown"),
    ("gry", "grey"),
    ("yel", "yellow"),
    ("slv", "silver"),
    ("lg", "large"),
    ("lge", "large"),
    ("lrg", "large"),
    ("sm", "small"),
    ("sml", "small"),
    ("med", "medium"),
    ("chx", "chicken"),
    ("chkn", "chicken"),
    ("chk", "chicken"),
    ("veg", "vegetable"),
    ("choc", "chocolate"),
    ("spag", "spaghetti"),
    ("batt", "battery"),
    ("bldg", "building"),
    ("galv", "galvanised"),
    ("elec", "electrical"),
];

/// The vocabulary in the order of its letters, with and without vowels.
#[derive(Debug, Default)]
pub(super) struct Abbreviations {
    /// The numbers of the words, by their letters.
    sorted: Vec<u32>,
    /// Words without their vowels, with the number of each; sorted.
    skeletons: Vec<(String, u32)>,
}

fn is_vowel(c: char) -> bool {
    matches!(c, 'a' | 'e' | 'i' | 'o' | 'u')
}

/// The word without the vowels after its first letter, and with double letters once.
fn skeleton(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    for (at, c) in word.chars().enumerate() {
        if (at == 0 || !is_vowel(c)) && !out.ends_with(c) {
            out.push(c);
        }
    }
    out
}

impl Abbreviations {
    /// Of these words; a word's place is its number.
    pub(super) fn new(words: &[String]) -> Self {
        let numbered =
            || (0_u32..).zip(words).filter(|(_, w)| w.len() > SHORTEST && w.chars().all(char::is_alphabetic));
        let mut sorted: Vec<(&str, u32)> = numbered().map(|(n, w)| (w.as_str(), n)).collect();
        sorted.sort_unstable();
        let mut skeletons: Vec<(String, u32)> = numbered().map(|(n, w)| (skeleton(w), n)).collect();
        skeletons.sort_unstable();
        Self { sorted: sorted.into_iter().map(|(_, n)| n).collect(), skeletons }
    }

    /// The words that this one may be short for, if they are few.
    pub(super) fn of<'a>(&self, norm: &str, word_of: impl Fn(u32) -> &'a str) -> Vec<u32> {
        let key = stem(norm);
        if key.len() < 2 || !key.chars().all(char::is_alphabetic) {
            return Vec::new();
        }
        let mut found: Vec<u32> = Vec::new();
        if let Some((_, long)) = CUSTOMARY.iter().find(|(short, _)| *short == key) {
            let from = self.sorted.partition_point(|n| word_of(*n) < *long);
            found.extend(self.sorted.get(from).filter(|n| word_of(**n) == *long));
        }
        if found.is_empty() && !key.chars().skip(1).any(is_vowel) {
            let short = skeleton(&key);
            let from = self.skeletons.partition_point(|(s, _)| *s < short);
            let same = self.skeletons.iter().skip(from).take_while(|(s, _)| *s == short);
            found.extend(same.take(READINGS + 1).map(|(_, n)| *n));
        }
        // "Clner": a vowel was left, the word is still shorter and has the same consonants.
        let short = skeleton(&key);
        if found.is_empty() && short.len() > SHORTEST && short != key {
            let from = self.skeletons.partition_point(|(s, _)| *s < short);
            let same = self.skeletons.iter().skip(from).take_while(|(s, _)| *s == short).map(|(_, n)| *n);
            found.extend(same.filter(|n| word_of(*n).len() > key.len()).take(READINGS + 1));
        }
        if found.is_empty() && key.chars().count() >= SHORTEST {
            let from = self.sorted.partition_point(|n| word_of(*n) < key.as_str());
            let begun = self.sorted.iter().skip(from).take_while(|n| word_of(**n).starts_with(&key));
            found.extend(begun.take(READINGS + 1));
        }
        if found.len() > READINGS { Vec::new() } else { found }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_words_and_words_without_vowels() {
        let words: Vec<String> = ["tomato", "black", "building", "medium", "mask"].map(str::to_owned).into();
        let table = Abbreviations::new(&words);
        let of = |n: u32| usize::try_from(n).ok().and_then(|n| words.get(n)).map_or("", String::as_str);
        let one = |word: &str| table.of(word, of).first().map(|n| of(*n));
        assert_eq!(one("toms"), Some("tomato"));
        assert_eq!(one("blk"), Some("black"));
        assert_eq!(one("bldg"), Some("building"));
        assert_eq!(one("med"), Some("medium"));
        assert_eq!(one("msk"), Some("mask"));
        assert_eq!(one("zz"), None);
    }
}
