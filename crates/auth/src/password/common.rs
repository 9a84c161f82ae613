//! How soon a password is guessed that is made of what people choose first.
//!
//! Guessing programs put common passwords together, with digits behind them and `@` for `a`. So a password is worth what its
//! cheapest pieces are worth (Wheeler: zxcvbn, USENIX Security 2016): a common one costs its rank in the list, a repetition or a
//! sequence next to nothing, and anything else each character's number of alternatives. No rule about capital letters or digits
//! follows from that (NIST SP 800-63B-4, section 3.1.1.2).
use std::{collections::HashMap, sync::LazyLock};

/// Common passwords, the most common first; see `common.txt.license`.
const LIST: &str = include_str!("common.txt");
/// Long ones that are not in the list and still known to everybody who guesses.
const ALSO: [&str; 8] = [
    "abcdefghijklmnopqrstuvwxyz",
    "administration",
    "administrator",
    "changemeplease",
    "correcthorsebatterystaple",
    "iloveyousomuch",
    "letmeinplease",
    "passwort",
];
/// The shortest piece that is looked up: shorter ones are as soon tried by character.
const SHORTEST: usize = 3;
/// The longest piece that is looked up.
const LONGEST: usize = 26;
/// What a repetition or the next step of a sequence adds: a factor of two.
const NEXT: f64 = 0.3;
/// What it adds to have written digits and signs for letters: a factor of three.
const DISGUISE: f64 = 0.5;

static RANKS: LazyLock<HashMap<&'static str, f64>> = LazyLock::new(|| {
    let listed = (2_u32..).zip(LIST.lines()).map(|(rank, word)| (word, f64::from(rank).log10()));
    ALSO.into_iter().map(|word| (word, NEXT)).chain(listed).collect()
});

/// The decimal logarithm of how many guesses `password`, in lower case, takes at the least. `personal` are words that stand
/// near this person, such as their name: they are tried first.
pub(super) fn guesses(password: &str, personal: &[String]) -> f64 {
    let undisguised: String = password.chars().map(undisguised).collect();
    cheapest(password, personal).min(cheapest(&undisguised, personal) + DISGUISE)
}

fn undisguised(c: char) -> char {
    match c {
        '0' => 'o',
        '1' => 'l',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        '!' => 'i',
        c => c,
    }
}

/// The least that the text costs, by the least that its beginnings cost.
fn cheapest(text: &str, personal: &[String]) -> f64 {
    // Where each character ends.
    let ends: Vec<usize> = text.char_indices().map(|(at, c)| at + c.len_utf8()).collect();
    // What the text costs up to each place, beginning with the empty text.
    let mut costs: Vec<(usize, f64)> = vec![(0, 0.0)];
    let mut before = None;
    for (c, end) in text.chars().zip(ends) {
        let step = if before.is_some_and(|before| follows(before, c)) { NEXT } else { alternatives(c) };
        before = Some(c);
        let mut least = costs.last().map_or(0.0, |(_, cost)| cost + step);
        for (start, cost) in costs.iter().rev().skip(SHORTEST - 1).take(LONGEST - SHORTEST + 1) {
            let piece = text.get(*start..end).unwrap_or_default();
            if let Some(price) = price(piece, text.get(..*start).unwrap_or_default(), personal) {
                least = least.min(cost + price);
            }
        }
        costs.push((end, least));
    }
    costs.last().map_or(0.0, |(_, cost)| *cost)
}

/// What a piece costs that need not be tried by character.
fn price(piece: &str, before: &str, personal: &[String]) -> Option<f64> {
    if before.ends_with(piece) || personal.iter().any(|word| word == piece) {
        return Some(NEXT);
    }
    RANKS.get(piece).copied()
}

/// Whether `c` repeats what stands before it, or is its neighbour.
fn follows(before: char, c: char) -> bool {
    u32::from(before).abs_diff(u32::from(c)) <= 1
}

/// The logarithm of how many characters there are of this kind.
fn alternatives(c: char) -> f64 {
    match c {
        c if c.is_ascii_digit() => 1.0,
        c if c.is_ascii_alphabetic() => 26_f64.log10(),
        c if c.is_ascii() => 33_f64.log10(),
        _ => 2.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn logarithm(password: &str) -> f64 {
        guesses(&password.to_lowercase(), &["blue".to_owned(), "harbor".to_owned()])
    }

    #[test]
    fn what_everybody_tries_is_guessed_at_once() {
        for password in [
            "Password1234",
            "P@ssw0rd2026!",
            "passwordpassword",
            "letmeinletmein",
            "iloveyou12345",
            "1qaz2wsx3edc4rfv",
            "qwertyuiop12",
            "aaaaaaaabbbb",
            "123456789012",
            "abcdefghijklmnop",
            "administrator1",
            "CorrectHorseBatteryStaple",
            "Welcome@1234",
            "Liverpool2024",
            "blueharbor2026",
            "harbor-harbor-1",
        ] {
            assert!(logarithm(password) < 8.0, "{password}: {}", logarithm(password));
        }
    }

    #[test]
    fn what_nobody_else_has_is_not() {
        for password in [
            "correct horse battery staple",
            "žluťoučký kůň 🐎",
            "kitchen window",
            "xK9#mQ2$vL7p",
            "Berlin-2026-x7",
            "sommerurlaub am meer",
            "kitchen4871023958",
        ] {
            assert!(logarithm(password) >= 8.0, "{password}: {}", logarithm(password));
        }
    }

    #[test]
    fn a_list_of_thirty_thousand_is_behind_it() {
        assert_eq!(LIST.lines().count(), 30_000);
        assert!(LIST.lines().chain(ALSO).all(|word| word.len() <= LONGEST && word == word.to_lowercase()));
        // More decoration is worth what it takes to try it, not more.
        assert!(logarithm("football") < logarithm("football1") && logarithm("football1") < logarithm("football1?"));
    }
}
