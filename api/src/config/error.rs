//! What is wrong with the configuration, for the operator who wrote it.
use std::fmt;

/// A setting that cannot be used. Names the key and where it stands; never shows a value, which may be a secret.
#[derive(Debug)]
pub struct ConfigError {
    /// The key as it is spelt where it stands, or the file.
    pub place: String,
    /// What is wrong with it.
    pub message: String,
}

impl ConfigError {
    pub(super) fn new(place: impl Into<String>, message: impl Into<String>) -> Self {
        Self { place: place.into(), message: message.into() }
    }

    /// A value that was read and makes no sense, whichever layer it came from.
    pub(super) fn value(key: &str, message: impl Into<String>) -> Self {
        Self::new(format!("{key} ({})", super::layer::variable(key)), message)
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}

impl std::error::Error for ConfigError {}
