//! Text that people write, before it is kept.
use crate::{FieldError, Problem};

/// Checks a text that stands in one line, and trims it.
///
/// `pointer` is the JSON pointer of the field. Refused with `validation_failed`: an empty text, one of more than `max`
/// characters, one with control characters (PostgreSQL cannot keep a NUL, and a line break has no place in a name).
pub fn line(pointer: &str, text: &str, max: usize) -> Result<String, Problem> {
    let text = text.trim();
    if text.is_empty() {
        return Err(Problem::invalid(pointer, "required", "must not be empty"));
    }
    if text.chars().any(char::is_control) {
        return Err(Problem::invalid(pointer, "control_character", "must not contain control characters"));
    }
    bounded(pointer, text, max)
}

/// As [`line()`], for a text that is kept in its [`normalized`] form, too, and is at most `max` characters in both: some letters are
/// more than one in lower case.
pub fn line_in_any_case(pointer: &str, text: &str, max: usize) -> Result<String, Problem> {
    line(pointer, &normalized(text), max)?;
    line(pointer, text, max)
}

/// As [`line()`], and `None` stays `None`.
pub fn optional_line(pointer: &str, text: Option<&str>, max: usize) -> Result<Option<String>, Problem> {
    text.map(|text| line(pointer, text, max)).transpose()
}

/// Checks a text of several lines, such as notes: line breaks and tabs are fine, other control characters are not.
pub fn lines(pointer: &str, text: &str, max: usize) -> Result<String, Problem> {
    let text = text.trim();
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        return Err(Problem::invalid(pointer, "control_character", "must not contain control characters"));
    }
    bounded(pointer, text, max)
}

/// Checks a list of short texts, such as aliases; doubles are dropped, the order is kept.
pub fn list(pointer: &str, texts: &[String], max_items: usize, max: usize) -> Result<Vec<String>, Problem> {
    if texts.len() > max_items {
        return Err(Problem::invalid(pointer, "too_many", format!("must have at most {max_items} entries")));
    }
    let mut kept: Vec<String> = Vec::with_capacity(texts.len());
    for (position, text) in texts.iter().enumerate() {
        let text = line(&format!("{pointer}/{position}"), text, max)?;
        if !kept.contains(&text) {
            kept.push(text);
        }
    }
    Ok(kept)
}

/// The form in which texts are compared and searched: trimmed, lower case, inner white space folded to one space.
pub fn normalized(text: &str) -> String {
    text.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}

/// Makes a text of another system's fit: NUL characters, which PostgreSQL cannot keep, are dropped, and what is behind `max`
/// characters is cut. For what nobody can be told to correct; what people write is checked by [`lines`].
pub fn fit(text: &str, max: usize) -> String {
    text.chars().filter(|c| *c != '\0').take(max).collect()
}

/// What the source says of a variant, in one line: the comment above it is published with its name.
pub(crate) fn comment(variant: &impl strum::EnumMessage) -> String {
    variant.get_documentation().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
}

fn bounded(pointer: &str, text: &str, max: usize) -> Result<String, Problem> {
    if text.chars().count() > max {
        return Err(Problem::invalid(pointer, "too_long", format!("must have at most {max} characters")));
    }
    Ok(text.to_owned())
}

/// A telephone number in the form of E.164 without the plus: digits only, 6 to 15 of them.
///
/// Takes what people write (`+44 20 7946 0018`, `0044…`, `(020) 7946-0018`) and what Meta sends (`447946000180`). A national
/// number stays national: without a country nobody can know which one is meant.
pub fn phone(pointer: &str, text: &str) -> Result<String, Problem> {
    phone_digits(text)
        .ok_or_else(|| Problem::invalid(pointer, "not_a_phone_number", "must be a telephone number of 6 to 15 digits"))
}

/// The longest telephone number as people write it.
const MAX_PHONE: usize = 40;

/// As [`phone`], without a field to report.
pub fn phone_digits(text: &str) -> Option<String> {
    let allowed = |c: char| c.is_ascii_digit() || matches!(c, '+' | ' ' | '-' | '(' | ')' | '.' | '/');
    if text.trim().len() > MAX_PHONE || !text.chars().all(allowed) {
        return None;
    }
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let digits = digits.strip_prefix("00").map(str::to_owned).unwrap_or(digits);
    (6..=15).contains(&digits.len()).then_some(digits)
}

/// Gathers the errors of several fields, so that a caller hears of all at once.
#[derive(Debug, Default)]
pub struct Findings(Vec<FieldError>);

impl Findings {
    /// Nothing found yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The value, or `None` after its field errors were kept. A problem that names no field is returned as it is.
    pub fn check<T>(&mut self, parsed: Result<T, Problem>) -> Result<Option<T>, Problem> {
        match parsed {
            Ok(value) => Ok(Some(value)),
            Err(problem) if !problem.errors().is_empty() => {
                self.0.extend(problem.into_errors());
                Ok(None)
            }
            Err(problem) => Err(problem),
        }
    }

    /// Adds one.
    pub fn add(&mut self, error: FieldError) {
        self.0.push(error);
    }

    /// `validation_failed` with all that was found, if anything was.
    pub fn finish(self) -> Result<(), Problem> {
        if self.0.is_empty() { Ok(()) } else { Err(Problem::validation(self.0)) }
    }
}
