//! Scaled numbers without a currency of their own.
use super::{MoneyError, decimal};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{fmt, str::FromStr};

/// A scaled integer: its arithmetic, its text and its column.
macro_rules! fixed {
    ($(#[$doc:meta])* $name:ident: $int:ty, $places:literal, $from:ident, $get:ident, $unit:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[cfg_attr(feature = "sea-orm", derive(sea_orm::DeriveValueType))]
        pub struct $name($int);

        impl $name {
            /// Nothing.
            pub const ZERO: Self = Self(0);

            #[doc = concat!("So many ", $unit, ".")]
            pub const fn $from(value: $int) -> Self {
                Self(value)
            }

            #[doc = concat!("The ", $unit, ".")]
            pub const fn $get(self) -> $int {
                self.0
            }

            /// The sum.
            pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
                self.0.checked_add(other.0).map(Self).ok_or(MoneyError::Overflow)
            }
        }

        impl FromStr for $name {
            type Err = MoneyError;

            fn from_str(text: &str) -> Result<Self, MoneyError> {
                let value = decimal::parse(text, $places)?;
                value.try_into().map(Self).map_err(|_| MoneyError::Overflow)
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                decimal::write(f, self.0.into(), $places, 0)
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

fixed! {
    /// How much of something: pieces, kilograms, hours, with 4 decimal places.
    Quantity: i64, 4, from_e4, e4, "1/10,000 of a unit"
}
fixed! {
    /// A share in percent, with 2 decimal places. `from_basis_points(10_000)` is 100 %.
    Percent: i32, 2, from_basis_points, basis_points, "basis points"
}
fixed! {
    /// What a call of a model costs: billionths of a US dollar.
    Cost: i64, 9, from_nanos, nanos, "billionths of a US dollar"
}

impl Quantity {
    /// One.
    pub const ONE: Self = Self(10_000);

    /// So many whole units. `None` when that is more than can be kept.
    pub const fn from_units(units: i64) -> Option<Self> {
        match units.checked_mul(10_000) {
            Some(e4) => Some(Self(e4)),
            None => None,
        }
    }

    /// This many times `other`, such as 2 cases of 24. An error when the product has more than 4 places.
    pub fn checked_mul(self, other: Self) -> Result<Self, MoneyError> {
        let wide = i128::from(self.0) * i128::from(other.0);
        if wide % 10_000 != 0 {
            return Err(MoneyError::Places(4));
        }
        i64::try_from(wide / 10_000).map(Self).map_err(|_| MoneyError::Overflow)
    }

    /// The difference.
    pub fn checked_sub(self, other: Self) -> Result<Self, MoneyError> {
        self.0.checked_sub(other.0).map(Self).ok_or(MoneyError::Overflow)
    }
}
