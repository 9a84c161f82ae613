//! Members whom a directory brings, and roles that follow its groups.
use crate::{
    authority::{self, Authority},
    limits::{self, Limit},
    members::{self, rights::Rights},
    roles::{self, RoleWithPermissions},
};
use purser_entity_tenancy::{
    membership::{self, ExtraPermissions},
    membership_role, role,
};
use purser_kernel::{
    PermissionSet, SystemRole, UserId,
    ids::{MembershipId, RoleId},
};
use purser_store::{AuditCategory, ports::RoleBrief, prelude::*};
use serde_json::json;
use std::collections::BTreeSet;

/// More roles than an organization maps groups to.
const MAX_ROLES: u64 = 200;

/// Makes the person an active member without a role. Their row in `users` must be there. `limit_reached` when the organization
/// has no room.
pub(crate) async fn admit(tx: &WriteTx, user: UserId) -> Result<(), Problem> {
    // Before the limit, as everywhere: two who take both wait for each other in one order.
    authority::lock(tx).await?;
    limits::take(tx, Limit::Users).await?;
    let id = MembershipId::generate();
    let row = membership::ActiveModel {
        id: Set(id),
        user_id: Set(user),
        status: Set(membership::Status::Active),
        onboarding_completed: Set(false),
        extra_permissions: Set(ExtraPermissions::default()),
        last_active_at: Set(None),
        created_by: Set(None),
        ..Default::default()
    };
    tx.insert_many([row]).await?;
    let entry = AuditEntry::new("member.admit", "member", id).category(AuditCategory::Security);
    tx.audit(entry.after(&json!({ "user_id": user }))).await
}

/// What becomes different about a member's roles.
struct Change {
    given: Vec<RoleId>,
    taken: Vec<RoleId>,
}

impl Change {
    fn of(rights: &Rights, mapped: &[RoleId], given: &[RoleId]) -> Self {
        let had: BTreeSet<RoleId> = rights.roles.iter().map(|role| role.id).collect();
        let (mapped, given): (BTreeSet<_>, BTreeSet<_>) =
            (mapped.iter().copied().collect(), given.iter().copied().collect());
        Self {
            given: mapped.intersection(&given).filter(|role| !had.contains(role)).copied().collect(),
            taken: mapped.difference(&given).filter(|role| had.contains(role)).copied().collect(),
        }
    }

    fn is_empty(&self) -> bool {
        self.given.is_empty() && self.taken.is_empty()
    }
}

/// Gives the member those of the roles in `mapped` that are in `given`, and takes the others of `mapped` from them.
pub(crate) async fn follow(tx: &WriteTx, user: UserId, mapped: &[RoleId], given: &[RoleId]) -> Result<(), Problem> {
    let Some(member) = members::active(tx, user).await? else {
        return Ok(());
    };
    // Nearly always nothing has changed, and then nobody is to wait.
    if Change::of(&members::rights::of(tx, &member).await?, mapped, given).is_empty() {
        return Ok(());
    }
    authority::lock(tx).await?;
    let rights = members::rights::of(tx, &member).await?;
    let Change { given, mut taken } = Change::of(&rights, mapped, given);
    if let Some(owner) = rights.roles.iter().find(|role| is_owner(role) && taken.contains(&role.id))
        && is_last_owner(tx, &member, owner.id).await?
    {
        taken.retain(|role| *role != owner.id);
    }
    let lost = membership_role::Column::MembershipId
        .eq(member.id)
        .and(membership_role::Column::RoleId.is_in(taken.iter().copied()));
    tx.remove(lost).await?;
    let rows = given.iter().map(|role| membership_role::ActiveModel {
        membership_id: Set(member.id),
        role_id: Set(*role),
        created_by: Set(None),
        ..Default::default()
    });
    tx.insert_many_if_absent(rows).await?;
    let entry = AuditEntry::new("member.follow_groups", "member", member.id).category(AuditCategory::Security);
    tx.audit(entry.after(&json!({ "roles_given": given, "roles_taken": taken }))).await
}

fn is_owner(role: &role::Model) -> bool {
    role.is_system && role.name == SystemRole::Owner.as_str()
}

async fn is_last_owner(tx: &ReadTx, member: &membership::Model, owner: RoleId) -> Result<bool, Problem> {
    let others = tx
        .find::<membership::Entity>()
        .filter(membership::Column::Status.eq(membership::Status::Active))
        .filter(membership::Column::Id.ne(member.id))
        .having::<membership_role::Entity>(membership_role::Column::RoleId.eq(owner));
    Ok(!others.exists().await?)
}

/// Those of these roles that there are and that hold in the whole organization.
pub(crate) async fn roles(tx: &ReadTx, ids: &[RoleId]) -> Result<Vec<RoleBrief>, Problem> {
    let rows = load(tx, ids).await?;
    Ok(rows.into_iter().map(|RoleWithPermissions { role, .. }| RoleBrief { id: role.id, name: role.name }).collect())
}

/// `rank_too_high` or `permission_not_held` unless the caller stands as high as these roles and holds all that they allow.
pub(crate) async fn may_give(tx: &WriteTx, ids: &[RoleId]) -> Result<(), Problem> {
    if ids.is_empty() {
        return Ok(());
    }
    let authority = Authority::take(tx).await?;
    let roles = load(tx, ids).await?;
    authority.reaches(roles.iter().map(|role| role.role.rank).max().unwrap_or(0))?;
    authority.holds(roles.iter().fold(PermissionSet::empty(), |all, role| all | role.permissions))
}

async fn load(tx: &ReadTx, ids: &[RoleId]) -> Result<Vec<RoleWithPermissions>, Problem> {
    let named = role::Column::Id.is_in(ids.iter().copied());
    let rows = tx.find::<role::Entity>().filter(named).filter(roles::everywhere()).all(MAX_ROLES).await?;
    roles::with_permissions(tx, rows).await
}
