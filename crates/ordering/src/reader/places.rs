//! Numbers of places and papers: houses, flats, plots, postcodes, accounts, codes, links.
use super::noise::{listed, mark, norm, number, run};
use super::numbers;
use super::text::{Kind, Token};
use super::units;

fn word(tokens: &[Token], at: usize) -> bool {
    tokens.get(at).is_some_and(|t| t.kind == Kind::Word)
}

fn glued(tokens: &[Token], at: usize) -> bool {
    tokens.get(at).is_some_and(|t| t.glued)
}

/// The rest of a run without a space that is an address of the net or of mail.
pub(super) fn link(tokens: &[Token], at: usize) -> usize {
    let scheme = matches!(norm(tokens, at), "http" | "https") && mark(tokens, at + 1, ":") && glued(tokens, at + 1)
        || norm(tokens, at) == "www" && mark(tokens, at + 1, ".") && glued(tokens, at + 1);
    let name = word(tokens, at) || number(tokens, at);
    let run = 1 + (at + 1..tokens.len()).take(64).take_while(|n| glued(tokens, *n)).count();
    let mail = name && !glued(tokens, at) && (1..run.min(8)).any(|n| mark(tokens, at + n, "@"));
    if scheme || mail && run > 2 && !number(tokens, at) { run } else { 0 }
}

/// A British postcode: `BS8 2QT`, `NE6 1AB`, `EC1A 1BB`.
pub(super) fn postcode(tokens: &[Token], at: usize) -> usize {
    let letters = |n: usize, most: usize| word(tokens, n) && norm(tokens, n).len() <= most;
    if !letters(at, 2) || !number(tokens, at + 1) || !glued(tokens, at + 1) || norm(tokens, at + 1).len() > 2 {
        return 0;
    }
    let next = at + 2 + usize::from(letters(at + 2, 1) && glued(tokens, at + 2));
    let inward = number(tokens, next)
        && norm(tokens, next).len() == 1
        && glued(tokens, next + 1)
        && letters(next + 1, 2)
        && norm(tokens, next + 1).len() == 2
        && !(glued(tokens, next + 2) && (word(tokens, next + 2) || number(tokens, next + 2)))
        && units::measure(norm(tokens, next + 1)).is_none()
        && (norm(tokens, at).len() == 2 || units::package(norm(tokens, next + 1)).is_none());
    if inward { next + 2 - at } else { 0 }
}

/// "Flat 3", "gate code 4471", "acc. no 10233", "plots 12-15", "unit 17B".
pub(super) fn numbered(tokens: &[Token], at: usize, known: impl Fn(&Token) -> bool) -> usize {
    // After these a colon may stand before the number.
    const PAPERS: &[&str] =
        &["account", "acc", "acct", "inv", "job", "code", "ext", "vat", "pin", "customer", "cust", "contract"];
    const PLACES: &[&str] = &[
        "flat",
        "van",
        "truck",
        "lorry",
        "ramp",
        "branch",
        "plot",
        "plots",
        "bay",
        "gate",
        "yard",
        "building",
        "bldg",
        "floor",
        "level",
        "apt",
        "apartment",
        "dock",
        "house",
        "code",
        "pin",
        "ext",
        "extension",
        "account",
        "acc",
        "acct",
        "inv",
        "job",
        "ending",
        "vat",
        "card",
        "week",
        "wk",
        "workshop",
        "lot",
        "stand",
        "stall",
        "pitch",
        "centre",
        "booth",
        "ward",
        "hut",
        "phase",
        "zone",
        "line",
        "row",
        "junction",
        "door",
        "station",
        "platform",
        "hall",
        "depot",
        "site",
        "unit",
        "units",
        "suite",
        "year",
        "class",
        "cubicle",
        "bed",
        "page",
        "version",
        "customer",
        "cust",
        "contract",
        "batch",
        "est",
    ];
    let first = norm(tokens, at);
    let boxed = first == "po" && norm(tokens, at + 1) == "box";
    let party = matches!(first, "party" | "table" | "group") && norm(tokens, at + 1) == "of";
    if !PLACES.contains(&first) && !boxed && !party {
        return 0;
    }
    // What the shop sells by that name may well be counted.
    let sold = tokens.get(at).is_some_and(&known) && !matches!(first, "code" | "unit" | "units");
    let before = at.checked_sub(1).and_then(|b| tokens.get(b));
    let counted = before.is_some_and(|t| t.kind == Kind::Number || numbers::read(std::slice::from_ref(t)).is_some());
    let mut next = at + 1 + usize::from(boxed || party);
    while matches!(norm(tokens, next), "number" | "no" | "nr" | "code" | "is" | "ref")
        || mark(tokens, next, if PAPERS.contains(&first) { "#.:" } else { "#." })
    {
        next += 1;
    }
    let towards = before.is_some_and(|t| matches!(t.norm.as_str(), "to" | "at" | "in" | "for" | "on"));
    let headed = mark(tokens, next + 1, ":");
    let sold = sold && !towards && !headed;
    // "2 units 4 tins"
    if counted && first != "ext" || sold && !boxed || !number(tokens, next) || listed(tokens, next) {
        return 0;
    }
    // "Unit 4 bread": a place is followed by a mark, a name or the end, and what is sold is not.
    let past = next + run(tokens, next);
    let range = usize::from(mark(tokens, past, "-/") && number(tokens, past + 1)) * 2;
    let letter = usize::from(glued(tokens, past) && word(tokens, past) && norm(tokens, past).len() <= 2);
    past + range + letter - at
}

/// "14 Mill Lane", "221B Baker St", "12 High Street".
pub(super) fn street(tokens: &[Token], at: usize, free: impl Fn(usize) -> bool) -> usize {
    const STREETS: &[&str] = &[
        "street",
        "st",
        "road",
        "rd",
        "lane",
        "ln",
        "avenue",
        "ave",
        "drive",
        "close",
        "cl",
        "court",
        "ct",
        "square",
        "sq",
        "place",
        "crescent",
        "cres",
        "terrace",
        "gardens",
        "grove",
        "hill",
        "way",
        "park",
        "row",
        "parade",
        "mews",
        "walk",
        "wharf",
        "estate",
        "est",
        "quay",
        "mill",
        "hall",
        "church",
        "industrial",
        "riverside",
        "mkt",
        "market",
        "retail",
        "business",
        "green",
        "bridge",
    ];
    if !number(tokens, at) || numbers::digits(norm(tokens, at)).is_none_or(|e4| e4 % numbers::ONE != 0) {
        return 0;
    }
    let house = usize::from(glued(tokens, at + 1) && word(tokens, at + 1) && norm(tokens, at + 1).len() == 1);
    let name = at + 1 + house;
    let weak = |n: usize| {
        matches!(norm(tokens, n), "green" | "mill" | "hall" | "church" | "market" | "bridge" | "park" | "hill")
    };
    (1..=3)
        .map(|n| name + n)
        .find(|n| {
            STREETS.contains(&norm(tokens, *n))
                && !glued(tokens, *n)
                && (!weak(*n) || house > 0 || *n == name + 1)
                && (name..=*n).all(|m| word(tokens, m) && free(m))
        })
        .map_or(0, |n| n + 1 - at)
}

/// "EVT-2025-088", "KIT-0098", "OP/17": letters and digits tied by a mark, unknown to the catalogue.
pub(super) fn code(tokens: &[Token], at: usize, known: impl Fn(&Token) -> bool) -> usize {
    let begins = word(tokens, at) && !glued(tokens, at) && mark(tokens, at + 1, "-/") && glued(tokens, at + 1);
    if !begins || !number(tokens, at + 2) || !glued(tokens, at + 2) {
        return 0;
    }
    let short = norm(tokens, at).len() <= 4 && !tokens.get(at).is_some_and(known);
    if !short && norm(tokens, at + 2).len() < 4 || norm(tokens, at) == "x" {
        return 0;
    }
    3 + (at + 3..tokens.len()).take(8).take_while(|n| glued(tokens, *n) && !mark(tokens, *n, ".,;:!?()")).count()
}
