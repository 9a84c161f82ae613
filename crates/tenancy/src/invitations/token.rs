//! What an invitation's mail carries.
use purser_entity_tenancy::invitation;
use purser_kernel::{OrganizationId, Problem, ids::InvitationId};
use purser_store::{MailToken, MailTokens, MasterKey};

/// Makes the tokens of invitations.
#[derive(Clone)]
pub(super) struct Tokens(MailTokens);

impl Tokens {
    pub(super) fn new(master: &MasterKey) -> Result<Self, Problem> {
        Ok(Self(MailTokens::new(master, "tenancy/derive-invitation-tokens")?))
    }

    /// The token that was made `number`th for an invitation.
    pub(super) fn of(
        &self,
        organization: OrganizationId,
        invitation: InvitationId,
        number: i32,
    ) -> Result<MailToken, Problem> {
        self.0.of(organization, invitation.as_uuid(), &[&number.to_be_bytes()])
    }

    /// The one token that is good for this invitation.
    pub(super) fn latest(&self, row: &invitation::Model) -> Result<MailToken, Problem> {
        self.of(row.organization_id, row.id, row.number)
    }
}
