//! How ids and amounts look in the OpenAPI document.
use crate::{Cost, Currency, Id, Percent, Permission, Quantity, ids::Kind};
use std::borrow::Cow;
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        KnownFormat, ObjectBuilder, RefOr, SchemaFormat,
        schema::{Schema, SchemaType, Type},
    },
};

fn text() -> ObjectBuilder {
    ObjectBuilder::new().schema_type(SchemaType::Type(Type::String))
}

// One schema for each kind, so that the document says what an id names.
impl<K: Kind> PartialSchema for Id<K> {
    fn schema() -> RefOr<Schema> {
        text().format(Some(SchemaFormat::KnownFormat(KnownFormat::Uuid))).into()
    }
}
impl<K: Kind> ToSchema for Id<K> {
    fn name() -> Cow<'static, str> {
        K::ID.into()
    }
}

impl PartialSchema for Currency {
    fn schema() -> RefOr<Schema> {
        let codes = Currency::all().map(Currency::code);
        text().enum_values(Some(codes)).description(Some("ISO 4217 code")).examples(["EUR"]).into()
    }
}
impl ToSchema for Currency {}

/// Decimal strings.
macro_rules! decimal {
    ($($name:ident: $pattern:literal, $description:literal, $example:literal;)*) => {$(
        impl PartialSchema for $name {
            fn schema() -> RefOr<Schema> {
                text().pattern(Some($pattern)).description(Some($description)).examples([$example]).into()
            }
        }
        impl ToSchema for $name {}
    )*};
}

decimal! {
    Quantity: r"^-?[0-9]+(\.[0-9]{1,4})?$", "A quantity with at most 4 decimal places", "2.5";
    Percent: r"^-?[0-9]+(\.[0-9]{1,2})?$", "Percent with at most 2 decimal places", "7.5";
    Cost: r"^-?[0-9]+(\.[0-9]{1,9})?$", "US dollars with at most 9 decimal places", "0.000125";
}

impl PartialSchema for Permission {
    fn schema() -> RefOr<Schema> {
        let names = <Self as strum::VariantArray>::VARIANTS.iter().map(|permission| permission.as_str());
        text().enum_values(Some(names)).into()
    }
}
impl ToSchema for Permission {}
