//! Invitations, as those who accept them need them.
use crate::{ReadTx, WriteTx};
use async_trait::async_trait;
use purser_kernel::{Email, OrganizationId, Problem, SecretString, Timestamp, UserId, ids::InvitationId};

/// An invitation that can be accepted.
#[derive(Clone, Debug)]
pub struct OpenInvitation {
    /// Its id.
    pub id: InvitationId,
    /// Whom it was sent to. Whoever holds the token has read that mailbox.
    pub email: Email,
    /// The name of the organization.
    pub organization_name: String,
    /// The name of the role in it.
    pub role_name: String,
    /// Until when it can be accepted.
    pub expires_at: Timestamp,
}

/// Implemented by tenancy.
#[async_trait]
pub trait Invitations: Send + Sync {
    /// The organization that the token names, before anything is looked up. For what was never given out: some that nobody is in.
    fn organization(&self, token: &SecretString) -> OrganizationId;

    /// The invitation of the token. `None`, whatever is wrong with it: it was never given out, is another organization's, was
    /// replaced by a later one, revoked, used, or ran out; or whoever sent it may not give that role any more.
    async fn open(&self, tx: &ReadTx, token: &SecretString) -> Result<Option<OpenInvitation>, Problem>;

    /// As [`open`](Self::open), and nobody else accepts it until this transaction ends.
    async fn hold(&self, tx: &WriteTx, token: &SecretString) -> Result<Option<OpenInvitation>, Problem>;

    /// Makes the person a member, with the role of an invitation that is [held](Self::hold), and uses it up. Their row in `users` must
    /// be there. `already_member` for somebody who is one, also one who was disabled.
    async fn join(&self, tx: &WriteTx, invitation: InvitationId, user: UserId) -> Result<(), Problem>;
}
