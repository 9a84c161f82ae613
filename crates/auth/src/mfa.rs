//! The second factor: codes of an app (RFC 6238), and recovery codes for who has lost it.
//!
//! Signing in then takes two steps: the right password brings a challenge, which is good for five minutes and for nothing but the
//! second step. A code is taken once; after wrong ones the same growing pause follows as after wrong passwords.
mod challenge;
mod enrol;
mod factor;
mod proof;
mod recovery;
mod totp;
mod verify;

pub use challenge::Challenge;
pub(crate) use factor::{for_update, is_enrolled, remove_all, try_code};

pub use enrol::{Enrolment, MfaStatus};
pub use proof::{Proof, Vouched};
pub use verify::SecondStep;
