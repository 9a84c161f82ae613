//! Where values come from.
use super::{ConfigError, settings::Settings};
use figment::{
    Error, Figment, Metadata, Profile, Provider,
    error::Kind,
    providers::{Format, Toml},
    value::{Dict, Map, Value},
};
use std::{
    ffi::OsString,
    path::{Path, PathBuf},
};

/// Values that were written in one place, all of them keys that exist.
pub(super) struct Layer {
    place: Place,
    values: Dict,
}

enum Place {
    File(PathBuf),
    Variables,
    Flags,
}

const PREFIX: &str = "PURSER_";
/// What begins with `PURSER_TEST_` tells the test suites which servers to use, and may be set where a server is started.
const NOT_OURS: &str = "TEST_";
/// Keys whose value may stand in a file, which `<key>_file` names.
const SECRETS: [&str; 6] =
    ["database_url", "database_owner_url", "database_direct_url", "master_key", "master_key_previous", "smtp_url"];

/// The variable of a key.
pub(super) fn variable(key: &str) -> String {
    format!("{PREFIX}{}", key.to_ascii_uppercase())
}

impl Layer {
    /// A TOML file that must exist.
    pub(super) fn file(path: &Path) -> Result<Self, ConfigError> {
        let place = Place::File(path.to_owned());
        let text = std::fs::read_to_string(path).map_err(|error| ConfigError::new(place.name(), error.to_string()))?;
        let mut profiles = Toml::string(&text).data().map_err(|error| place.explain(&error))?;
        let values = profiles.remove(&Profile::Default).unwrap_or_default();
        Self { place, values }.checked()
    }

    /// The process's variables.
    pub(super) fn variables(variables: impl IntoIterator<Item = (OsString, OsString)>) -> Result<Self, ConfigError> {
        let mut values = Dict::new();
        for (name, value) in variables {
            let Some(key) = name.to_str().and_then(|name| name.strip_prefix(PREFIX)) else {
                continue;
            };
            if key.starts_with(NOT_OURS) {
                continue;
            }
            let value = value.into_string().map_err(|_| ConfigError::new(format!("{PREFIX}{key}"), "is not UTF-8"))?;
            values.insert(key.to_ascii_lowercase(), Value::from(value));
        }
        Self { place: Place::Variables, values }.checked()
    }

    /// What the command line says. The flags that exist are clap's to check.
    pub(super) fn flags(flags: impl IntoIterator<Item = (&'static str, String)>) -> Self {
        let values = flags.into_iter().map(|(key, value)| (key.to_owned(), Value::from(value))).collect();
        Self { place: Place::Flags, values }
    }

    /// Reads the files that hold secrets, then checks every key by itself: an error is this layer's.
    fn checked(mut self) -> Result<Self, ConfigError> {
        for key in SECRETS {
            let file_key = format!("{key}_file");
            let Some(file) = self.values.remove(&file_key) else {
                continue;
            };
            let refuse = |message: String| ConfigError::new(self.place.spelt(&file_key), message);
            if self.values.contains_key(key) {
                return Err(refuse(format!("stands beside {}: only one of them counts", self.place.spelt(key))));
            }
            let path = file.as_str().ok_or_else(|| refuse("must be the name of a file".to_owned()))?;
            let secret = std::fs::read_to_string(path).map_err(|error| refuse(format!("{path}: {error}")))?;
            self.values.insert(key.to_owned(), Value::from(secret.trim()));
        }
        let known: Result<Settings, Error> = Figment::from(&self).extract_lossy();
        known.map_err(|error| self.place.explain(&error))?;
        Ok(self)
    }
}

impl Provider for Layer {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.place.name())
    }

    fn data(&self) -> Result<Map<Profile, Dict>, Error> {
        Ok(Profile::Default.collect(self.values.clone()))
    }
}

impl Place {
    fn name(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
            Self::Variables => "the environment".to_owned(),
            Self::Flags => "the command line".to_owned(),
        }
    }

    /// The key as it is spelt here.
    fn spelt(&self, key: &str) -> String {
        match self {
            Self::File(path) => format!("{key} in {}", path.display()),
            Self::Variables => variable(key),
            Self::Flags => format!("--{}", key.replace('_', "-")),
        }
    }

    fn explain(&self, error: &Error) -> ConfigError {
        let message = match &error.kind {
            Kind::UnknownField(key, known) => {
                let known: Vec<String> = known.iter().map(|key| self.spelt_short(key)).collect();
                let message = format!("there is no such setting; there are {}", known.join(", "));
                return ConfigError::new(self.spelt(key), message);
            }
            Kind::UnknownVariant(_, known) => format!("must be one of {}", known.join(", ")),
            Kind::InvalidType(_, expected) | Kind::InvalidValue(_, expected) | Kind::InvalidLength(_, expected) => {
                format!("must be {expected}")
            }
            // The lines after the first show what is written there.
            Kind::Message(message) => message.lines().next().unwrap_or_default().to_owned(),
            _ => "cannot be read".to_owned(),
        };
        match error.path.as_slice() {
            [] => ConfigError::new(self.name(), message),
            path => ConfigError::new(self.spelt(&path.join(".")), message),
        }
    }

    fn spelt_short(&self, key: &str) -> String {
        match self {
            Self::File(_) | Self::Flags => key.to_owned(),
            Self::Variables => variable(key),
        }
    }
}
