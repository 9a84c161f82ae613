//! A trail that cannot be quietly edited, and what is personal in it and in free text.
//!
//! - [`sealer`] closes runs of entries of the audit trail with a signed Merkle root; [`proof`] shows that an entry is in one.
//! - [`export`] writes the trail out; [`verify`] checks such a file offline, with the public key alone. [`merkle`], [`leaf`] and
//!   [`statement`] are what both stand on, and need no database.
//! - [`erase`] takes personal data out of the trail, and leaves every seal whole.
//! - [`access`] writes down who read what may be personal.
//! - [`pii`] finds it in free text, and masks it.
//!
//! `docs/domains/compliance.md` says how an auditor uses it and what a seal does not prove.
pub mod access;
pub mod erase;
pub mod export;
pub mod keys;
pub mod leaf;
pub mod merkle;
pub mod pii;
mod problems;
pub mod proof;
pub mod sealer;
pub mod seals;
pub mod statement;
pub mod verify;

pub use access::{Access, AccessLog};
pub use problems::ComplianceProblem;
pub use purser_entity_compliance as entity;
pub use sealer::SealTrail;
