//! Passwords: which are good enough, and how they are compared.
mod common;
mod hasher;

use purser_kernel::{ExposeSecret, Problem, SecretString};
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

pub(crate) use hasher::Hasher;

/// NIST SP 800-63B-4, section 3.1.1.2, asks for 15 where a password is the only factor and 8 beside another; 12 with a list
/// of common ones is OWASP's middle.
const MIN_LENGTH: usize = 12;
/// Long enough for every passphrase, short enough that hashing it costs nothing more.
const MAX_LENGTH: usize = 128;
/// A shorter name stands in too many good passwords to forbid it.
const MIN_NAME_LENGTH: usize = 4;
/// Fewer different characters make a pattern, not a password.
const MIN_DIFFERENT: usize = 5;

/// A password in the form in which passwords are compared: NFC, so that two keyboards that write the same letter with other
/// code points agree (RFC 8265, section 4.2).
pub(crate) struct Password(Zeroizing<String>);

impl Password {
    /// What somebody gave to sign in with. `None` when no password is that long; it need not be looked at.
    pub(crate) fn given(text: &SecretString) -> Option<Self> {
        let text = text.expose_secret();
        // Four bytes are the longest character.
        (text.len() <= MAX_LENGTH * 4).then(|| Self(Zeroizing::new(text.nfc().collect())))
    }

    /// What somebody has chosen for themselves. `validation_failed` at `pointer` when it is too short, too long, too common,
    /// or holds `email` or the name of the organization.
    pub(crate) fn choose(pointer: &str, text: &SecretString, email: &str, organization: &str) -> Result<Self, Problem> {
        let refuse = |code, message: String| Err(Problem::invalid(pointer, code, message));
        let Some(password) = Self::given(text) else {
            return refuse("too_long", format!("must have at most {MAX_LENGTH} characters"));
        };
        let length = password.0.chars().count();
        if length < MIN_LENGTH {
            return refuse("too_short", format!("must have at least {MIN_LENGTH} characters"));
        }
        if length > MAX_LENGTH {
            return refuse("too_long", format!("must have at most {MAX_LENGTH} characters"));
        }
        let folded = Zeroizing::new(password.0.to_lowercase());
        let personal = [email, organization].into_iter().any(|word| {
            let word = word.trim().to_lowercase();
            word.chars().count() >= MIN_NAME_LENGTH && folded.contains(&word)
        });
        if personal {
            return refuse(
                "contains_personal_data",
                "must not contain the mail address or the organization's name".to_owned(),
            );
        }
        if different_characters(&folded) < MIN_DIFFERENT || common::is_common(&folded) {
            return refuse("too_common", "is among the passwords that are tried first".to_owned());
        }
        Ok(password)
    }

    fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

fn different_characters(text: &str) -> usize {
    text.chars().collect::<std::collections::HashSet<_>>().len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(password: &str) -> Option<String> {
        let password = Password::choose("/password", &password.into(), "ann@example.com", "Blue Harbor");
        password.err().map(|problem| problem.errors()[0].code.to_string())
    }

    #[test]
    fn takes_a_long_one() {
        assert_eq!(refusal("correct horse battery staple"), None);
        assert_eq!(refusal("žluťoučký kůň 🐎"), None);
        assert_eq!(refusal(&"abcdefgh".repeat(16)), None);
    }

    #[test]
    fn refuses_what_is_guessed_first() {
        assert_eq!(refusal("short pass").as_deref(), Some("too_short"));
        assert_eq!(refusal(&"abcdefgh ".repeat(16)).as_deref(), Some("too_long"));
        assert_eq!(refusal(&"x".repeat(100_000)).as_deref(), Some("too_long"));
        assert_eq!(refusal("Password1234").as_deref(), Some("too_common"));
        assert_eq!(refusal("aaaaaaaabbbb").as_deref(), Some("too_common"));
        assert_eq!(refusal("my ANN@example.com!").as_deref(), Some("contains_personal_data"));
        assert_eq!(refusal("blue harbor 2026").as_deref(), Some("contains_personal_data"));
    }

    #[test]
    fn code_points_do_not_matter() {
        let composed = Password::given(&"caf\u{e9}".into()).unwrap();
        let decomposed = Password::given(&"cafe\u{301}".into()).unwrap();
        assert_eq!(composed.as_bytes(), decomposed.as_bytes());
    }
}
