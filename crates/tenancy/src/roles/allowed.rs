//! What roles allow: the code says it for system roles, rows for those that people made.
use purser_entity_tenancy::{role, role_permission};
use purser_kernel::{PermissionSet, SystemRole};
use purser_store::prelude::*;

/// A role and what it allows.
#[derive(Clone, Debug)]
pub struct RoleWithPermissions {
    /// The role.
    pub role: role::Model,
    /// What it allows.
    pub permissions: PermissionSet,
}

/// What each of these roles allows, by one query for all of them.
pub(crate) async fn with_permissions(
    tx: &ReadTx,
    roles: Vec<role::Model>,
) -> Result<Vec<RoleWithPermissions>, Problem> {
    let made = if roles.iter().all(|role| system(role).is_some()) {
        Vec::new()
    } else {
        tx.find::<role_permission::Entity>().of_each(&roles).await?
    };
    let mut made = made.into_iter();
    let allowed = |role: role::Model| {
        let rows = made.next().unwrap_or_default();
        // A name that the code no longer knows allows nothing.
        let named = || rows.iter().filter_map(|row| row.permission.parse::<Permission>().ok()).collect();
        let permissions = system(&role).map_or_else(named, SystemRole::permissions);
        RoleWithPermissions { role, permissions }
    };
    Ok(roles.into_iter().map(allowed).collect())
}

/// As [`with_permissions`], of one role.
pub(crate) async fn one(tx: &ReadTx, role: role::Model) -> Result<RoleWithPermissions, Problem> {
    let role = with_permissions(tx, vec![role]).await?.pop();
    role.ok_or_else(|| Problem::internal("a role went in and none came out"))
}

fn system(role: &role::Model) -> Option<SystemRole> {
    role.name.parse().ok().filter(|_| role.is_system)
}
