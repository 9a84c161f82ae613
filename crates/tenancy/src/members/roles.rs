//! Which roles a member has.
use super::{
    audited, change, owners, reached,
    rights::{self, Rights},
};
use crate::{authority::Authority, role_changes::Change, roles::RoleWithPermissions};
use purser_entity_tenancy::{membership, membership_role, role};
use purser_kernel::{
    Expected, UserId,
    ids::{MembershipId, RoleId},
};
use purser_store::prelude::*;
use serde::Serialize;
use serde_json::json;
use std::collections::BTreeSet;
use utoipa::ToSchema;
use uuid::Uuid;

/// More roles than anybody needs at once.
const MAX_ROLES: usize = 20;

/// The roles that a member has and those that somebody wants them to have.
pub(crate) struct RoleAssignment {
    /// The member.
    pub(crate) membership: membership::Model,
    /// What they have.
    pub(crate) before: Rights,
    /// What they are to have, the highest first.
    pub(crate) to: Vec<RoleWithPermissions>,
}

impl RoleAssignment {
    /// What the member would have.
    pub(crate) fn after(&self) -> Rights {
        rights::with(&self.membership, &self.to)
    }

    /// `rank_too_high` and `permission_not_held` for what is not theirs to give, who have this authority.
    pub(crate) fn allowed(&self, authority: &Authority) -> Result<(), Problem> {
        authority.reaches(self.before.rank())?;
        for given in self.to.iter().filter(|role| self.before.roles.iter().all(|had| had.id != role.role.id)) {
            authority.reaches(given.role.rank)?;
            authority.holds(given.permissions)?;
        }
        Ok(())
    }

    /// As a request keeps it.
    pub(crate) fn change(&self) -> Change {
        Change::MemberRoles {
            from: self.before.roles.iter().map(|role| role.id).collect(),
            to: self.to.iter().map(|role| role.role.id).collect(),
        }
    }
}

/// A member has other roles.
#[derive(Serialize, ToSchema)]
pub(crate) struct MemberRolesChanged {
    id: MembershipId,
    user_id: UserId,
    role_ids: Vec<RoleId>,
}

impl DomainEvent for MemberRolesChanged {
    const TYPE: &'static str = "member.roles_changed";
    const RESOURCE: &'static str = "member";
    const READERS: Readers = Readers::Holding(Permission::MembersRead);

    fn resource_id(&self) -> Uuid {
        self.id.as_uuid()
    }

    fn example() -> Self {
        Self { id: example_id(), user_id: example_id(), role_ids: vec![example_id()] }
    }
}

/// What would become of a member's roles, after everything that it asks for was looked at. To be [assigned](assign) in the same
/// transaction, or looked at again in that of whoever decides about it.
///
/// `unknown_reference` for a role that is not the organization's; `permission_not_held` and `rank_too_high` for a role that is
/// not the caller's to give, and for a member who stands above them.
pub(super) async fn propose(
    tx: &WriteTx,
    id: MembershipId,
    expected: impl Into<Expected>,
    role_ids: &[RoleId],
) -> Result<RoleAssignment, Problem> {
    tx.scope().require(Permission::MembersManage)?;
    let authority = Authority::take(tx).await?;
    let (membership, before) = reached(tx, &authority, id).await?;
    tx.expect_version(&membership, expected)?;
    if role_ids.len() > MAX_ROLES {
        return Err(Problem::invalid("/role_ids", "too_many", format!("must have at most {MAX_ROLES} entries")));
    }
    let to = rights::load(tx, &role_ids.iter().copied().collect()).await?;
    if let Some(position) = role_ids.iter().position(|id| to.iter().all(|role| role.role.id != *id)) {
        return Err(Problem::unknown_reference(format!("/role_ids/{position}"), "role"));
    }
    let assignment = RoleAssignment { membership, before, to };
    assignment.allowed(&authority)?;
    Ok(assignment)
}

/// Gives a member the roles that were proposed. `last_owner` when nobody would be left who owns the organization.
pub(crate) async fn assign(tx: &WriteTx, assignment: RoleAssignment) -> Result<membership::Model, Problem> {
    let after = assignment.after();
    let RoleAssignment { membership, before, to } = assignment;
    let had: BTreeSet<RoleId> = before.roles.iter().map(|role| role.id).collect();
    let has: BTreeSet<RoleId> = to.iter().map(|role| role.role.id).collect();
    if had == has {
        return Ok(membership);
    }
    let taken = membership_role::Column::MembershipId
        .eq(membership.id)
        .and(membership_role::Column::RoleId.is_in(had.difference(&has).copied()));
    tx.remove::<membership_role::Entity>(taken).await?;
    let given = has.difference(&had).map(|role| membership_role::ActiveModel {
        membership_id: Set(membership.id),
        role_id: Set(*role),
        created_by: Set(tx.scope().actor.user()),
        ..Default::default()
    });
    tx.insert_many(given).await?;
    let membership = change::update(tx, membership, &before, after.permissions, |_| {}).await?;
    owners::remain(tx, &before.roles).await?;
    let names = |roles: &[role::Model]| roles.iter().map(|role| role.name.clone()).collect::<Vec<_>>();
    let (from, to) = (json!({ "roles": names(&before.roles) }), json!({ "roles": names(&after.roles) }));
    tx.audit(audited("member.set_roles", &membership).before(&from).after(&to)).await?;
    let role_ids = has.into_iter().collect();
    tx.emit(&MemberRolesChanged { id: membership.id, user_id: membership.user_id, role_ids }).await?;
    Ok(membership)
}
