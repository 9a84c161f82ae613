//! Who belongs to an organization, and what they may do in it.
mod change;
mod owners;
mod permissions;
pub(crate) mod rights;
mod roles;
mod show;
mod standing;

pub(crate) use change::joined;
use change::{audited, reached};
pub use change::{disable, enable, end_sessions};
pub use permissions::{Extras, set_permissions};
pub use roles::{RoleAssignment, assign, propose, set_roles};
pub use show::{Member, MemberFilter, Members};
pub use standing::{Standing, me, membership, organizations_of, permissions_of};
pub(crate) use standing::{active, open_organization, owns};
