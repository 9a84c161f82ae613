//! Who belongs to an organization, and what they may do in it.
mod change;
mod owners;
mod permissions;
pub(crate) mod rights;
mod roles;
mod show;
mod standing;

use change::{audited, reached};
pub use change::{disable, enable, end_sessions, remove};
pub use permissions::{Extras, set_permissions};
pub use roles::{RoleAssignment, assign, propose, set_roles};
pub use show::{Member, MemberFilter, Members};
pub(crate) use standing::active;
pub use standing::{Standing, me, membership, organizations_of};
