//! The kinds of tokens.
mod access;
mod key;
mod one_time;
mod platform;
mod refresh;

use purser_kernel::{OrganizationId, UserId, ids::SessionId};

pub(crate) use access::{AccessTokens, Signed};
pub(crate) use key::{Signer, Verifiers, new_key};
pub(crate) use one_time::{OneTimeToken, OneTimeTokens, Subject};
pub(crate) use platform::PlatformTokens;
pub(crate) use refresh::{RefreshToken, Successors};

/// Whom a token speaks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Holder {
    pub(crate) organization: OrganizationId,
    pub(crate) user: UserId,
    pub(crate) session: SessionId,
}
