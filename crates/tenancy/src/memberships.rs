//! Members whom a directory brings, and roles that follow its groups.
use crate::{
    authority::{self, Authority},
    limits::{self, Limit},
    members::{
        self,
        rights::{self, Rights},
    },
    role_changes::{self, RoleChanges, Wish, promotes},
    roles::{self, RoleWithPermissions},
};
use async_trait::async_trait;
use purser_entity_tenancy::{
    membership::{self, ExtraPermissions},
    membership_role, role,
    role_change_request::Status,
};
use purser_kernel::{
    PermissionSet, SystemRole, UserId,
    ids::{MembershipId, RoleId},
};
use purser_store::{
    AuditCategory,
    ports::{Memberships, RoleBrief},
    prelude::*,
};
use serde_json::json;
use std::collections::BTreeSet;

/// Members whom a directory brings.
#[derive(Clone)]
pub struct DirectoryMembers {
    /// Who is asked before a group makes somebody an admin.
    pub role_changes: RoleChanges,
}

#[async_trait]
impl Memberships for DirectoryMembers {
    async fn admit(&self, tx: &WriteTx, user: UserId) -> Result<(), Problem> {
        admit(tx, user).await
    }

    async fn follow(&self, tx: &WriteTx, user: UserId, mapped: &[RoleId], given: &[RoleId]) -> Result<(), Problem> {
        follow(tx, &self.role_changes, user, mapped, given).await
    }

    async fn roles(&self, tx: &ReadTx, ids: &[RoleId]) -> Result<Vec<RoleBrief>, Problem> {
        roles(tx, ids).await
    }

    async fn may_give(&self, tx: &WriteTx, roles: &[RoleId]) -> Result<(), Problem> {
        may_give(tx, roles).await
    }
}

/// More roles than an organization maps groups to.
const MAX_ROLES: u64 = 200;

/// Makes the person an active member without a role. Their row in `users` must be there. `limit_reached` when the organization
/// has no room.
async fn admit(tx: &WriteTx, user: UserId) -> Result<(), Problem> {
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

/// Gives the member those of the roles in `mapped` that are in `given`, and takes the others of `mapped` from them. What promotes
/// them waits for a second person, where the organization wants that.
async fn follow(
    tx: &WriteTx,
    role_changes: &RoleChanges,
    user: UserId,
    mapped: &[RoleId],
    given: &[RoleId],
) -> Result<(), Problem> {
    let Some(member) = members::active(tx, user).await? else {
        return Ok(());
    };
    // Nearly always nothing has changed, and then nobody is to wait.
    if Change::of(&rights::of(tx, &member).await?, mapped, given).is_empty() && !waits(tx, &member).await? {
        return Ok(());
    }
    authority::lock(tx).await?;
    let before = rights::of(tx, &member).await?;
    let Change { given, mut taken } = Change::of(&before, mapped, given);
    if let Some(owner) = before.roles.iter().find(|role| is_owner(role) && taken.contains(&role.id))
        && is_last_owner(tx, &member, owner.id).await?
    {
        taken.retain(|role| *role != owner.id);
    }
    let kept = before.roles.iter().map(|role| role.id).filter(|role| !taken.contains(role));
    let mut roles = rights::load(tx, &kept.collect()).await?;
    let (mut ids, mut promotions) = (Vec::new(), Vec::new());
    for role in rights::load(tx, &given.iter().copied().collect()).await? {
        let without = rights::with(&member, &roles);
        if promotes(&without, &rights::with(&member, roles.iter().chain([&role]))) {
            promotions.push(role.role.id);
        } else {
            ids.push(role.role.id);
            roles.push(role);
        }
    }
    let member = change(tx, member, &before, &ids, &taken).await?;
    if promotions.is_empty() {
        return role_changes.forget(tx, &member).await;
    }
    if !asked(tx, role_changes, &member, &roles, &promotions).await? {
        let before = rights::with(&member, &roles);
        change(tx, member, &before, &promotions, &[]).await?;
    }
    Ok(())
}

/// Whether something that a directory wanted of the member waits.
async fn waits(tx: &ReadTx, member: &membership::Model) -> Result<bool, Problem> {
    let asked = role_changes::of_directory(tx, member).await?;
    Ok(asked.iter().any(|request| request.status == Status::Pending))
}

/// Whether people are asked about these, or have said no. `false` when they may be given at once.
async fn asked(
    tx: &WriteTx,
    role_changes: &RoleChanges,
    member: &membership::Model,
    roles: &[RoleWithPermissions],
    promotions: &[RoleId],
) -> Result<bool, Problem> {
    let from: BTreeSet<RoleId> = roles.iter().map(|role| role.role.id).collect();
    let to: BTreeSet<RoleId> = from.iter().chain(promotions).copied().collect();
    let change = role_changes::Change::MemberRoles { from: from.into_iter().collect(), to: to.into_iter().collect() };
    let before = role_changes::of_directory(tx, member).await?;
    if before.iter().any(|request| request.change == change && request.status != Status::Pending) {
        return Ok(true);
    }
    let wish = Wish { member: Some(member), change, reason: None, requested_by: None };
    Ok(role_changes.ask(tx, wish).await?.is_some())
}

/// Gives and takes.
async fn change(
    tx: &WriteTx,
    member: membership::Model,
    before: &Rights,
    given: &[RoleId],
    taken: &[RoleId],
) -> Result<membership::Model, Problem> {
    if given.is_empty() && taken.is_empty() {
        return Ok(member);
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
    let after = rights::of(tx, &member).await?.permissions;
    let member = members::update(tx, member, before, after, |_| {}).await?;
    let entry = AuditEntry::new("member.follow_groups", "member", member.id).category(AuditCategory::Security);
    tx.audit(entry.after(&json!({ "roles_given": given, "roles_taken": taken }))).await?;
    Ok(member)
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
async fn roles(tx: &ReadTx, ids: &[RoleId]) -> Result<Vec<RoleBrief>, Problem> {
    let rows = load(tx, ids).await?;
    Ok(rows.into_iter().map(|RoleWithPermissions { role, .. }| RoleBrief { id: role.id, name: role.name }).collect())
}

/// `rank_too_high` or `permission_not_held` unless the caller stands as high as these roles and holds all that they allow.
async fn may_give(tx: &WriteTx, ids: &[RoleId]) -> Result<(), Problem> {
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
