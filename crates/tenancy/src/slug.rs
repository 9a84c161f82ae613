//! An organization's name in addresses. Once given it is never another organization's: an old link must not lead to a stranger.
use purser_entity_tenancy::organization_slug::{ActiveModel, Column, Entity};
use purser_kernel::{Id, Problem, random};
use purser_store::prelude::*;
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

/// The slug that somebody wrote: 3 to 48 lower-case letters and digits, with single hyphens between them.
pub(crate) fn parse(pointer: &str, slug: String) -> Result<String, Problem> {
    let fits = (3..=MAX_LENGTH).contains(&slug.len()) && slug == from_name(&slug);
    let message = "must be 3 to 48 lower-case letters and digits, with single hyphens between them";
    if fits { Ok(slug) } else { Err(Problem::invalid(pointer, "not_a_slug", message)) }
}

/// Gives the slug to the organization of `tx`. `false` when another has it or once had it.
///
/// Two at once: the second waits for the first to commit.
pub(crate) async fn reserve(tx: &WriteTx, slug: &str) -> Result<bool, Problem> {
    let row = ActiveModel {
        id: Set(Id::generate()),
        slug: Set(slug.to_owned()),
        organization_id: Set(tx.organization()),
        ..Default::default()
    };
    if tx.system().insert_if_absent(row).await? {
        return Ok(true);
    }
    let given = tx.global::<Entity>().filter(Column::Slug.eq(slug)).one().await?;
    Ok(given.is_some_and(|given| given.organization_id == tx.organization()))
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
