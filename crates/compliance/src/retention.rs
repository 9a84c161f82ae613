//! How long an organization keeps what, and what becomes of it then.
//!
//! [`RetentionRules`] says how long. What the server may remove goes by a job of the store's
//! ([`RemoveExpired`](purser_store::retention::RemoveExpired)); what it may only add to is removed by the owner of the tables:
//! [`trail`] and [`Accesses`].
mod accesses;
mod rules;
pub mod trail;

pub use accesses::Accesses;
pub use rules::{RetentionRule, RetentionRules, Source};

use purser_store::outbox::EventType;

/// The events that this domain publishes.
pub fn event_types() -> Vec<EventType> {
    vec![EventType::of::<rules::RetentionChanged>()]
}
