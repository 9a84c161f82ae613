//! Whether amounts are more than a limit, exactly. What cannot be compared is never assumed to be within.
use purser_kernel::{Currency, Money};
use purser_store::ports::ExchangeRate;
use std::cmp::Ordering;

/// How amounts compare with a limit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Compared {
    /// At most the limit: exactly the limit is within.
    Within,
    /// More than the limit.
    Over,
    /// It cannot be said, and why.
    Unknown(String),
}

/// A number that is exact: numerator and denominator, the latter more than 0.
#[derive(Clone, Copy)]
struct Fraction {
    over: i128,
    under: i128,
}

impl Fraction {
    /// In lowest terms.
    fn new(over: i128, under: i128) -> Self {
        let divisor = gcd(over.unsigned_abs(), under.unsigned_abs());
        match i128::try_from(divisor) {
            Ok(divisor) if divisor > 1 => Self { over: over / divisor, under: under / divisor },
            _ => Self { over, under },
        }
    }

    fn checked_add(self, other: Self) -> Option<Self> {
        let one = self.over.checked_mul(other.under)?;
        let another = other.over.checked_mul(self.under)?;
        Some(Self::new(one.checked_add(another)?, self.under.checked_mul(other.under)?))
    }
}

fn gcd(a: u128, b: u128) -> u128 {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// Compares the sum of `amounts`, exchanged by `rates`, with `limit`. Nothing is rounded.
pub(super) fn compare(amounts: &[Money], limit: Money, rates: &[ExchangeRate]) -> Compared {
    if amounts.is_empty() {
        return Compared::Unknown("there is no amount".to_owned());
    }
    let mut sum = Fraction { over: 0, under: 1 };
    for amount in amounts {
        let (from, to) = (amount.currency(), limit.currency());
        let rate =
            rates.iter().find(|rate| (rate.base, rate.quote) == (from, to) || (rate.quote, rate.base) == (from, to));
        let exchanged = match rate {
            _ if from == to => Some(Fraction { over: amount.minor().into(), under: 1 }),
            Some(rate) => exchanged(*amount, to, *rate),
            None => return Compared::Unknown(format!("there is no exchange rate from {from} to {to}")),
        };
        match exchanged.and_then(|exchanged| sum.checked_add(exchanged)) {
            Some(more) => sum = more,
            None => return Compared::Unknown("the amount is too large to be compared".to_owned()),
        }
    }
    let Some(limit) = i128::from(limit.minor()).checked_mul(sum.under) else {
        return Compared::Unknown("the amount is too large to be compared".to_owned());
    };
    match sum.over.cmp(&limit) {
        Ordering::Greater => Compared::Over,
        Ordering::Less | Ordering::Equal => Compared::Within,
    }
}

/// The amount in the minor unit of `to`.
fn exchanged(amount: Money, to: Currency, rate: ExchangeRate) -> Option<Fraction> {
    let power = |exponent: u32| 10_i128.checked_pow(exponent);
    let (value, scale) = (i128::from(rate.rate), power(rate.scale)?);
    let (times, by) = if rate.quote == to { (value, scale) } else { (scale, value) };
    // From minor to major units of the one, and from major to minor units of the other.
    let over = i128::from(amount.minor()).checked_mul(times)?.checked_mul(power(to.places())?)?;
    let under = by.checked_mul(power(amount.currency().places())?)?;
    (under > 0).then(|| Fraction::new(over, under))
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::NaiveDate;

    fn money(text: &str, code: &str) -> Money {
        Money::parse(text, code.parse().unwrap()).unwrap()
    }

    fn rate(base: &str, quote: &str, rate: i64, scale: u32) -> ExchangeRate {
        let on = NaiveDate::from_ymd_opt(2026, 11, 20).unwrap();
        ExchangeRate { base: base.parse().unwrap(), quote: quote.parse().unwrap(), on, rate, scale }
    }

    fn compared(amounts: &[(&str, &str)], limit: &str, rates: &[ExchangeRate]) -> Compared {
        let amounts: Vec<Money> = amounts.iter().map(|(text, code)| money(text, code)).collect();
        compare(&amounts, money(limit, "EUR"), rates)
    }

    #[test]
    fn yen_have_no_places_and_dinars_three() {
        // A euro is 160 yen, a dinar 3 euros.
        let rates = [rate("EUR", "JPY", 160, 0), rate("KWD", "EUR", 30, 1)];
        assert_eq!(compared(&[("16000", "JPY")], "100.00", &rates), Compared::Within);
        assert_eq!(compared(&[("16001", "JPY")], "100.00", &rates), Compared::Over);
        assert_eq!(compared(&[("33.333", "KWD")], "100.00", &rates), Compared::Within);
        assert_eq!(compared(&[("33.334", "KWD")], "100.00", &rates), Compared::Over);
    }

    #[test]
    fn exactly_the_limit_is_within_in_either_direction_of_the_rate() {
        for rates in [[rate("EUR", "USD", 125, 2)], [rate("USD", "EUR", 8, 1)]] {
            assert_eq!(compared(&[("125.00", "USD")], "100.00", &rates), Compared::Within);
            assert_eq!(compared(&[("125.01", "USD")], "100.00", &rates), Compared::Over);
        }
        // A third, which no decimal number is.
        let rates = [rate("EUR", "USD", 3, 0)];
        assert_eq!(compared(&[("0.01", "USD"), ("0.01", "USD"), ("0.01", "USD")], "0.01", &rates), Compared::Within);
        assert_eq!(compared(&[("0.01", "USD"), ("0.01", "EUR")], "0.01", &rates), Compared::Over);
    }

    #[test]
    fn what_cannot_be_compared_is_not_within() {
        assert!(matches!(compared(&[], "1.00", &[]), Compared::Unknown(_)));
        assert!(matches!(compared(&[("1", "JPY")], "1000000.00", &[]), Compared::Unknown(_)));
        assert!(matches!(compared(&[("1", "JPY")], "1000000.00", &[rate("JPY", "USD", 1, 2)]), Compared::Unknown(_)));
        let most = Money::from_minor(i64::MAX, Currency::USD);
        let far = [rate("USD", "EUR", i64::MAX, 0), rate("EUR", "KWD", i64::MAX, 12)];
        let other = Money::from_minor(i64::MAX, "KWD".parse().unwrap());
        assert!(!matches!(compare(&[most, other], Money::from_minor(1, Currency::EUR), &far), Compared::Within));
        // As large as amounts get, without an exchange.
        let euros = Money::from_minor(i64::MAX, Currency::EUR);
        assert_eq!(compare(&[euros, euros], euros, &[]), Compared::Over);
        assert_eq!(compare(&[euros], euros, &[]), Compared::Within);
    }
}
