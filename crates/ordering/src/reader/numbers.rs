//! Amounts as people write them: digits, fractions and number words.
use super::text::{Kind, Token};

/// One, in the four decimal places of a `Quantity`.
pub(super) const ONE: i64 = 10_000;
/// More digits than this are a reference or a telephone number, not an amount.
const MAX_DIGITS: usize = 7;

/// A number found in the tokens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Number {
    /// Its value in ten-thousandths.
    pub e4: i64,
    /// How many tokens it takes.
    pub length: usize,
    /// "A few": some number near this one.
    pub vague: bool,
    /// It counts dozens, and was multiplied.
    pub dozens: bool,
}

/// The value of a token of digits, in ten-thousandths: `3`, `1.5`, `1,5`, `1,000`, `1/2`. Dates, times, telephone and
/// article numbers are none.
pub(super) fn digits(norm: &str) -> Option<i64> {
    if norm.chars().filter(char::is_ascii_digit).count() > MAX_DIGITS {
        return None;
    }
    if let Some((above, below)) = norm.split_once('/') {
        let (above, below) = (above.parse::<i64>().ok()?, below.parse::<i64>().ok()?);
        return (above < below && matches!(below, 2 | 3 | 4 | 5 | 8) && above > 0).then(|| above * ONE / below);
    }
    let (whole, part) = match (norm.split_once(','), norm.split_once('.')) {
        (None, None) => (norm.to_owned(), ""),
        (Some((whole, part)), None) if part.len() == 3 && !whole.starts_with('0') => (format!("{whole}{part}"), ""),
        (Some((whole, part)), None) | (None, Some((whole, part))) => (whole.to_owned(), part),
        (Some((thousands, rest)), Some(_)) => {
            let (units, part) = rest.split_once('.')?;
            if units.len() != 3 {
                return None;
            }
            (format!("{thousands}{units}"), part)
        }
    };
    // 0044… and 020 are telephone numbers, 007 an article.
    if whole.len() > 1 && whole.starts_with('0') {
        return None;
    }
    let scale = [ONE, 1_000, 100, 10, 1].get(part.len()).copied()?;
    let part = if part.is_empty() { 0 } else { part.parse::<i64>().ok()? };
    Some(whole.parse::<i64>().ok()? * ONE + part * scale)
}

/// The value of a word for a whole number below a hundred.
pub(super) fn numeral(norm: &str) -> Option<i64> {
    word(norm)
}

/// The value of a number word below a hundred.
fn word(norm: &str) -> Option<i64> {
    Some(match norm {
        "one" => 1,
        "two" => 2,
        "three" => 3,
        "four" => 4,
        "five" => 5,
        "six" => 6,
        "seven" => 7,
        "eight" => 8,
        "nine" => 9,
        "ten" => 10,
        "eleven" => 11,
        "twelve" => 12,
        "thirteen" => 13,
        "fourteen" => 14,
        "fifteen" => 15,
        "sixteen" => 16,
        "seventeen" => 17,
        "eighteen" => 18,
        "nineteen" => 19,
        "twenty" => 20,
        "thirty" => 30,
        "forty" | "fourty" => 40,
        "fifty" => 50,
        "sixty" => 60,
        "seventy" => 70,
        "eighty" => 80,
        "ninety" => 90,
        _ => return None,
    })
}

/// The number that begins at the first of these tokens.
pub(super) fn read(tokens: &[Token]) -> Option<Number> {
    let first = tokens.first()?;
    let mut number = match first.kind {
        Kind::Number => Number { e4: digits(&first.norm)?, length: 1, vague: false, dozens: false },
        Kind::Word => in_words(tokens)?,
        Kind::Punct(_) | Kind::Newline => return None,
    };
    let at = |n: usize| tokens.get(number.length + n).map_or("", |t| t.norm.as_str());
    let and_a_half = at(0) == "and" && matches!(at(1), "a" | "1") && at(2) == "half";
    if number.dozens {
        // "A dozen and a half"
        if and_a_half && number.e4 % (12 * ONE) == 0 {
            number.e4 += 6 * ONE;
            number.length += 3;
        }
    } else if matches!(at(0), "dozen" | "dozens" | "doz") {
        number.e4 = number.e4.checked_mul(12)?;
        number.length += 1;
        number.dozens = true;
    } else if number.e4 % ONE == 0 {
        if and_a_half {
            number.e4 += ONE / 2;
            number.length += 3;
        } else if at(0).contains('/')
            && let Some(part) = digits(at(0))
            && first.kind == Kind::Number
        {
            number.e4 += part;
            number.length += 1;
        } else if at(0) == "hundred" && first.kind == Kind::Number {
            number.e4 = number.e4.checked_mul(100)?;
            number.length += 1;
        }
    }
    Some(number)
}

fn in_words(tokens: &[Token]) -> Option<Number> {
    let at = |n: usize| tokens.get(n).map_or("", |t| t.norm.as_str());
    let plain = |e4: i64, length: usize| Some(Number { e4, length, vague: false, dozens: false });
    let dozen = |e4: i64, length: usize| Some(Number { e4, length, vague: false, dozens: true });
    let skip = usize::from(matches!(at(0), "a" | "an"));
    match at(skip) {
        "couple" | "cpl" => return plain(2 * ONE, skip + 1),
        "dozen" | "doz" => return dozen(12 * ONE, skip + 1),
        "few" | "several" | "handful" => {
            return Some(Number { e4: 3 * ONE, length: skip + 1, vague: true, dozens: false });
        }
        "hundred" => return plain(100 * ONE, skip + 1),
        "half" => {
            let article = usize::from(matches!(at(skip + 1), "a" | "an"));
            return if matches!(at(skip + 1 + article), "dozen" | "doz") {
                dozen(6 * ONE, skip + 2 + article)
            } else {
                plain(ONE / 2, skip + 1 + article)
            };
        }
        "quarter" => {
            return plain(ONE / 4, skip + 1 + usize::from(matches!(at(skip + 1), "a" | "of")));
        }
        _ => {}
    }
    let (mut units, mut length) = below_hundred(tokens)?;
    if at(length) == "hundred" {
        units *= 100;
        length += 1;
        let joined = usize::from(at(length) == "and");
        if let Some((rest, words)) = tokens.get(length + joined..).and_then(below_hundred) {
            units += rest;
            length += joined + words;
        }
    }
    plain(units * ONE, length)
}

/// What one word says, or two: "twenty five", and "twenty-five", which is cut at its hyphen. With the number of tokens.
fn below_hundred(tokens: &[Token]) -> Option<(i64, usize)> {
    let at = |n: usize| tokens.get(n).and_then(|t| word(&t.norm));
    let units = at(0)?;
    let hyphen = usize::from(tokens.get(1).is_some_and(|t| t.is('-')));
    match at(1 + hyphen) {
        Some(ones @ ..10) if units >= 20 => Some((units + ones, 2 + hyphen)),
        _ => Some((units, 1)),
    }
}

#[cfg(test)]
mod tests;
