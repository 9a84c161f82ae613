//! Members, as those who may read them see them.
use super::{
    Extras,
    change::{self, present},
    permissions, rights, roles,
};
use crate::{
    invitations,
    role_changes::{self, Change, Changed, RoleChanges, Wish, promotes},
};
use purser_entity_tenancy::{
    membership::{self, Column, Status},
    membership_role, role,
};
use purser_kernel::{
    Expected, PermissionSet, UserId,
    ids::{MembershipId, RoleId},
};
use purser_store::{
    ports::{People, PersonBrief},
    prelude::*,
};
use std::sync::Arc;

/// A member and who that is.
#[derive(Clone, Debug)]
pub struct Member {
    /// What binds the person to the organization.
    pub membership: membership::Model,
    /// Who it is; `None` for a person whose account was deleted.
    pub person: Option<PersonBrief>,
    /// The roles, the highest first.
    pub roles: Vec<role::Model>,
    /// What was granted and denied beyond the roles.
    pub extras: Extras,
    /// What the member may do, all in all.
    pub permissions: PermissionSet,
}

/// Which members are asked for.
#[derive(Clone, Debug, Default)]
pub struct MemberFilter {
    /// Only those with this status.
    pub status: Option<Status>,
    /// Only those who have this role.
    pub role_id: Option<RoleId>,
}

/// Shows members by name. Names and addresses belong to the people themselves, and come through a port.
#[derive(Clone)]
pub struct Members {
    /// Who people are.
    pub people: Arc<dyn People>,
    /// Who is asked before somebody is promoted.
    pub role_changes: RoleChanges,
}

impl Members {
    /// The members, the newest first.
    pub async fn list(&self, tx: &ReadTx, filter: MemberFilter, page: &PageRequest) -> Result<Page<Member>, Problem> {
        tx.scope().require(Permission::MembersRead)?;
        let mut members = tx
            .find::<membership::Entity>()
            .filter(Column::Status.ne(Status::Removed))
            .filter_if(filter.status.map(|status| Column::Status.eq(status)));
        if let Some(role) = filter.role_id {
            members = members.having::<membership_role::Entity>(membership_role::Column::RoleId.eq(role));
        }
        let page = members.page(page).await?;
        Ok(Page { data: self.shown(tx, page.data).await?, next: page.next })
    }

    /// One member.
    pub async fn get(&self, tx: &ReadTx, id: MembershipId) -> Result<Member, Problem> {
        tx.scope().require(Permission::MembersRead)?;
        self.one(tx, present(tx, id).await?).await
    }

    /// Gives a member these roles and no others; a promotion waits for a second person, where the organization wants that.
    ///
    /// `unknown_reference` for a role that is not the organization's; `permission_not_held` and `rank_too_high` for a role that is
    /// not the caller's to give, and for a member who stands above them; `last_owner` when nobody would be left who owns the
    /// organization.
    pub async fn set_roles(
        &self,
        tx: &WriteTx,
        id: MembershipId,
        expected: impl Into<Expected>,
        role_ids: &[RoleId],
        reason: Option<&str>,
    ) -> Result<Changed<Member>, Problem> {
        let reason = role_changes::checked(reason)?;
        let assignment = roles::propose(tx, id, expected, role_ids).await?;
        if promotes(&assignment.before, &assignment.after()) {
            let (member, change) = (Some(&assignment.membership), assignment.change());
            let wish = Wish { member, change, reason, requested_by: tx.scope().actor.user() };
            if let Some(request) = self.role_changes.ask(tx, wish).await? {
                return Ok(Changed::Waits(Box::new(request)));
            }
        }
        self.one(tx, roles::assign(tx, assignment).await?).await.map(Changed::Done)
    }

    /// Grants and denies a member these permissions beyond their roles, and no others; a promotion waits likewise.
    ///
    /// `permission_not_held` for a new grant of, or the end of a denial of, what the caller does not hold; `rank_too_high` for a
    /// member who stands above them; `own_membership` for themselves.
    pub async fn set_permissions(
        &self,
        tx: &WriteTx,
        id: MembershipId,
        expected: impl Into<Expected>,
        extras: Extras,
        reason: Option<&str>,
    ) -> Result<Changed<Member>, Problem> {
        let reason = role_changes::checked(reason)?;
        let (membership, before) = permissions::propose(tx, id, expected, extras).await?;
        if promotes(&before, &permissions::after(tx, &membership, extras).await?) {
            let change = Change::MemberPermissions { from: membership.extra_permissions.clone(), to: extras.into() };
            let wish = Wish { member: Some(&membership), change, reason, requested_by: tx.scope().actor.user() };
            if let Some(request) = self.role_changes.ask(tx, wish).await? {
                return Ok(Changed::Waits(Box::new(request)));
            }
        }
        self.one(tx, permissions::put(tx, membership, &before, extras).await?).await.map(Changed::Done)
    }

    /// As [`change::disable`], and shows the member.
    pub async fn disable(&self, tx: &WriteTx, id: MembershipId) -> Result<Member, Problem> {
        self.one(tx, change::disable(tx, id).await?).await
    }

    /// As [`change::enable`], and shows the member.
    pub async fn enable(&self, tx: &WriteTx, id: MembershipId) -> Result<Member, Problem> {
        self.one(tx, change::enable(tx, id).await?).await
    }

    /// As [`change::end_sessions`], and shows the member.
    pub async fn end_sessions(&self, tx: &WriteTx, id: MembershipId) -> Result<Member, Problem> {
        self.one(tx, change::end_sessions(tx, id).await?).await
    }

    /// Takes a member out of the organization, of which they have the version `expected`: roles, grants, sessions, API keys, access
    /// to engagements, delegations and the invitations that they have sent are gone, also if they are invited again; the place is free. What they have done stays theirs. Whoever may
    /// remove members may remove themselves.
    ///
    /// `rank_too_high` for a member who stands above the caller, `last_owner` when nobody would be left who owns the organization.
    pub async fn remove(&self, tx: &WriteTx, id: MembershipId, expected: impl Into<Expected>) -> Result<(), Problem> {
        let person = change::remove(tx, id, expected).await?;
        invitations::end_of(tx, person).await?;
        self.role_changes.approvals.end_delegations(tx, person).await?;
        self.people.end_keys(tx, person).await
    }

    async fn one(&self, tx: &ReadTx, membership: membership::Model) -> Result<Member, Problem> {
        let member = self.shown(tx, vec![membership]).await?.pop();
        member.ok_or_else(|| Problem::internal("a member went in and none came out"))
    }

    /// By as many queries as for one.
    async fn shown(&self, tx: &ReadTx, memberships: Vec<membership::Model>) -> Result<Vec<Member>, Problem> {
        let ids: Vec<UserId> = memberships.iter().map(|membership| membership.user_id).collect();
        let mut people = self.people.briefs(tx, &ids).await?;
        let rights = rights::of_each(tx, &memberships).await?;
        let member = |(membership, rights): (membership::Model, rights::Rights)| Member {
            person: people.remove(&membership.user_id),
            extras: Extras::of(&membership),
            roles: rights.roles,
            permissions: rights.permissions,
            membership,
        };
        Ok(memberships.into_iter().zip(rights).map(member).collect())
    }
}
