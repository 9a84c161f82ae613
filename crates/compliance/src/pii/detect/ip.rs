//! Addresses of the Internet Protocol.
use super::{
    Candidate,
    context::{self, Weight},
    surroundings::{before, is_whole},
};
use purser_entity_compliance::pii_rule::PiiType;
use regex::Regex;
use std::{
    net::{Ipv4Addr, Ipv6Addr},
    ops::Range,
    sync::LazyLock,
};

/// What may be one of either version; whether it is says the standard library.
pub(super) const PATTERN: &str = r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}|[0-9A-Fa-f]{0,4}:(?:[0-9A-Fa-f]{0,4}:){1,7}(?:[0-9]{1,3}(?:\.[0-9]{1,3}){3}|[0-9A-Fa-f]{0,4})";

static ADDRESS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(PATTERN).ok());

pub(super) fn find(text: &str) -> Vec<Candidate> {
    let Some(pattern) = ADDRESS.as_ref() else {
        return Vec::new();
    };
    let found = pattern.find_iter(text).filter_map(|found| {
        let (address, bytes) = (found.as_str(), found.range());
        let base = version_4(address).or_else(|| version_6(address))?;
        let is_address = is_whole(text, &bytes) && !goes_on(text, &bytes);
        let weight = Weight { more: 0.3, less: 0.4 };
        is_address.then(|| Candidate::new(bytes.clone(), base + context::of(PiiType::Ip, text, &bytes, weight)))
    });
    found.collect()
}

/// Four small numbers are a version, a shelf or a section as often as an address.
fn version_4(address: &str) -> Option<f64> {
    let octets = address.parse::<Ipv4Addr>().ok()?.octets();
    let large = octets.iter().filter(|octet| **octet > 99).count();
    Some(if large > 0 { 0.6 } else { 0.4 })
}

/// A ratio or a time of day has no group of three digits, nor four groups.
fn version_6(address: &str) -> Option<f64> {
    address.parse::<Ipv6Addr>().ok()?;
    let groups = || address.split(':').filter(|group| !group.is_empty());
    let is_long = groups().any(|group| group.len() > 2) && groups().count() > 2;
    Some(if is_long { 0.85 } else { 0.3 })
}

/// Whether more numbers or groups follow, or came before.
fn goes_on(text: &str, place: &Range<usize>) -> bool {
    let digit = |text: &str, at_end: bool| {
        let c = if at_end { text.chars().next_back() } else { text.chars().next() };
        c.is_some_and(|c| c.is_ascii_hexdigit())
    };
    let behind = text.get(place.end..).unwrap_or_default();
    let is_six = text.get(place.clone()).is_some_and(|address| address.contains(':'));
    let follows = behind.strip_prefix('.').is_some_and(|rest| digit(rest, false))
        || (is_six && behind.strip_prefix(':').is_some_and(|rest| digit(rest, false) || rest.starts_with(':')));
    let precedes = ['.', ':']
        .iter()
        .any(|sign| before(text, place.start).strip_suffix(*sign).is_some_and(|rest| digit(rest, true)));
    follows || precedes
}
