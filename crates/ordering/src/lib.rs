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
use purser_kernel::{Id, Problem};
use purser_store::ports::Restorable;
use std::sync::Arc;

/// The rows that the functions of this crate return.
pub use purser_entity_ordering as entity;

/// The events that this crate publishes.
pub fn event_types() -> Vec<purser_store::outbox::EventType> {
    let mut types = orders::event_types();
    types.push(purser_store::outbox::EventType::of::<customers::CustomerCreated<'_>>());
    types.push(purser_store::outbox::EventType::of::<customers::CustomerUpdated<'_>>());
    types
}

/// What of this crate's people delete and can bring back.
pub fn restorables() -> Vec<Arc<dyn Restorable>> {
    vec![
        Arc::new(categories::deletion::DeletedCategories),
        Arc::new(customers::deletion::DeletedCustomers),
        Arc::new(products::deletion::DeletedProducts),
        Arc::new(variants::deletion::DeletedVariants),
    ]
}

/// What is to come back belongs to something that is deleted, too.
fn parent_deleted<K>(resource: &str, id: Id<K>) -> Problem {
    Problem::of(OrderingProblem::ParentDeleted)
        .detail(format!("It belongs to the {} {id}, which is deleted.", resource.replace('_', " ")))
        .with("resource", resource)
        .with("resource_id", id.to_string())
}
