//! Decimal text to scaled integers and back.
use super::MoneyError;
use std::fmt;

/// Reads a plain decimal number (`-12.40`) as an integer of `10^-places`. No exponent, no plus, no grouping: what is sent is
/// what is meant, or it is refused.
pub(super) fn parse(text: &str, places: u32) -> Result<i64, MoneyError> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (whole, fraction) = match digits.split_once('.') {
        Some((_, "")) => return Err(MoneyError::NotDecimal),
        Some(parts) => parts,
        None => (digits, ""),
    };
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) {
        return Err(MoneyError::NotDecimal);
    }
    // Zeros behind the last place that counts change nothing.
    let fraction = fraction.trim_end_matches('0');
    let missing = u32::try_from(fraction.len())
        .ok()
        .and_then(|given| places.checked_sub(given))
        .ok_or(MoneyError::Places(places))?;
    let mut value: i128 = 0;
    for byte in whole.bytes().chain(fraction.bytes()) {
        let digit = i128::from(byte - b'0');
        value = value.checked_mul(10).and_then(|value| value.checked_add(digit)).ok_or(MoneyError::Overflow)?;
    }
    let value = value.checked_mul(10_i128.pow(missing)).ok_or(MoneyError::Overflow)?;
    i64::try_from(if negative { -value } else { value }).map_err(|_| MoneyError::Overflow)
}

/// Writes an integer of `10^-places` with at least `min_places` and no more zeros than that.
pub(super) fn write(f: &mut fmt::Formatter<'_>, value: i64, places: u32, min_places: u32) -> fmt::Result {
    let scale = 10_u64.pow(places);
    let (whole, mut fraction) = (value.unsigned_abs() / scale, value.unsigned_abs() % scale);
    let mut width = places;
    while width > min_places && fraction.is_multiple_of(10) {
        fraction /= 10;
        width -= 1;
    }
    let sign = if value < 0 { "-" } else { "" };
    if width == 0 {
        write!(f, "{sign}{whole}")
    } else {
        let width = usize::try_from(width).map_err(|_| fmt::Error)?;
        write!(f, "{sign}{whole}.{fraction:0width$}")
    }
}

/// Divides and rounds half away from zero, as invoices do. `divisor` is positive.
pub(super) fn div_half_away(value: i128, divisor: i128) -> i128 {
    let (quotient, rest) = (value / divisor, value % divisor);
    // Twice the rest cannot overflow: it is smaller than a divisor of at most 10^12.
    if rest.abs() * 2 >= divisor { quotient + value.signum() } else { quotient }
}
