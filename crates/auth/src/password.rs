//! Passwords: which are good enough, and how they are compared.
mod breached;
mod common;
mod hasher;
mod memory;

use crate::AuthOptions;
use purser_kernel::{ExposeSecret, Problem, SecretString};
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

pub use breached::BreachedPasswords;
pub(crate) use hasher::Hasher;

/// Long enough for every passphrase, short enough that hashing it costs nothing more.
const MAX_LENGTH: usize = 128;
/// A shorter name stands in too many good passwords to forbid it.
const MIN_NAME_LENGTH: usize = 4;
/// The decimal logarithm of the guesses that a password must withstand: an attacker who guesses online, without any pause,
/// needs years for so many.
const MIN_GUESSES: f64 = 8.0;

/// A password in the form in which passwords are compared: NFC, so that two keyboards that write the same letter with other
/// code points agree (RFC 8265, section 4.2).
#[derive(Clone)]
pub(crate) struct Password(Zeroizing<String>);

/// What a new password is held to.
pub(crate) struct Policy<'a> {
    /// The fewest characters.
    pub(crate) min_length: usize,
    /// What is known of its owner: mail address, name, names of their organizations.
    pub(crate) about: Vec<&'a str>,
    /// What has been breached elsewhere, where the installation has a list of it.
    pub(crate) breached: Option<&'a BreachedPasswords>,
}

impl<'a> Policy<'a> {
    /// As the installation has it, for somebody of whom this is known.
    pub(crate) fn new(options: &'a AuthOptions, about: Vec<&'a str>) -> Self {
        Self { min_length: options.password_min_length, about, breached: options.breached_passwords.as_ref() }
    }
}

impl Password {
    /// What somebody gave as their password. `None` when no password is that long; it need not be looked at.
    pub(crate) fn given(text: &SecretString) -> Option<Self> {
        let text = text.expose_secret();
        // Four bytes are the longest character.
        (text.len() <= MAX_LENGTH * 4).then(|| Self(Zeroizing::new(text.nfc().collect())))
    }

    /// What somebody has chosen for themselves. `validation_failed` at `pointer` when it is too short, too long, guessed too
    /// soon, holds what is known of its owner, or was breached elsewhere. There are no rules about kinds of characters.
    pub(crate) async fn choose(pointer: &str, text: &SecretString, policy: &Policy<'_>) -> Result<Self, Problem> {
        let password = Self::checked(pointer, text, policy)?;
        if let Some(breached) = policy.breached {
            breached.refuse(pointer, &password).await?;
        }
        Ok(password)
    }

    /// As [`Password::choose`], by what is known without looking anything up.
    fn checked(pointer: &str, text: &SecretString, policy: &Policy<'_>) -> Result<Self, Problem> {
        let refuse = |code, message: String| Err(Problem::invalid(pointer, code, message));
        let Some(password) = Self::given(text) else {
            return refuse("too_long", format!("must have at most {MAX_LENGTH} characters"));
        };
        let length = password.0.chars().count();
        if length < policy.min_length {
            return refuse("too_short", format!("must have at least {} characters", policy.min_length));
        }
        if length > MAX_LENGTH {
            return refuse("too_long", format!("must have at most {MAX_LENGTH} characters"));
        }
        let folded = Zeroizing::new(password.0.to_lowercase());
        if holds_a_name(&folded, &policy.about) {
            let message = "must not contain the mail address, the name or the organization's name";
            return refuse("contains_personal_data", message.to_owned());
        }
        if common::guesses(&folded, &words(&policy.about)) < MIN_GUESSES {
            return refuse("too_common", "is among the passwords that are tried first".to_owned());
        }
        Ok(password)
    }

    fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

/// Whether one of the names stands in the password as a whole, however it is put apart.
fn holds_a_name(password: &str, about: &[&str]) -> bool {
    let password = Zeroizing::new(letters(password));
    let local_parts = about.iter().filter_map(|text| text.split_once('@')).map(|(local, _)| local);
    about
        .iter()
        .copied()
        .chain(local_parts)
        .map(letters)
        .any(|name| name.chars().count() >= MIN_NAME_LENGTH && password.contains(&name))
}

/// The letters and digits, in lower case.
fn letters(text: &str) -> String {
    text.nfc().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The single words of the names, which are guessed before others.
fn words(about: &[&str]) -> Vec<String> {
    let all = about.iter().flat_map(|text| text.split(|c: char| !c.is_alphanumeric()));
    all.map(letters).filter(|word| !word.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(password: &str) -> Option<String> {
        let about = vec!["ann.miller@example.com", "Ann Miller", "Blue Harbor"];
        let password =
            Password::checked("/password", &password.into(), &Policy { min_length: 12, about, breached: None });
        password.err().map(|problem| problem.errors()[0].code.to_string())
    }

    #[test]
    fn takes_a_long_one() {
        assert_eq!(refusal("correct horse battery staple"), None);
        assert_eq!(refusal("žluťoučký kůň 🐎"), None);
        assert_eq!(refusal(&"kitchen window, ".repeat(8)), None);
        assert_eq!(refusal("a milling anniversary"), None);
    }

    #[test]
    fn refuses_what_is_guessed_first() {
        assert_eq!(refusal("short pass").as_deref(), Some("too_short"));
        assert_eq!(refusal(&"kitchen window, ".repeat(9)).as_deref(), Some("too_long"));
        assert_eq!(refusal(&"x".repeat(1_000_000)).as_deref(), Some("too_long"));
        for common in ["Password1234", "aaaaaaaabbbb", "abcdabcdabcd", "miller harbor 1", "P@ssw0rd P@ssw0rd"] {
            assert_eq!(refusal(common).as_deref(), Some("too_common"), "{common}");
        }
        for personal in
            ["my ANN.miller@example.com!", "blue harbor 2026", "x BlueHarbor x y z", "annmiller x9q!", "Ann-Miller-77x"]
        {
            assert_eq!(refusal(personal).as_deref(), Some("contains_personal_data"), "{personal}");
        }
    }

    #[test]
    fn the_least_length_is_the_installation_s() {
        let policy = Policy { min_length: 8, about: vec![], breached: None };
        assert!(Password::checked("/password", &"kT9 vw#2".into(), &policy).is_ok());
        assert!(Password::checked("/password", &"kT9 vw#".into(), &policy).is_err());
    }

    #[test]
    fn code_points_do_not_matter() {
        let composed = Password::given(&"caf\u{e9}".into()).unwrap();
        let decomposed = Password::given(&"cafe\u{301}".into()).unwrap();
        assert_eq!(composed.as_bytes(), decomposed.as_bytes());
    }
}
