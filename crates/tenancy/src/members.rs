//! Who belongs to an organization, and what they may do in it.
mod change;
mod owners;
mod permissions;
pub(crate) mod rights;
mod roles;
mod show;
mod standing;

use change::{audited, reached};
pub use change::{disable, enable, end_sessions};
pub(crate) use change::{joined, update};
pub use permissions::Extras;
pub(crate) use permissions::put as put_permissions;
pub(crate) use roles::{RoleAssignment, assign};
pub use show::{Member, MemberFilter, Members};
pub use standing::{Standing, complete_onboarding, holders, me, membership, organizations_of, permissions_of, seen};
pub(crate) use standing::{active, open_organization, owns};

/// Events about members.
pub(crate) fn event_types() -> Vec<purser_store::outbox::EventType> {
    use purser_store::outbox::EventType;
    vec![EventType::of::<change::MemberStatusChanged>(), EventType::of::<roles::MemberRolesChanged>()]
}
