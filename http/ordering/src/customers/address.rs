//! A customer's address.
use purser_ordering::entity::address::Address;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A postal address, as far as it is known.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddressBody {
    #[schema(max_length = 200)]
    line1: Option<String>,
    #[schema(max_length = 200)]
    line2: Option<String>,
    #[schema(max_length = 200)]
    city: Option<String>,
    /// State, province or county.
    #[schema(max_length = 200)]
    region: Option<String>,
    #[schema(max_length = 200)]
    postal_code: Option<String>,
    /// ISO 3166-1 alpha-2.
    #[schema(pattern = r"^[A-Za-z]{2}$")]
    country: Option<String>,
}

impl From<Address> for AddressBody {
    fn from(address: Address) -> Self {
        let Address { line1, line2, city, region, postal_code, country } = address;
        Self { line1, line2, city, region, postal_code, country }
    }
}

impl From<AddressBody> for Address {
    fn from(address: AddressBody) -> Self {
        let AddressBody { line1, line2, city, region, postal_code, country } = address;
        Self { line1, line2, city, region, postal_code, country }
    }
}
