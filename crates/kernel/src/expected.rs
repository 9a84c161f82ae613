//! Which version a change was made from.

/// The versions that a thing may have when it is changed: what `If-Match` says (RFC 9110, section 13.1.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expected {
    /// Whichever it has.
    Any,
    /// One of these.
    OneOf(Vec<i64>),
}

impl Expected {
    /// Whether a thing of this version may be changed.
    pub fn allows(&self, version: i64) -> bool {
        match self {
            Self::Any => true,
            Self::OneOf(versions) => versions.contains(&version),
        }
    }
}

impl From<i64> for Expected {
    fn from(version: i64) -> Self {
        Self::OneOf(vec![version])
    }
}

/// Who names no version takes any.
impl From<Option<i64>> for Expected {
    fn from(version: Option<i64>) -> Self {
        version.map_or(Self::Any, Self::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_that_was_named_is_allowed_and_no_other() {
        assert!(Expected::from(2).allows(2));
        assert!(!Expected::from(2).allows(3));
        assert!(Expected::OneOf(vec![1, 3]).allows(3));
        assert!(!Expected::OneOf(Vec::new()).allows(1));
        assert!(Expected::Any.allows(7));
        assert!(Expected::from(None).allows(7));
    }
}
