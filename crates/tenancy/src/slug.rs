//! An organization's name in addresses.
use purser_kernel::{Problem, random};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// Leaves room for a suffix: the column holds 64 characters.
const MAX_LENGTH: usize = 48;
/// For names without a single Latin letter or digit.
const NAMELESS: &str = "organization";

/// The slug that a name asks for: Latin letters without their accents, digits, single hyphens between.
pub(crate) fn from_name(name: &str) -> String {
    let mut slug = String::new();
    for letter in name.nfkd().filter(|letter| !is_combining_mark(*letter)).flat_map(char::to_lowercase) {
        if slug.len() == MAX_LENGTH {
            break;
        }
        if letter.is_ascii_alphanumeric() {
            slug.push(letter);
        } else if !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let slug = slug.trim_end_matches('-');
    if slug.is_empty() { NAMELESS.to_owned() } else { slug.to_owned() }
}

/// The slug with a suffix that nobody else is likely to have: 32 random bits.
pub(crate) fn with_suffix(slug: &str) -> Result<String, Problem> {
    let suffix = u32::from_be_bytes(random::bytes()?);
    Ok(format!("{slug}-{suffix:08x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_letters_and_digits() {
        assert_eq!(from_name("Café Müller & Söhne, 24/7"), "cafe-muller-sohne-24-7");
        assert_eq!(from_name("  --Acme--  "), "acme");
        assert_eq!(from_name("東京商事"), NAMELESS);
    }

    #[test]
    fn has_room_for_a_suffix() {
        let slug = with_suffix(&from_name(&"long name ".repeat(20))).unwrap();
        assert!(slug.len() <= 64, "{slug}");
        assert!(!slug.contains("--"), "{slug}");
    }
}
