//! Which roles a member has.
use super::{audited, owners, reached, rights};
use crate::authority::Authority;
use purser_entity_tenancy::{membership, membership_role, role};
use purser_kernel::{
    Expected, UserId,
    ids::{MembershipId, RoleId},
};
use purser_store::prelude::*;
use serde::Serialize;
use serde_json::json;
use std::collections::BTreeSet;
use uuid::Uuid;

/// More roles than anybody needs at once.
const MAX_ROLES: usize = 20;

/// The roles that a member has and those that somebody wants them to have.
#[derive(Clone, Debug)]
pub struct RoleAssignment {
    /// The member.
    pub membership: membership::Model,
    /// What they have, the highest first.
    pub from: Vec<role::Model>,
    /// What they are to have, the highest first.
    pub to: Vec<role::Model>,
}

/// A member has other roles.
#[derive(Serialize)]
struct MemberRolesChanged {
    id: MembershipId,
    user_id: UserId,
    role_ids: Vec<RoleId>,
}

impl DomainEvent for MemberRolesChanged {
    const TYPE: &'static str = "member.roles_changed";
    const RESOURCE: &'static str = "member";

    fn resource_id(&self) -> Uuid {
        self.id.as_uuid()
    }
}

/// Gives a member these roles and no others.
///
/// `unknown_reference` for a role that is not the organization's; `permission_not_held` and `rank_too_high` for a role that is
/// not the caller's to give, and for a member who stands above them; `last_owner` when nobody would be left who owns the organization.
pub async fn set_roles(
    tx: &WriteTx,
    id: MembershipId,
    expected: impl Into<Expected>,
    role_ids: &[RoleId],
) -> Result<membership::Model, Problem> {
    let assignment = propose(tx, id, expected, role_ids).await?;
    assign(tx, assignment).await
}

/// What [`set_roles`] would do, after everything that it asks for was looked at. To be [assigned](assign) in the same transaction,
/// or proposed again in that of whoever decides about it.
pub async fn propose(
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
    for given in to.iter().filter(|role| before.roles.iter().all(|had| had.id != role.role.id)) {
        authority.reaches(given.role.rank)?;
        authority.holds(given.permissions)?;
    }
    let to = to.into_iter().map(|role| role.role).collect();
    Ok(RoleAssignment { membership, from: before.roles, to })
}

/// Gives a member the roles that were [proposed](propose).
pub async fn assign(tx: &WriteTx, assignment: RoleAssignment) -> Result<membership::Model, Problem> {
    let RoleAssignment { membership, from, to } = assignment;
    let ids = |roles: &[role::Model]| roles.iter().map(|role| role.id).collect::<BTreeSet<_>>();
    let (had, has) = (ids(&from), ids(&to));
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
    let membership = tx.update(membership, |_| {}).await?;
    owners::remain(tx, &from).await?;
    let names = |roles: &[role::Model]| roles.iter().map(|role| role.name.clone()).collect::<Vec<_>>();
    let (before, after) = (json!({ "roles": names(&from) }), json!({ "roles": names(&to) }));
    tx.audit(audited("member.set_roles", &membership).before(&before).after(&after)).await?;
    let role_ids = has.into_iter().collect();
    tx.emit(&MemberRolesChanged { id: membership.id, user_id: membership.user_id, role_ids }).await?;
    Ok(membership)
}
