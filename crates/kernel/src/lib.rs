//! Values of Purser with no database in them.
//!
//! Every other crate speaks in these: typed [`ids`], the [`Clock`], exact [`Money`], keyset [`Page`]s, [`Problem`]s
//! as RFC 9457 has them, [`Permission`]s and the [`Scope`] that carries them. Nothing here does I/O, except that
//! the clock and [`random`] are the one seam to the machine's time and entropy.

pub mod canonical;
mod client;
pub mod clock;
mod currency;
pub mod email;
mod expected;
pub mod formula;
pub mod hex;
pub mod ids;
pub mod json;
mod kept;
mod links;
mod moment;
pub mod money;
#[cfg(feature = "utoipa")]
mod openapi;
pub mod page;
mod patch;
pub mod permission;
pub mod ports;
pub mod problem;
pub mod random;
pub mod scope;
pub mod text;

pub use client::Client;
pub use clock::Clock;
pub use currency::Currency;
pub use email::Email;
pub use expected::Expected;
pub use ids::{Id, OrganizationId, UserId};
pub use kept::Kept;
pub use links::Links;
pub use moment::Moment;
pub use money::{Cost, Money, MoneyError, Percent, Quantity, UnitPrice};
pub use page::{Cursor, Page, PageRequest};
pub use patch::Patch;
pub use permission::{Permission, PermissionSet, SystemRole};
pub use problem::{CommonProblem, FieldError, Problem, ProblemKind, ProblemType};
pub use scope::{Actor, PlatformScope, Scope};
pub use secrecy::{ExposeSecret, SecretString};

/// An instant in UTC. The [`Clock`] gives them in whole microseconds, which is what both databases keep.
pub type Timestamp = chrono::DateTime<chrono::Utc>;
