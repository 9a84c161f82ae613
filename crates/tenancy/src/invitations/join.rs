//! Accepting an invitation.
use super::{Invitations, Status, audited, membership_of, role_of};
use crate::{
    TenancyProblem,
    authority::{self, Authority},
    members::{self, rights},
    role_changes::{Change, Wish, promotes},
    roles::RoleWithPermissions,
};
use async_trait::async_trait;
use purser_entity_tenancy::{
    invitation::{self, Entity},
    membership::{self, ExtraPermissions, Status as MemberStatus},
    membership_role,
};
use purser_kernel::{
    Email, OrganizationId, SecretString, UserId,
    ids::{InvitationId, MembershipId},
};
use purser_store::{
    MailToken,
    ports::{self, OpenInvitation},
    prelude::*,
};

#[async_trait]
impl ports::Invitations for Invitations {
    fn organization(&self, token: &SecretString) -> OrganizationId {
        MailToken::read(token).organization()
    }

    async fn open(&self, tx: &ReadTx, token: &SecretString) -> Result<Option<OpenInvitation>, Problem> {
        let token = MailToken::read(token);
        // Up to here the same is done for every token that is not good.
        let Some(row) = tx.find_by_id::<Entity>(InvitationId::from_uuid(token.row())).await? else {
            return Ok(None);
        };
        if row.token_hash != token.hash() || Status::of(&row, tx.now()) != Status::Pending {
            return Ok(None);
        }
        let (Some(role), Some(organization)) = (role_of(tx, &row).await?, members::open_organization(tx).await?) else {
            return Ok(None);
        };
        // Whoever sent it may have lost what they had then. The platform, which sends it to the first owner, has not.
        if let Some(host) = row.invited_by {
            let host = Authority::of(tx, host).await?;
            if !host.is_some_and(|host| host.reaches(role.role.rank).is_ok() && host.holds(role.permissions).is_ok()) {
                return Ok(None);
            }
        }
        Ok(Some(OpenInvitation {
            id: row.id,
            email: Email::parse("/email", &row.email)?,
            organization_name: organization.name,
            role_name: role.role.name,
            expires_at: row.expires_at,
        }))
    }

    async fn hold(&self, tx: &WriteTx, token: &SecretString) -> Result<Option<OpenInvitation>, Problem> {
        authority::lock(tx).await?;
        self.open(tx, token).await
    }

    async fn join(&self, tx: &WriteTx, invitation: InvitationId, user: UserId) -> Result<(), Problem> {
        let row = tx.get::<Entity>(invitation).await?;
        let role = role_of(tx, &row).await?;
        let role = role.ok_or_else(|| Problem::internal("an invitation that can be accepted has a role"))?;
        let member = self.enter(tx, user, row.invited_by).await?;
        // Whom the platform invites is the first owner: there is nobody else who could agree.
        let waits = match row.invited_by {
            Some(inviter) => self.waits(tx, &member, &role, inviter).await?,
            None => false,
        };
        if !waits {
            let assignment = membership_role::ActiveModel {
                membership_id: Set(member.id),
                role_id: Set(role.role.id),
                created_by: Set(row.invited_by),
                ..Default::default()
            };
            tx.insert_many([assignment]).await?;
        }
        let now = tx.now();
        tx.update(row, |row: &mut invitation::ActiveModel| {
            row.accepted_at = Set(Some(now));
            row.accepted_by = Set(Some(user));
        })
        .await?;
        tx.audit(audited("invitation.accept", invitation)).await?;
        members::joined(tx, &member).await
    }
}

impl Invitations {
    /// Whether the role waits for a second person, whom whoever invited them asks by that. They are a member without it until then.
    async fn waits(
        &self,
        tx: &WriteTx,
        member: &membership::Model,
        role: &RoleWithPermissions,
        invited_by: UserId,
    ) -> Result<bool, Problem> {
        let nothing = rights::with(member, []);
        if !promotes(&nothing, &rights::with(member, [role])) {
            return Ok(false);
        }
        let change = Change::MemberRoles { from: Vec::new(), to: vec![role.role.id] };
        let wish = Wish { member: Some(member), change, reason: None, requested_by: Some(invited_by) };
        Ok(self.role_changes.ask(tx, wish).await?.is_some())
    }

    /// The person's membership, made or revived. Sessions that they had before they were removed stay over.
    async fn enter(
        &self,
        tx: &WriteTx,
        user: UserId,
        invited_by: Option<UserId>,
    ) -> Result<membership::Model, Problem> {
        let Some(member) = membership_of(tx, user).await? else {
            let row = membership::ActiveModel {
                id: Set(MembershipId::generate()),
                user_id: Set(user),
                status: Set(MemberStatus::Active),
                onboarding_completed: Set(false),
                extra_permissions: Set(ExtraPermissions::default()),
                last_active_at: Set(None),
                sessions_valid_from: Set(None),
                created_by: Set(invited_by),
                ..Default::default()
            };
            return tx.insert(row).await;
        };
        if matches!(member.status, MemberStatus::Active | MemberStatus::Disabled) {
            return Err(Problem::of(TenancyProblem::AlreadyMember));
        }
        // What somebody delegated to them who had not seen yet that they were gone.
        self.role_changes.approvals.end_delegations(tx, user).await?;
        let from = member.sessions_valid_from.max(Some(tx.now()));
        tx.update(member, |row| {
            row.status = Set(MemberStatus::Active);
            row.sessions_valid_from = Set(from);
        })
        .await
    }
}
