//! What stands beside a place in a text.
use std::ops::Range;

/// Whether the place is whole: no word goes on before or behind it.
pub(super) fn is_whole(text: &str, place: &Range<usize>) -> bool {
    !ends_in_word(before(text, place.start)) && !text.get(place.end..).is_some_and(begins_with_word)
}

/// As [`is_whole`], and the place is no part of something that is written with hyphens, such as `SO-4155550132` or `06-12-34-A`.
pub(super) fn stands_alone(text: &str, place: &Range<usize>) -> bool {
    let (before, behind) = (before(text, place.start), text.get(place.end..).unwrap_or_default());
    let tied_before = before.strip_suffix('-').is_some_and(ends_in_word);
    let tied_behind = behind.strip_prefix('-').is_some_and(begins_with_word);
    is_whole(text, place) && !tied_before && !tied_behind
}

/// What stands before the place: nothing behind the signs that a log writes for a line break or a colour.
pub(super) fn before(text: &str, start: usize) -> &str {
    let before = text.get(..start).unwrap_or_default();
    // The longest is \u001b.
    let is_escape = [2, 6].into_iter().any(|length| {
        let tail =
            start.checked_sub(length).and_then(|from| before.get(from..)).and_then(|tail| tail.strip_prefix('\\'));
        tail.is_some_and(|tail| escape(tail) == length - 1)
    });
    // ECMA-48: escape, a bracket, numbers, an m.
    let sequence = before.strip_suffix('m').map(|rest| rest.trim_end_matches(|c: char| c.is_ascii_digit() || c == ';'));
    if is_escape || sequence.is_some_and(|rest| rest.ends_with("\u{1b}[")) { "" } else { before }
}

/// How many bytes at the beginning of this, behind a backslash, stand for a control character as JSON writes it.
pub(super) fn escape(text: &str) -> usize {
    match text.as_bytes() {
        [b'n' | b'r' | b't' | b'b' | b'f', ..] => 1,
        [b'u', digits @ ..] if digits.iter().take(4).filter(|digit| digit.is_ascii_hexdigit()).count() == 4 => 5,
        _ => 0,
    }
}

fn ends_in_word(text: &str) -> bool {
    text.chars().next_back().is_some_and(is_of_word)
}

fn begins_with_word(text: &str) -> bool {
    text.chars().next().is_some_and(is_of_word)
}

/// Letters, digits and the underscore; but not the letters of scripts that leave no space between words.
fn is_of_word(c: char) -> bool {
    let unspaced = matches!(
        c,
        // Thai to Tibetan and Myanmar, Khmer, all of CJK with its syllables, their half-width forms, and the planes of more Han.
        '\u{0e00}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7af}'
            | '\u{f900}'..='\u{faff}' | '\u{ff66}'..='\u{ffdc}' | '\u{20000}'..='\u{3ffff}'
    );
    c == '_' || (c.is_alphanumeric() && !unspaced)
}
