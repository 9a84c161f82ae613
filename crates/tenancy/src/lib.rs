//! Organizations, members, roles and what they may do.
//!
//! [`Tenancy`] is what other crates see: it implements [`Tenants`](purser_store::ports::Tenants),
//! [`Settings`](purser_store::ports::Settings), [`Limits`](purser_store::ports::Limits), [`Secrets`](purser_store::ports::Secrets) and
//! [`EngagementAccess`](purser_store::ports::EngagementAccess). What a caller can do wrong is a [`TenancyProblem`] or one of the
//! problems that all domains share.
mod authority;
pub mod engagements;
pub mod invitations;
mod kept;
pub mod limits;
pub mod members;
mod memberships;
mod notification_settings;
pub mod organizations;
pub mod permissions;
pub mod preferences;
mod problems;
pub mod projects;
mod published;
mod purge;
mod regional;
pub mod role_changes;
pub mod roles;
pub mod secrets;
pub mod settings;
mod slug;
mod tenancy;

pub use memberships::DirectoryMembers;
pub use problems::TenancyProblem;
pub use published::event_types;
pub use purge::PurgeClosed;
/// The rows that the functions of this crate return.
pub use purser_entity_tenancy as entity;
pub use tenancy::Tenancy;

use purser_store::ports::Restorable;
use std::sync::Arc;

/// What of this crate's people delete and can bring back.
pub fn restorables() -> Vec<Arc<dyn Restorable>> {
    vec![Arc::new(engagements::deletion::DeletedEngagements), Arc::new(projects::deletion::DeletedProjects)]
}
