//! Amounts: integers, exact on every database, never floating point.
//!
//! | type | unit of the integer | on the wire |
//! | --- | --- | --- |
//! | [`Money`] | the currency's minor unit (JPY 0, EUR 2, KWD 3 places) | decimal string |
//! | [`UnitPrice`] | 1/10,000 of the major unit | decimal string |
//! | [`Quantity`] | 1/10,000 | decimal string |
//! | [`Percent`] | 1/100 of a percent, the basis point | decimal string |
//! | [`Cost`] | a billionth of a US dollar | decimal string |
//!
//! Products are computed in 128 bits and rounded once, half away from zero, at the line total. Amounts of two currencies are
//! never added, and an overflow is an error.
mod decimal;
mod fixed;

use crate::{Currency, Problem};
use std::fmt;

pub use fixed::{Cost, Percent, Quantity};

/// Why an amount cannot be computed or read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// The amounts have different currencies.
    #[error("amounts of {0} and {1} cannot be added")]
    Currencies(Currency, Currency),
    /// The amount is too large to be kept.
    #[error("the amount is too large")]
    Overflow,
    /// The text is not a decimal number.
    #[error("must be a decimal number such as 12.40")]
    NotDecimal,
    /// The number has more places than are kept.
    #[error("must have at most {0} decimal places")]
    Places(u32),
}

impl MoneyError {
    /// The name of the fault in a field error.
    pub fn code(self) -> &'static str {
        match self {
            Self::Currencies(..) => "currency_mismatch",
            Self::Overflow => "out_of_range",
            Self::NotDecimal => "not_a_decimal",
            Self::Places(_) => "too_many_places",
        }
    }

    /// The fault of the field at `pointer`.
    pub fn at(self, pointer: &str) -> Problem {
        Problem::invalid(pointer, self.code(), self.to_string())
    }
}

/// 1/10,000 per unit price × 1/10,000 per quantity × 1/10,000 per basis-point share.
const E4: i128 = 10_000;

/// An amount in a currency's minor unit.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    minor: i64,
    currency: Currency,
}

impl Money {
    /// Nothing.
    pub const fn zero(currency: Currency) -> Self {
        Self { minor: 0, currency }
    }

    /// So many minor units (cents, yen, fils).
    pub const fn from_minor(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Reads a decimal number of at most the currency's places.
    pub fn parse(text: &str, currency: Currency) -> Result<Self, MoneyError> {
        Ok(Self { minor: decimal::parse(text, currency.places())?, currency })
    }

    /// The minor units.
    pub const fn minor(self) -> i64 {
        self.minor
    }

    /// The currency.
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// The sum.
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::Currencies(self.currency, other.currency));
        }
        let minor = self.minor.checked_add(other.minor).ok_or(MoneyError::Overflow)?;
        Ok(Self { minor, ..self })
    }

    /// The sum of many amounts of one currency.
    pub fn sum(currency: Currency, amounts: impl IntoIterator<Item = Self>) -> Result<Self, MoneyError> {
        amounts.into_iter().try_fold(Self::zero(currency), Self::checked_add)
    }
}

impl fmt::Display for Money {
    /// The number without the currency, which stands in a field of its own.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        decimal::write(f, self.minor, self.currency.places(), self.currency.places())
    }
}
impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self} {}", self.currency)
    }
}

/// A price for one unit, with 4 places of the major unit.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct UnitPrice {
    e4: i64,
    currency: Currency,
}

impl UnitPrice {
    /// So many 1/10,000 of the major unit.
    pub const fn from_e4(e4: i64, currency: Currency) -> Self {
        Self { e4, currency }
    }

    /// Reads a decimal number of at most 4 places.
    pub fn parse(text: &str, currency: Currency) -> Result<Self, MoneyError> {
        Ok(Self { e4: decimal::parse(text, 4)?, currency })
    }

    /// The 1/10,000 of the major unit.
    pub const fn e4(self) -> i64 {
        self.e4
    }

    /// The currency.
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// This price and another of the same currency, such as a variant's difference.
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        if self.currency != other.currency {
            return Err(MoneyError::Currencies(self.currency, other.currency));
        }
        let e4 = self.e4.checked_add(other.e4).ok_or(MoneyError::Overflow)?;
        Ok(Self { e4, ..self })
    }

    /// What a line costs: the sum of price × quantity over its parts, less the discount, rounded once, half away from zero.
    ///
    /// A line has several parts when graduated tiers price its first units otherwise than its last.
    pub fn line_total(
        currency: Currency,
        parts: impl IntoIterator<Item = (Self, Quantity)>,
        discount: Percent,
    ) -> Result<Money, MoneyError> {
        let mut wide: i128 = 0;
        for (price, quantity) in parts {
            if price.currency != currency {
                return Err(MoneyError::Currencies(currency, price.currency));
            }
            let part = i128::from(price.e4).checked_mul(i128::from(quantity.e4())).ok_or(MoneyError::Overflow)?;
            wide = wide.checked_add(part).ok_or(MoneyError::Overflow)?;
        }
        let share = E4 - i128::from(discount.basis_points());
        let wide = wide.checked_mul(share).ok_or(MoneyError::Overflow)?;
        // wide is in 1/10^12 of the major unit: 4 places each of price, quantity and share.
        let divisor = 10_i128.pow(12_u32.saturating_sub(currency.places()));
        let minor = i64::try_from(decimal::div_half_away(wide, divisor)).map_err(|_| MoneyError::Overflow)?;
        Ok(Money { minor, currency })
    }
}

impl fmt::Display for UnitPrice {
    /// At least the currency's places, at most 4: `12.40`, `0.0125`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        decimal::write(f, self.e4, 4, self.currency.places().min(4))
    }
}
impl fmt::Debug for UnitPrice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self} {}", self.currency)
    }
}

#[cfg(test)]
mod tests;
