//! Where people are: time zones and languages.
use purser_kernel::Problem;

/// The longest name of a zone that is kept.
const MAX_ZONE: usize = 64;
/// RFC 5646, section 4.4.1: a buffer of 35 characters holds every tag without extensions.
const MAX_LOCALE: usize = 35;

/// A time zone by its name in the IANA database, such as `Europe/Paris`. Upper and lower case matter there.
pub(crate) fn timezone(pointer: &str, name: &str) -> Result<String, Problem> {
    let known = name.len() <= MAX_ZONE && name.parse::<chrono_tz::Tz>().is_ok();
    known.then(|| name.to_owned()).ok_or_else(|| {
        Problem::invalid(pointer, "unknown_timezone", "must be a time zone of the IANA database, such as Europe/Paris")
    })
}

/// A language tag (BCP 47, RFC 5646) whose subtags are registered, in its canonical form: `FR-fr` becomes `fr-FR`.
pub(crate) fn locale(pointer: &str, tag: &str) -> Result<String, Problem> {
    let refused =
        || Problem::invalid(pointer, "unknown_locale", "must be a language tag of BCP 47, such as fr-FR or en");
    if tag.len() > MAX_LOCALE {
        return Err(refused());
    }
    let tag = language_tags::LanguageTag::parse(tag).map_err(|_| refused())?;
    tag.validate().map_err(|_| refused())?;
    // A tag can become longer when it is made canonical.
    let tag = tag.canonicalize().map_err(|_| refused())?.into_string();
    if tag.len() > MAX_LOCALE { Err(refused()) } else { Ok(tag) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_are_those_of_the_iana_database() {
        for name in ["UTC", "Europe/Paris", "America/Argentina/Buenos_Aires", "Asia/Kolkata"] {
            assert_eq!(timezone("/timezone", name).unwrap(), name);
        }
        for name in ["", "Paris", "europe/paris", "GMT+25", "+02:00", "Europe/Paris ", "Mars/Olympus", &"x".repeat(99)]
        {
            assert!(timezone("/timezone", name).is_err(), "{name}");
        }
    }

    #[test]
    fn languages_are_registered_and_canonical() {
        for (given, kept) in [("en", "en"), ("FR-fr", "fr-FR"), ("zh-hant-tw", "zh-Hant-TW"), ("iw", "he")] {
            assert_eq!(locale("/locale", given).unwrap(), kept);
        }
        for tag in ["", "e", "english", "fr_FR", "xx-YY", "en-US-", "a-DE", "de-1", "de\n", &"x".repeat(40)] {
            assert!(locale("/locale", tag).is_err(), "{tag}");
        }
    }
}
