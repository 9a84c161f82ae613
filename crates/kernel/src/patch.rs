//! A field of a partial change.
use serde::{Deserialize, Deserializer};

/// What a PATCH says about a field that may be empty: nothing, that it becomes empty, or its new value.
///
/// With serde it needs `#[serde(default)]` on the field, so that a missing one is [`Patch::Absent`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Patch<T> {
    /// The field keeps its value.
    #[default]
    Absent,
    /// The field becomes empty.
    Null,
    /// The field takes this value.
    Value(T),
}

impl<T> Patch<T> {
    /// `None` when the field keeps its value, else what it becomes.
    #[expect(clippy::option_option, reason = "absent, empty and set are three things")]
    pub fn into_change(self) -> Option<Option<T>> {
        match self {
            Self::Absent => None,
            Self::Null => Some(None),
            Self::Value(value) => Some(Some(value)),
        }
    }

    /// Parses the value, if there is one.
    pub fn try_map<U, E>(self, parse: impl FnOnce(T) -> Result<U, E>) -> Result<Patch<U>, E> {
        Ok(match self {
            Self::Absent => Patch::Absent,
            Self::Null => Patch::Null,
            Self::Value(value) => Patch::Value(parse(value)?),
        })
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Patch<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Option::deserialize(deserializer)? {
            None => Self::Null,
            Some(value) => Self::Value(value),
        })
    }
}
