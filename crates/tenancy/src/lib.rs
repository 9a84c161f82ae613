//! Organizations, members, roles and what they may do.
//!
//! [`Tenancy`] is what other crates see: it implements [`Tenants`](purser_store::ports::Tenants),
//! [`Settings`](purser_store::ports::Settings) and [`Limits`](purser_store::ports::Limits). What a caller can do wrong is a
//! [`TenancyProblem`] or one of the problems that all domains share.
mod authority;
pub mod invitations;
pub mod limits;
pub mod members;
pub mod organizations;
pub mod permissions;
mod problems;
mod regional;
pub mod roles;
pub mod settings;
mod slug;
mod tenancy;

pub use problems::TenancyProblem;
/// The rows that the functions of this crate return.
pub use purser_entity_tenancy as entity;
pub use tenancy::Tenancy;
