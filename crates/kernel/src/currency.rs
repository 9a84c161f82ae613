//! Currencies.
use crate::Problem;
use iso_currency::IntoEnumIterator;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{fmt, str::FromStr};

/// A currency of ISO 4217.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Currency(iso_currency::Currency);

impl Currency {
    /// The US dollar.
    pub const USD: Self = Self(iso_currency::Currency::USD);
    /// The euro.
    pub const EUR: Self = Self(iso_currency::Currency::EUR);

    /// Parses the alphabetic code, upper case, of the field at `pointer`. Funds, units of account, metals and codes for tests are
    /// refused: nobody is billed in them.
    pub fn parse(pointer: &str, code: &str) -> Result<Self, Problem> {
        code.parse().map_err(|UnknownCurrency| {
            Problem::invalid(pointer, "unknown_currency", "must be a currency code of ISO 4217, such as EUR")
        })
    }

    /// Every currency that somebody can be billed in.
    pub fn all() -> impl Iterator<Item = Self> {
        iso_currency::Currency::iter().filter(|currency| is_billed(*currency)).map(Self)
    }

    /// The alphabetic code, such as `EUR`.
    pub fn code(self) -> &'static str {
        self.0.code()
    }

    /// Decimal places of the minor unit: JPY 0, EUR 2, KWD 3.
    pub fn places(self) -> u32 {
        self.0.exponent().map_or(2, u32::from)
    }
}

/// Whether it has a minor unit and is money: `BOV` is a fund of ISO 4217, `XAD` a unit of account.
fn is_billed(currency: iso_currency::Currency) -> bool {
    currency.exponent().is_some() && !currency.is_fund() && !currency.is_special()
}

/// A text that is no currency code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a currency code of ISO 4217")]
pub struct UnknownCurrency;

impl FromStr for Currency {
    type Err = UnknownCurrency;

    fn from_str(code: &str) -> Result<Self, UnknownCurrency> {
        iso_currency::Currency::from_code(code).filter(|currency| is_billed(*currency)).map(Self).ok_or(UnknownCurrency)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}
impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}
impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = String::deserialize(deserializer)?;
        code.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(feature = "sea-orm")]
mod database {
    use super::Currency;
    use sea_orm::sea_query::{ArrayType, Nullable, ValueType, ValueTypeErr};
    use sea_orm::{
        ActiveValue, ColIdx, ColumnType, DbErr, IntoActiveValue, QueryResult, TryGetError, TryGetable, Value,
    };

    impl From<Currency> for Value {
        fn from(currency: Currency) -> Self {
            currency.code().into()
        }
    }
    impl TryGetable for Currency {
        fn try_get_by<I: ColIdx>(row: &QueryResult, index: I) -> Result<Self, TryGetError> {
            let code = String::try_get_by(row, index)?;
            code.parse().map_err(|_| TryGetError::DbErr(DbErr::Type(format!("{code} is not a currency"))))
        }
    }
    impl ValueType for Currency {
        fn try_from(value: Value) -> Result<Self, ValueTypeErr> {
            <String as ValueType>::try_from(value)?.parse().map_err(|_| ValueTypeErr)
        }
        fn type_name() -> String {
            "Currency".to_owned()
        }
        fn array_type() -> ArrayType {
            <String as ValueType>::array_type()
        }
        fn column_type() -> ColumnType {
            ColumnType::Char(Some(3))
        }
    }
    impl Nullable for Currency {
        fn null() -> Value {
            String::null()
        }
    }
    impl IntoActiveValue<Self> for Currency {
        fn into_active_value(self) -> ActiveValue<Self> {
            ActiveValue::Set(self)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_is_billed_in_is_no_currency() {
        for code in
            ["XXX", "XAU", "XAD", "BOV", "CHE", "CHW", "CLF", "COU", "MXV", "USN", "UYI", "UYW", "eur", "", "EURO"]
        {
            assert!(code.parse::<Currency>().is_err(), "{code}");
            assert!(Currency::all().all(|currency| currency.code() != code), "{code}");
        }
        // Superseded ones stand in old books.
        for code in ["EUR", "JPY", "KWD", "CLP", "UYU", "HRK"] {
            assert_eq!(code.parse::<Currency>().unwrap().code(), code);
            assert!(Currency::all().any(|currency| currency.code() == code), "{code}");
        }
    }
}
