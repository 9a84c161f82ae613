//! A customer as it is shown.
use super::{address::AddressBody, contact::ContactView};
use chrono::{DateTime, Utc};
use purser_kernel::{Currency, Money, ids::CustomerId};
use purser_ordering::{customers::CustomerWithContacts, entity::customer};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Follows from when the customer last ordered; nobody sets it.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CustomerStatus {
    /// Orders as usual.
    Ordering,
    /// Has not ordered for longer than usual.
    AtRisk,
    /// Has not ordered for so long that it will hardly do so again by itself.
    StoppedOrdering,
    /// Has never ordered.
    NoOrdersYet,
}

impl From<customer::Status> for CustomerStatus {
    fn from(status: customer::Status) -> Self {
        match status {
            customer::Status::Ordering => Self::Ordering,
            customer::Status::AtRisk => Self::AtRisk,
            customer::Status::StoppedOrdering => Self::StoppedOrdering,
            customer::Status::NoOrdersYet => Self::NoOrdersYet,
        }
    }
}

impl From<CustomerStatus> for customer::Status {
    fn from(status: CustomerStatus) -> Self {
        match status {
            CustomerStatus::Ordering => Self::Ordering,
            CustomerStatus::AtRisk => Self::AtRisk,
            CustomerStatus::StoppedOrdering => Self::StoppedOrdering,
            CustomerStatus::NoOrdersYet => Self::NoOrdersYet,
        }
    }
}

/// A company that buys.
#[derive(Debug, Serialize, ToSchema)]
pub struct CustomerView {
    pub(super) id: CustomerId,
    business_name: String,
    customer_code: String,
    status: CustomerStatus,
    email: Option<String>,
    phone: Option<String>,
    address: Option<AddressBody>,
    tax_id: Option<String>,
    /// Of `total_spent`.
    currency: Currency,
    payment_terms: Option<String>,
    /// Orders that were confirmed.
    total_orders: i32,
    /// What those in `currency` add up to; decimal.
    total_spent: String,
    /// When an order was last confirmed.
    last_ordered_at: Option<DateTime<Utc>>,
    /// The oldest first.
    contacts: Vec<ContactView>,
    pub(super) version: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<CustomerWithContacts> for CustomerView {
    fn from(CustomerWithContacts { customer, contacts }: CustomerWithContacts) -> Self {
        Self {
            id: customer.id,
            business_name: customer.business_name,
            customer_code: customer.customer_code,
            status: customer.status.into(),
            email: customer.email,
            phone: customer.phone,
            address: customer.address.map(Into::into),
            tax_id: customer.tax_id,
            currency: customer.currency,
            payment_terms: customer.payment_terms,
            total_orders: customer.total_orders,
            total_spent: Money::from_minor(customer.total_spent_minor, customer.currency).to_string(),
            last_ordered_at: customer.last_ordered_at,
            contacts: contacts.into_iter().map(Into::into).collect(),
            version: customer.version,
            created_at: customer.created_at,
            updated_at: customer.updated_at,
        }
    }
}
