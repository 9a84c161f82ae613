//! Who belongs to an organization, and what they may do in it.
use purser_entity_tenancy::{
    membership::{self, ExtraPermissions},
    membership_role, organization, role, role_permission,
};
use purser_kernel::{OrganizationId, PermissionSet, SystemRole, UserId};
use purser_store::{
    ports::{MemberOf, Membership},
    prelude::*,
};
use std::collections::HashSet;
use strum::VariantArray;

/// More organizations than anybody belongs to.
const MAX_ORGANIZATIONS: u64 = 200;
/// More roles than anybody has in one organization.
const MAX_ROLES: u64 = 100;

/// The open organizations in which the person of `system` is an active member, the oldest membership first.
pub async fn organizations_of(system: System<'_>) -> Result<Vec<MemberOf>, Problem> {
    let memberships = system.mine::<membership::Entity>(MAX_ORGANIZATIONS).await?;
    let active: Vec<OrganizationId> = memberships
        .into_iter()
        .filter(|membership| membership.status == membership::Status::Active)
        .map(|membership| membership.organization_id)
        .collect();
    if active.is_empty() {
        return Ok(Vec::new());
    }
    let open: HashSet<OrganizationId> = system
        .find::<organization::Entity>()
        .filter(organization::Column::Id.is_in(active.iter().copied()))
        .filter(organization::Column::Status.eq(organization::Status::Active))
        .all(MAX_ORGANIZATIONS)
        .await?
        .into_iter()
        .map(|organization| organization.id)
        .collect();
    let open = active.into_iter().filter(|organization| open.contains(organization));
    Ok(open.map(|organization| MemberOf { organization }).collect())
}

/// What the caller is where they act.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The organization.
    pub organization: organization::Model,
    /// What the caller is in it.
    pub membership: Membership,
}

/// What the caller is in the organization of `tx`. `not_found` for an actor who is no member. Asks for no permission:
/// everybody may see what they may do.
pub async fn me(tx: &ReadTx) -> Result<Standing, Problem> {
    let not_found = || Problem::not_found("membership");
    let user = tx.scope().actor.user().ok_or_else(not_found)?;
    let organization = open_organization(tx).await?.ok_or_else(not_found)?;
    let membership = membership(tx, user).await?.ok_or_else(not_found)?;
    Ok(Standing { organization, membership })
}

/// What the person is in the organization of `tx`. `None` when they are no active member, or the organization is suspended
/// or closed.
pub async fn membership(tx: &ReadTx, user: UserId) -> Result<Option<Membership>, Problem> {
    if open_organization(tx).await?.is_none() {
        return Ok(None);
    }
    let active = membership::Column::UserId.eq(user).and(membership::Column::Status.eq(membership::Status::Active));
    let Some(member) = tx.find::<membership::Entity>().filter(active).one().await? else {
        return Ok(None);
    };
    let roles = roles_of(tx, &member).await?;
    let allowed = allowed(tx, &roles).await?;
    Ok(Some(Membership {
        roles: roles.into_iter().map(|role| role.name).collect(),
        permissions: with_extras(allowed, &member.extra_permissions),
    }))
}

async fn open_organization(tx: &ReadTx) -> Result<Option<organization::Model>, Problem> {
    let open = organization::Column::Id
        .eq(tx.organization())
        .and(organization::Column::Status.eq(organization::Status::Active));
    tx.global::<organization::Entity>().filter(open).one().await
}

/// The roles that hold in the whole organization, the highest first.
async fn roles_of(tx: &ReadTx, member: &membership::Model) -> Result<Vec<role::Model>, Problem> {
    let assigned = tx.find::<membership_role::Entity>().of(member).all(MAX_ROLES).await?;
    if assigned.is_empty() {
        return Ok(Vec::new());
    }
    tx.find::<role::Entity>()
        .filter(role::Column::Id.is_in(assigned.iter().map(|assignment| assignment.role_id)))
        .filter(role::Column::Scope.eq(role::Scope::Organization))
        .order_by(role::Column::Rank, Desc)
        .order_by(role::Column::Name, Asc)
        .all(MAX_ROLES)
        .await
}

/// What the roles allow together: the code says it for system roles, rows for those that people made.
async fn allowed(tx: &ReadTx, roles: &[role::Model]) -> Result<PermissionSet, Problem> {
    let mut allowed = PermissionSet::empty();
    let mut made_by_people = Vec::new();
    for role in roles {
        match role.name.parse::<SystemRole>() {
            Ok(system) if role.is_system => allowed |= system.permissions(),
            _ => made_by_people.push(role.id),
        }
    }
    if made_by_people.is_empty() {
        return Ok(allowed);
    }
    let most = u64::try_from(Permission::VARIANTS.len()).unwrap_or(u64::MAX).saturating_mul(MAX_ROLES);
    let rows = tx
        .find::<role_permission::Entity>()
        .filter(role_permission::Column::RoleId.is_in(made_by_people))
        .all(most)
        .await?;
    Ok(allowed | named(rows.iter().map(|row| row.permission.as_str())))
}

/// A denial is stronger than any grant.
fn with_extras(allowed: PermissionSet, extras: &ExtraPermissions) -> PermissionSet {
    let set = |names: &[String]| named(names.iter().map(String::as_str));
    (allowed | set(&extras.grants)) - set(&extras.denials)
}

/// The permissions with these names. A name that the code no longer knows allows nothing.
fn named<'a>(names: impl Iterator<Item = &'a str>) -> PermissionSet {
    names.filter_map(|name| name.parse::<Permission>().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn denials_are_stronger_than_grants_and_roles() {
        let extras = ExtraPermissions {
            grants: vec!["audit.read".into(), "orders.confirm".into(), "no.longer.known".into()],
            denials: vec!["orders.confirm".into(), "orders.read".into()],
        };
        let allowed = with_extras(Permission::OrdersRead | Permission::ProductsRead, &extras);
        assert_eq!(allowed, Permission::ProductsRead | Permission::AuditRead);
    }
}
