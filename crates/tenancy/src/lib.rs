//! Organizations, members, roles and what they may do.
//!
//! [`Tenancy`] is what other crates see: it implements [`Tenants`](purser_store::ports::Tenants) and
//! [`Settings`](purser_store::ports::Settings).
pub mod members;
pub mod organizations;
mod roles;
pub mod settings;
mod slug;
mod tenancy;

/// The rows that the functions of this crate return.
pub use purser_entity_tenancy as entity;
pub use tenancy::Tenancy;
