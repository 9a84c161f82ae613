//! Those who administer the installation: platform administrators.
//!
//! They are people with an account, made administrators by a command of the operator's and never over HTTP. They sign in by a path of
//! their own, always with two factors, for an hour that cannot be renewed. Their tokens open no tenant's door, and no tenant's token
//! opens theirs. What they do is written down in the platform's trail.
//!
//! A [`PlatformScope`](purser_kernel::PlatformScope) is the right to all of it: it comes from a token that was found good, or from
//! a command.
mod admins;
mod caller;
mod impersonate;
mod people;
mod sessions;
mod sign_in;

pub use admins::Granted;
pub use caller::PlatformCaller;
pub use impersonate::{Acting, Impersonate, event_types};
pub use people::{PersonFilter, get as person, list as people};
pub use sessions::PlatformSession;
pub use sign_in::{PlatformLogIn, PlatformSecondStep, PlatformSignedIn};

pub(crate) use impersonate::note_ends;

use chrono::TimeDelta;

/// How long an administrator's session lasts.
const SESSION: TimeDelta = TimeDelta::hours(1);
/// The longest that any token of theirs is valid: for so long a key verifies after it has signed the last one.
pub(crate) const LONGEST_TOKEN: TimeDelta = SESSION;
/// The longest reason that is kept.
const MAX_REASON: usize = 500;
