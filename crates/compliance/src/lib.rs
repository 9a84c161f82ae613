//! A trail that cannot be quietly edited, and what is personal in it and in free text.
//!
//! - [`sealer`] closes runs of entries of the audit trail with a signed Merkle root; [`proof`] shows that an entry is in one.
//! - [`export`] writes the trail out; [`verify`] checks such a file offline, with the public key alone. [`merkle`], [`leaf`] and
//!   [`statement`] are what both stand on, and need no database.
//! - [`erase`] takes personal data out of the trail, and leaves every seal whole.
//! - [`retention`] says how long what is kept, and removes what is old from the trail without breaking a seal.
//! - [`access`] writes down who read what may be personal.
//! - [`deletions`] lists what was deleted, brings it back and purges it.
//! - [`pii`] finds it in free text, and masks it.
//!
//! `docs/domains/compliance.md` says how an auditor uses it and what a seal does not prove.
pub mod access;
pub mod deletions;
pub mod erase;
pub mod export;
pub mod keys;
pub mod leaf;
pub mod merkle;
pub mod pii;
mod problems;
pub mod proof;
pub mod retention;
pub mod sealer;
pub mod seals;
pub mod statement;
pub mod verify;

pub use access::{Access, AccessLog};
pub use deletions::{Deletions, PurgeDeleted};
pub use problems::ComplianceProblem;
pub use purser_entity_compliance as entity;
pub use retention::RetentionRules;
pub use sealer::SealTrail;

use purser_store::outbox::EventType;

/// The events that this domain publishes.
pub fn event_types() -> Vec<EventType> {
    let mut types = deletions::event_types();
    types.push(EventType::of::<retention::RetentionChanged>());
    types
}
