//! What binds a commit to the dry run that was shown.
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use purser_kernel::Problem;
use std::{fmt, str::FromStr};

/// Bytes of each half: enough that no two files or plans have the same.
const HALF: usize = 16;

/// The digest of a file, and of everything that was shown of what it does.
///
/// There is no secret in it and nothing is kept for it: whoever commits with it says what they saw, and it is worked out again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    file: [u8; HALF],
    plan: [u8; HALF],
}

impl Token {
    pub(super) fn new(file: &[u8], plan: &[u8]) -> Self {
        Self { file: half(file), plan: half(plan) }
    }

    /// Whether it was given for the file with this SHA-256.
    pub(super) fn is_of(&self, file: &[u8]) -> bool {
        self.file == half(file)
    }
}

fn half(digest: &[u8]) -> [u8; HALF] {
    digest.first_chunk().copied().unwrap_or_default()
}

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&URL_SAFE_NO_PAD.encode([self.file, self.plan].concat()))
    }
}

impl FromStr for Token {
    type Err = Problem;

    fn from_str(text: &str) -> Result<Self, Problem> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok().filter(|bytes| bytes.len() == 2 * HALF);
        let bytes = bytes.ok_or_else(|| Problem::invalid("/commit", "invalid_value", "is no token of a dry run"))?;
        let (file, plan) = bytes.split_at(HALF);
        Ok(Self::new(file, plan))
    }
}
