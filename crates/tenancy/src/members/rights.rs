//! What members may do: what their roles allow together, with what was granted and denied beyond.
use crate::roles::{self, RoleWithPermissions};
use purser_entity_tenancy::{
    membership::{self, ExtraPermissions},
    membership_role, role,
};
use purser_kernel::{PermissionSet, ids::RoleId};
use purser_store::prelude::*;
use std::collections::{BTreeSet, HashSet};

/// What a member has.
#[derive(Clone, Debug)]
pub(crate) struct Rights {
    /// The roles that hold in the whole organization, the highest first.
    pub(crate) roles: Vec<role::Model>,
    /// What the member may do.
    pub(crate) permissions: PermissionSet,
}

impl Rights {
    /// How high the member stands: by the highest role, without one at the bottom.
    pub(crate) fn rank(&self) -> i32 {
        self.roles.iter().map(|role| role.rank).max().unwrap_or(0)
    }
}

/// A member's.
pub(crate) async fn of(tx: &ReadTx, member: &membership::Model) -> Result<Rights, Problem> {
    let rights = of_each(tx, std::slice::from_ref(member)).await?.pop();
    rights.ok_or_else(|| Problem::internal("a member went in and none came out"))
}

/// Those of each member, in their order, by as many queries as for one.
pub(crate) async fn of_each(tx: &ReadTx, members: &[membership::Model]) -> Result<Vec<Rights>, Problem> {
    let assigned = tx.find::<membership_role::Entity>().of_each(members).await?;
    let ids: BTreeSet<RoleId> = assigned.iter().flatten().map(|assignment| assignment.role_id).collect();
    let all = load(tx, &ids).await?;
    let rights = |(member, assigned): (&membership::Model, Vec<membership_role::Model>)| {
        let ids: HashSet<RoleId> = assigned.into_iter().map(|assignment| assignment.role_id).collect();
        with(member, all.iter().filter(|role| ids.contains(&role.role.id)))
    };
    Ok(members.iter().zip(assigned).map(rights).collect())
}

/// Those of a member with these roles, the highest first.
pub(crate) fn with<'r>(member: &membership::Model, roles: impl IntoIterator<Item = &'r RoleWithPermissions>) -> Rights {
    let (mut own, mut allowed) = (Vec::new(), PermissionSet::empty());
    for RoleWithPermissions { role, permissions } in roles {
        own.push(role.clone());
        allowed |= *permissions;
    }
    Rights { roles: own, permissions: with_extras(allowed, &member.extra_permissions) }
}

/// The roles with these ids that hold in the whole organization, the highest first.
pub(crate) async fn load(tx: &ReadTx, ids: &BTreeSet<RoleId>) -> Result<Vec<RoleWithPermissions>, Problem> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let found = tx
        .find::<role::Entity>()
        .filter(role::Column::Id.is_in(ids.iter().copied()))
        .filter(roles::everywhere())
        .order_by(role::Column::Rank, Desc)
        .order_by(role::Column::Name, Asc)
        .all(u64::try_from(ids.len()).unwrap_or(u64::MAX))
        .await?;
    roles::with_permissions(tx, found).await
}

/// A denial is stronger than any grant.
fn with_extras(allowed: PermissionSet, extras: &ExtraPermissions) -> PermissionSet {
    (allowed | named(&extras.grants)) - named(&extras.denials)
}

/// The permissions with these names. A name that the code no longer knows allows nothing.
pub(crate) fn named(names: &[String]) -> PermissionSet {
    names.iter().filter_map(|name| name.parse::<Permission>().ok()).collect()
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
