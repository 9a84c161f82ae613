//! Customers, catalogue, prices, and orders read from messages.
//!
//! Each module is one thing and what can be done to it: functions over a transaction of `purser_store`, which carries the
//! tenant and the caller. [`reader`] turns a message into lines and knows no database.
pub mod categories;
pub mod customers;
pub mod durations;
pub mod imports;
pub mod labels;
mod numbers;
pub mod orders;
pub mod price_tiers;
pub mod pricing;
mod problems;
pub mod products;
pub mod reader;
pub mod reading;
pub mod variants;

pub use numbers::Numbers;
pub use problems::OrderingProblem;
/// The rows that the functions of this crate return.
pub use purser_entity_ordering as entity;

/// The events that this crate publishes.
pub fn event_types() -> Vec<purser_store::outbox::EventType> {
    let mut types = orders::event_types();
    types.push(purser_store::outbox::EventType::of::<customers::CustomerCreated<'_>>());
    types.push(purser_store::outbox::EventType::of::<customers::CustomerUpdated<'_>>());
    types
}
