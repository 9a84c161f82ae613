//! Mail addresses.
use super::{
    Candidate,
    surroundings::{escape, is_whole},
};
use purser_kernel::Email;
use regex::Regex;
use std::sync::LazyLock;

/// The local part begins with a letter, a digit or an underscore: what is taken by mail servers beyond that, such as an equals sign, stands beside addresses
/// far more often than in them.
pub(super) const PATTERN: &str =
    r"[A-Za-z0-9_][A-Za-z0-9._%+'&-]{0,63}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}";

static ADDRESS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(PATTERN).ok());

pub(super) fn find(text: &str) -> Vec<Candidate> {
    let Some(pattern) = ADDRESS.as_ref().filter(|_| text.contains('@')) else {
        return Vec::new();
    };
    pattern.find_iter(text).filter_map(|found| address(text, found.start(), found.as_str())).collect()
}

fn address(text: &str, start: usize, found: &str) -> Option<Candidate> {
    // Behind a backslash it may be a line break of a log that the address seems to begin with.
    let is_behind = text.get(..start).is_some_and(|before| before.ends_with('\\'));
    let (_, found) = found.split_at_checked(if is_behind { escape(found) } else { 0 })?;
    let start = start + if is_behind { escape(text.get(start..)?) } else { 0 };
    // The hyphen of a sentence.
    let address = found.trim_end_matches('-');
    let (_, domain) = address.rsplit_once('@')?;
    let (_, top) = domain.rsplit_once('.')?;
    let is_top = top.starts_with("xn--") || (top.len() > 1 && top.chars().all(|c| c.is_ascii_alphabetic()));
    let bytes = start..start + address.len();
    let is_address = is_top && is_whole(text, &bytes) && Email::parse("", address).is_ok();
    is_address.then(|| Candidate::new(bytes, 0.95))
}
