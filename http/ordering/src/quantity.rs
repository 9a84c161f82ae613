//! Quantities as clients write them.
use purser_kernel::Quantity;
use serde::{
    Deserialize, Deserializer,
    de::{Error, Unexpected, Visitor},
};
use std::fmt;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        ObjectBuilder, OneOfBuilder, RefOr,
        schema::{Schema, Type},
    },
};

/// A quantity in a body: a decimal string, as it is documented. A whole JSON number is understood as well, because pieces are
/// often counted in one; a number with a fraction is refused, because JSON readers do not agree on its last digits.
#[derive(Clone, Copy, Debug)]
pub(super) struct QuantityBody(pub(super) Quantity);

impl<'de> Deserialize<'de> for QuantityBody {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Written;

        impl Visitor<'_> for Written {
            type Value = Quantity;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a decimal string such as \"2.5\"")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Quantity, E> {
                text.parse().map_err(E::custom)
            }

            fn visit_i64<E: Error>(self, units: i64) -> Result<Quantity, E> {
                Quantity::from_units(units).ok_or_else(|| E::invalid_value(Unexpected::Signed(units), &self))
            }

            fn visit_u64<E: Error>(self, units: u64) -> Result<Quantity, E> {
                let quantity = i64::try_from(units).ok().and_then(Quantity::from_units);
                quantity.ok_or_else(|| E::invalid_value(Unexpected::Unsigned(units), &self))
            }
        }

        deserializer.deserialize_any(Written).map(Self)
    }
}

impl PartialSchema for QuantityBody {
    fn schema() -> RefOr<Schema> {
        let decimal = ObjectBuilder::new()
            .schema_type(Type::String)
            .pattern(Some(r"^-?[0-9]{1,12}(\.[0-9]{1,4})?$"))
            .description(Some("A decimal with at most 4 places"))
            .examples(["2.5"]);
        let most = 900_000_000_000_i64;
        let whole = ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(-most)).maximum(Some(most));
        OneOfBuilder::new().item(decimal).item(whole).into()
    }
}

impl ToSchema for QuantityBody {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_and_whole_numbers_are_quantities() {
        let read = |json: &str| serde_json::from_str::<QuantityBody>(json).ok().map(|body| body.0.e4());

        assert_eq!(read("\"2.5\""), Some(25_000));
        assert_eq!(read("10"), Some(100_000));
        assert_eq!(read("-1"), Some(-10_000));
        for refused in ["2.5", "1e3", "\"1e3\"", "null", "true", "9223372036854775807", "18446744073709551615"] {
            assert_eq!(read(refused), None, "{refused}");
        }
    }
}
