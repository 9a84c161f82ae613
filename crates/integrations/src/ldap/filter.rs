//! Search filters (RFC 4515), and what people write that is put into them.
use ldap3::{ldap_escape, parse_filter};
use purser_kernel::hex;

/// Stands for what is written at sign-in, or for the person's place, in a filter that an administrator wrote.
pub(crate) const USERNAME: &str = "{username}";
pub(crate) const PLACE: &str = "{dn}";

/// Attributes whose values are bytes. Active Directory: `objectGUID`.
const BINARY: [&str; 1] = ["objectguid"];

/// Whether this filter can be read, and has `placeholder` as a whole value, at least once, and nothing like it elsewhere.
pub(crate) fn is_template(filter: &str, placeholder: &str) -> bool {
    let whole = format!("={placeholder})");
    let values = filter.matches(&whole).count();
    let plain = filter.replace(placeholder, "x");
    values > 0
        && values == filter.matches(placeholder).count()
        && !plain.contains(['{', '}'])
        && plain.starts_with('(')
        && parse_filter(&plain).is_ok()
}

/// The filter with `value` in its place: whatever is in it, it is a value and no part of the filter.
pub(crate) fn filled(filter: &str, placeholder: &str, value: &str) -> String {
    filter.replace(placeholder, &ldap_escape(value))
}

/// The filter that finds whoever may sign in and has this subject.
pub(crate) fn by_subject(user_filter: &str, attribute: &str, subject: &str) -> String {
    // Any name: `(uid=*)` asks whether there is one.
    let anybody = user_filter.replace(USERNAME, "*");
    format!("(&{anybody}({attribute}={}))", subject_value(attribute, subject))
}

/// The subject that these bytes are.
pub(crate) fn subject(attribute: &str, value: &[u8]) -> Option<String> {
    if is_binary(attribute) {
        return Some(hex::encode(value));
    }
    std::str::from_utf8(value).ok().filter(|text| !text.is_empty()).map(str::to_owned)
}

fn subject_value(attribute: &str, subject: &str) -> String {
    if is_binary(attribute) && subject.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        let escaped = subject.chars().enumerate();
        return escaped.flat_map(|(at, digit)| (at % 2 == 0).then_some('\\').into_iter().chain([digit])).collect();
    }
    ldap_escape(subject).into_owned()
}

fn is_binary(attribute: &str) -> bool {
    BINARY.iter().any(|binary| binary.eq_ignore_ascii_case(attribute))
}

/// Whether this is the name of an attribute (RFC 4512, section 2.5): a letter, then letters, digits and hyphens.
pub(crate) fn is_attribute(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic()) && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILTER: &str = "(&(objectClass=person)(|(uid={username})(mail={username})))";

    #[test]
    fn what_is_written_stays_a_value() {
        for (written, value) in [
            ("ann", "ann"),
            ("*", "\\2a"),
            ("a*)(uid=*", "a\\2a\\29\\28uid=\\2a"),
            ("ann)(&)", "ann\\29\\28&\\29"),
            ("back\\slash", "back\\5cslash"),
            ("nul\0", "nul\\00"),
            ("Jörg", "Jörg"),
            ("{username}", "{username}"),
        ] {
            let filter = filled(FILTER, USERNAME, written);
            assert_eq!(filter, format!("(&(objectClass=person)(|(uid={value})(mail={value})))"), "{written}");
            assert!(parse_filter(&filter).is_ok(), "{filter}");
        }
    }

    #[test]
    fn a_template_holds_its_value_and_nothing_else_to_fill_in() {
        for good in [FILTER, "(uid={username})", "(&(uid={username})(!(pwdAccountLockedTime=*)))"] {
            assert!(is_template(good, USERNAME), "{good}");
        }
        for bad in [
            "",
            "uid={username}",
            "(uid=ann)",
            "(uid={username}*)",
            "(uid=*{username})",
            "({username}=ann)",
            "(uid={username})(",
            "(uid={username}))",
            "(&(uid={username})(cn={dn}))",
            "{username}",
        ] {
            assert!(!is_template(bad, USERNAME), "{bad}");
        }
    }

    #[test]
    fn a_subject_is_found_among_those_who_may_sign_in() {
        let filter = by_subject("(&(uid={username})(!(locked=*)))", "entryUUID", "a)(b");
        assert_eq!(filter, "(&(&(uid=*)(!(locked=*)))(entryUUID=a\\29\\28b))");
        assert!(parse_filter(&filter).is_ok());
    }

    #[test]
    fn bytes_are_a_subject_of_hexadecimal_digits() {
        let bytes = [0, 0x2a, 0x28, 0xff];
        assert_eq!(subject("objectGUID", &bytes).as_deref(), Some("002a28ff"));
        assert_eq!(by_subject("(uid={username})", "objectGUID", "002a28ff"), "(&(uid=*)(objectGUID=\\00\\2a\\28\\ff))");
        assert_eq!(subject("entryUUID", &bytes), None);
        assert_eq!(subject("entryUUID", b""), None);
    }

    #[test]
    fn names_of_attributes_are_no_filters() {
        for good in ["uid", "entryUUID", "msDS-PrincipalName", "x1"] {
            assert!(is_attribute(good), "{good}");
        }
        for bad in ["", "1x", "uid=*)(", "uid;binary", "u id", "ü"] {
            assert!(!is_attribute(bad), "{bad}");
        }
    }
}
