//! How long an organization keeps what, and what becomes of it then.
//!
//! [`RetentionRules`] says how long. What the server may remove goes by a job of the store's
//! ([`RemoveExpired`](purser_store::retention::RemoveExpired)); what it may only add to is removed by the owner of the tables:
//! [`trail`] and [`Accesses`].
mod accesses;
mod rules;
pub mod trail;

pub use accesses::Accesses;
pub(crate) use rules::RetentionChanged;
pub use rules::{RetentionRule, RetentionRules, Source};
