//! What an invitation's mail carries.
use purser_entity_tenancy::invitation;
use purser_kernel::{Problem, ids::InvitationId};
use purser_store::{MailToken, MailTokens, MasterKey, WriteTx};

/// Makes the tokens of invitations.
#[derive(Clone)]
pub(super) struct Tokens(MailTokens);

impl Tokens {
    pub(super) fn new(master: &MasterKey) -> Result<Self, Problem> {
        Ok(Self(MailTokens::new(master, "tenancy/derive-invitation-tokens")?))
    }

    /// The token that is made `number`th for an invitation of the organization of `tx`.
    pub(super) async fn of(&self, tx: &WriteTx, invitation: InvitationId, number: i32) -> Result<MailToken, Problem> {
        let bound: [&[u8]; 1] = [&number.to_be_bytes()];
        self.0.make(tx.system(), tx.organization(), invitation.as_uuid(), &bound).await
    }

    /// The one token that is good for this invitation, whichever master key has made it.
    pub(super) fn latest(&self, row: &invitation::Model) -> Result<MailToken, Problem> {
        let bound: [&[u8]; 1] = [&row.number.to_be_bytes()];
        let kept = self.0.kept(row.organization_id, row.id.as_uuid(), &bound, &row.token_hash)?;
        kept.ok_or_else(|| {
            Problem::internal("the master key that has made the invitation's token is gone: it has to be sent again")
        })
    }
}
