//! Cells that a spreadsheet would run as a formula.
//!
//! OWASP, "CSV Injection": a cell that begins with one of `= + - @`, a tab or a line break may be a formula to a spreadsheet, and
//! what customers write ends up in cells. A single quote in front makes it a text. Reading takes one quote away again, so that
//! every text comes back as it was, one with quotes of its own included.
use std::borrow::Cow;

const QUOTE: char = '\'';
const DANGEROUS: [char; 7] = ['=', '+', '-', '@', '\t', '\r', '\n'];

fn is_dangerous(text: &str) -> bool {
    text.trim_start_matches(QUOTE).starts_with(DANGEROUS)
}

/// The text as a cell that no spreadsheet runs.
pub fn disarmed(text: &str) -> Cow<'_, str> {
    if is_dangerous(text) { Cow::Owned(format!("{QUOTE}{text}")) } else { Cow::Borrowed(text) }
}

/// The text that [`disarmed`] made the cell of.
pub fn restored(cell: &str) -> &str {
    match cell.strip_prefix(QUOTE) {
        Some(text) if is_dangerous(text) => text,
        _ => cell,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_text_comes_back_and_none_is_a_formula(text in "['=+@\\-\t\r\na ]{0,6}|\\PC{0,20}") {
            let cell = disarmed(&text);
            prop_assert!(!cell.starts_with(DANGEROUS));
            prop_assert_eq!(restored(&cell), &text);
        }
    }

    #[test]
    fn only_what_is_dangerous_is_changed() {
        for (text, cell) in [("=1+1", "'=1+1"), ("'=1", "''=1"), ("+49", "'+49"), ("'n' roll", "'n' roll"), ("", "")] {
            assert_eq!(disarmed(text), cell);
        }
        // What people type into a file of their own is taken as it is.
        assert_eq!(restored("=1+1"), "=1+1");
    }
}
