//! Patterns of an organization.
use super::{Candidate, checksum, surroundings::is_whole};
use purser_entity_compliance::pii_rule::Checksum;
use regex::{Regex, RegexBuilder};
use std::sync::Arc;

/// The longest pattern.
pub const MAX_PATTERN: usize = 500;
/// What a compiled pattern may take, in bytes; the largest that people have reason to write take a tenth of it.
const MAX_COMPILED: usize = 256 * 1024;
/// How deep its groups go.
const MAX_DEPTH: u32 = 32;
/// A line is looked at in pieces of so many bytes at the most. Finding all matches takes time that may grow with the square of the piece
/// (the regex crate's documentation), never with that of the text.
const PIECE: usize = 2_048;
/// What is said of a hit that has no checksum.
const PLAIN: f64 = 0.8;
/// With one.
const CHECKED: f64 = 0.95;

/// Why a pattern is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It is no regular expression, or one with signs that cannot be matched in time that grows with the text alone.
    Syntax,
    /// It would take too much memory.
    TooLarge,
    /// It matches where nothing stands.
    MatchesNothing,
}

/// A pattern that was compiled. Cheap to clone.
#[derive(Clone, Debug)]
pub struct OwnPattern {
    pattern: Arc<Regex>,
    checksum: Option<Checksum>,
}

impl OwnPattern {
    /// Compiles the pattern, with the syntax of the regex crate.
    pub fn new(pattern: &str, checksum: Option<Checksum>) -> Result<Self, Refused> {
        let built = RegexBuilder::new(pattern)
            .size_limit(MAX_COMPILED)
            .dfa_size_limit(4 * MAX_COMPILED)
            .nest_limit(MAX_DEPTH)
            .build();
        let pattern = built.map_err(|error| match error {
            regex::Error::CompiledTooBig(_) => Refused::TooLarge,
            _ => Refused::Syntax,
        })?;
        if pattern.is_match("") {
            return Err(Refused::MatchesNothing);
        }
        Ok(Self { pattern: Arc::new(pattern), checksum })
    }

    /// What stands in one line, is not empty, and has the right check digits.
    pub(super) fn find(&self, text: &str) -> Vec<Candidate> {
        let mut found = Vec::new();
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            let mut rest = line;
            while !rest.is_empty() {
                let (piece, behind) = rest.split_at(piece(rest));
                let matches = self.pattern.find_iter(piece).filter(|found| !found.is_empty());
                found.extend(matches.filter_map(|found| {
                    let bytes = start + found.start()..start + found.end();
                    let fits = is_whole(text, &bytes) && self.is_right(found.as_str());
                    fits.then(|| Candidate::new(bytes, if self.checksum.is_some() { CHECKED } else { PLAIN }))
                }));
                start += piece.len();
                rest = behind;
            }
        }
        found
    }

    fn is_right(&self, found: &str) -> bool {
        match self.checksum {
            None => true,
            Some(Checksum::Luhn) => checksum::luhn(found),
            Some(Checksum::Mod97) => checksum::mod_97(found),
        }
    }
}

/// Where a line is parted: behind its last space, if it is too long.
fn piece(line: &str) -> usize {
    if line.len() <= PIECE {
        return line.len();
    }
    let end = line.floor_char_boundary(PIECE);
    let space = line.get(..end).and_then(|piece| piece.rfind(char::is_whitespace));
    let behind = space.and_then(|at| Some(at + line.get(at..)?.chars().next()?.len_utf8()));
    behind.unwrap_or(end)
}
