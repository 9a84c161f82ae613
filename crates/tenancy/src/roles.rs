//! Roles: sets of permissions with a name. Every organization has the system roles, and makes its own beside them.
mod allowed;
mod system;

use crate::{
    TenancyProblem,
    authority::Authority,
    invitations,
    members::rights::named,
    role_changes::{Change, Changed, RoleChanges, RoleState, Wish, is_promotion, second},
};
use purser_entity_tenancy::{
    membership, membership_role,
    role::{self, Column, Scope as RoleScope},
    role_permission,
};
use purser_kernel::{Expected, FieldError, Patch, PermissionSet, ids::RoleId, text::Findings};
use purser_store::{AuditCategory, prelude::*};
use serde_json::{Value, json};

pub use allowed::RoleWithPermissions;
pub(crate) use allowed::{one as with_its_permissions, with_permissions};
pub(crate) use system::give;

/// The ranks that a role may have.
const RANKS: std::ops::RangeInclusive<i32> = 0..=100;
const MAX_NAME: usize = 64;
const MAX_DESCRIPTION: usize = 2000;
/// More members than have one role.
const MAX_HOLDERS: u64 = 10_000;

/// A role that is to be made.
#[derive(Clone, Debug, Default)]
pub struct NewRole {
    /// Unique in the organization, in any spelling of upper and lower case.
    pub name: String,
    /// For people.
    pub description: Option<String>,
    /// From 0 to 100, at most the caller's own. Nobody gives or takes a role of a higher rank than their own.
    pub rank: i32,
    /// What it allows, nothing that the caller does not hold.
    pub permissions: PermissionSet,
}

/// What changes in a role. Fields that are left out keep their value.
#[derive(Clone, Debug, Default)]
pub struct RoleChange {
    /// As in [`NewRole`].
    pub name: Option<String>,
    /// As in [`NewRole`].
    pub description: Patch<String>,
    /// As in [`NewRole`].
    pub rank: Option<i32>,
    /// All that it allows from now on. What is added must be held by the caller.
    pub permissions: Option<PermissionSet>,
}

/// The roles that hold in the whole organization, the highest first.
pub async fn list(tx: &ReadTx, page: &PageRequest) -> Result<Page<RoleWithPermissions>, Problem> {
    tx.scope().require(Permission::RolesRead)?;
    let page = tx.find::<role::Entity>().filter(everywhere()).order_by(Column::Rank, Desc).page(page).await?;
    Ok(Page { data: with_permissions(tx, page.data).await?, next: page.next })
}

/// One role.
pub async fn get(tx: &ReadTx, id: RoleId) -> Result<RoleWithPermissions, Problem> {
    tx.scope().require(Permission::RolesRead)?;
    allowed::one(tx, tx.get::<role::Entity>(id).await?).await
}

/// Makes a role. `role_taken` when there is one of this name, `permission_not_held` and `rank_too_high` for what is not the
/// caller's to give.
pub async fn create(tx: &WriteTx, new: NewRole) -> Result<RoleWithPermissions, Problem> {
    tx.scope().require(Permission::RolesManage)?;
    let NewRole { name, description, rank, permissions } = new;
    let description = description.map_or(Patch::Absent, Patch::Value);
    let change = RoleChange { name: Some(name), description, rank: Some(rank), permissions: None };
    let change = checked(change)?;
    let authority = Authority::take(tx).await?;
    authority.reaches(rank)?;
    authority.holds(permissions)?;
    let mut row = role::ActiveModel {
        is_system: Set(false),
        scope: Set(RoleScope::Organization),
        created_by: Set(tx.scope().actor.user()),
        ..Default::default()
    };
    apply(change, &mut row);
    let role = tx.insert(row).await.on_unique(NAME, taken)?;
    allow(tx, role.id, permissions).await?;
    let role = RoleWithPermissions { role, permissions };
    tx.audit(audited("role.create", role.role.id).after(&view(&role))).await?;
    Ok(role)
}

/// Changes a role that has the version `expected`. Whoever has it holds what it allows from their next request on, at other
/// processes within a second.
///
/// `system_role` for one that every organization has, else as [`create`].
///
/// What promotes those who have it waits for a second person, where the organization wants that.
pub async fn update(
    tx: &WriteTx,
    role_changes: &RoleChanges,
    id: RoleId,
    expected: impl Into<Expected>,
    change: RoleChange,
) -> Result<Changed<RoleWithPermissions>, Problem> {
    tx.scope().require(Permission::RolesManage)?;
    let authority = Authority::take(tx).await?;
    let before = own(tx, id, expected).await?;
    authority.reaches(before.role.rank)?;
    let change = checked(change)?;
    authority.reaches(change.rank.unwrap_or(before.role.rank))?;
    let permissions = change.permissions.unwrap_or(before.permissions);
    authority.holds(permissions - before.permissions)?;
    let from = state(&before);
    let to = RoleState {
        name: change.name.unwrap_or_else(|| from.name.clone()),
        description: change.description.into_change().unwrap_or_else(|| from.description.clone()),
        rank: change.rank.unwrap_or(from.rank),
        permissions: names(permissions),
    };
    let promotion = is_promotion((from.rank, before.permissions), (to.rank, permissions));
    if promotion && is_held(tx, id).await? {
        let change = Change::Role { role_id: id, from, to: to.clone() };
        let wish = Wish { member: None, change, reason: None, requested_by: tx.scope().actor.user() };
        if let Some(request) = role_changes.ask(tx, wish).await? {
            return Ok(Changed::Waits(Box::new(request)));
        }
    }
    put(tx, before, to).await.map(Changed::Done)
}

/// Makes a role what it is to be.
pub(crate) async fn put(
    tx: &WriteTx,
    before: RoleWithPermissions,
    to: RoleState,
) -> Result<RoleWithPermissions, Problem> {
    let (was, id, permissions) = (view(&before), before.role.id, named(&to.permissions));
    deny(tx, id, before.permissions - permissions).await?;
    allow(tx, id, permissions - before.permissions).await?;
    if let Some(until) = second::lost(before.permissions, permissions, tx.now()) {
        // Some of them may still be able to by another role; to count a week longer than they have to does no harm.
        let holders = tx.find::<membership_role::Entity>().filter(membership_role::Column::RoleId.eq(id));
        let holders = holders.all(MAX_HOLDERS).await?;
        let these = membership::Column::Id.is_in(holders.iter().map(|held| held.membership_id));
        let these = these.and(membership::Column::Status.eq(membership::Status::Active));
        tx.update_where(these, |row: &mut membership::ActiveModel| row.could_decide_until = Set(Some(until))).await?;
    }
    let RoleState { name, description, rank, permissions: _ } = to;
    let role = tx
        .update(before.role, |row| {
            row.name_normalized = Set(text::normalized(&name));
            row.name = Set(name);
            row.description = Set(description);
            row.rank = Set(rank);
        })
        .await
        .on_unique(NAME, taken)?;
    let role = RoleWithPermissions { role, permissions };
    tx.audit(audited("role.update", id).before(&was).after(&view(&role))).await?;
    Ok(role)
}

/// A role as people make it.
pub(crate) fn state(RoleWithPermissions { role, permissions }: &RoleWithPermissions) -> RoleState {
    RoleState {
        name: role.name.clone(),
        description: role.description.clone(),
        rank: role.rank,
        permissions: names(*permissions),
    }
}

fn names(permissions: PermissionSet) -> Vec<String> {
    permissions.iter().map(|permission| permission.as_str().to_owned()).collect()
}

async fn is_held(tx: &ReadTx, id: RoleId) -> Result<bool, Problem> {
    tx.find::<membership_role::Entity>().filter(membership_role::Column::RoleId.eq(id)).exists().await
}

/// Deletes a role that has the version `expected`. `in_use` while somebody has it, or is invited to have it.
pub async fn delete(tx: &WriteTx, id: RoleId, expected: impl Into<Expected>) -> Result<(), Problem> {
    tx.scope().require(Permission::RolesManage)?;
    let authority = Authority::take(tx).await?;
    let role = own(tx, id, expected).await?;
    authority.reaches(role.role.rank)?;
    if is_held(tx, id).await? {
        return Err(Problem::of(CommonProblem::InUse).detail("Members have this role."));
    }
    if invitations::name_role(tx, id).await? {
        return Err(Problem::of(CommonProblem::InUse).detail("Invitations that were not revoked have this role."));
    }
    invitations::forget_role(tx, id).await?;
    tx.remove::<role::Entity>(Column::Id.eq(id)).await?;
    tx.audit(audited("role.delete", id).before(&view(&role))).await
}

/// A role that people have made, in the version that is expected.
async fn own(tx: &WriteTx, id: RoleId, expected: impl Into<Expected>) -> Result<RoleWithPermissions, Problem> {
    let role = tx.get_for_update::<role::Entity>(id).await?;
    tx.expect_version(&role, expected)?;
    if role.is_system {
        return Err(Problem::of(TenancyProblem::SystemRole));
    }
    allowed::one(tx, role).await
}

async fn allow(tx: &WriteTx, id: RoleId, given: PermissionSet) -> Result<(), Problem> {
    let row = |permission: Permission| role_permission::ActiveModel {
        role_id: Set(id),
        permission: Set(permission.as_str().to_owned()),
        ..Default::default()
    };
    tx.insert_many(given.iter().map(row)).await
}

async fn deny(tx: &WriteTx, id: RoleId, taken: PermissionSet) -> Result<(), Problem> {
    let names = taken.iter().map(Permission::as_str);
    let rows = role_permission::Column::RoleId.eq(id).and(role_permission::Column::Permission.is_in(names));
    tx.remove::<role_permission::Entity>(rows).await.map(|_| ())
}

/// Those that hold in the whole organization, and not in one engagement.
pub(crate) fn everywhere() -> Filter<role::Entity> {
    Column::Scope.eq(RoleScope::Organization)
}

const NAME: &str = "uq_roles_name_normalized";

fn taken() -> Problem {
    Problem::of(TenancyProblem::RoleTaken).with("pointer", "/name")
}

fn audited(action: &'static str, id: RoleId) -> AuditEntry {
    AuditEntry::new(action, "role", id).category(AuditCategory::Security)
}

fn checked(change: RoleChange) -> Result<RoleChange, Problem> {
    let RoleChange { name, description, rank, permissions } = change;
    let mut found = Findings::new();
    let name = name.map(|name| text::line_in_any_case("/name", &name, MAX_NAME)).transpose();
    let name = found.check(name)?.flatten();
    let description = description.try_map(|text| text::line("/description", &text, MAX_DESCRIPTION));
    let description = found.check(description)?.unwrap_or_default();
    if rank.is_some_and(|rank| !RANKS.contains(&rank)) {
        let message = format!("must be from {} to {}", RANKS.start(), RANKS.end());
        found.add(FieldError::new("/rank", "out_of_range", message));
    }
    found.finish()?;
    Ok(RoleChange { name, description, rank, permissions })
}

/// What a role allows stands in rows of its own.
fn apply(change: RoleChange, row: &mut role::ActiveModel) {
    let RoleChange { name, description, rank, permissions: _ } = change;
    if let Some(name) = name {
        row.name_normalized = Set(text::normalized(&name));
        row.name = Set(name);
    }
    if let Some(description) = description.into_change() {
        row.description = Set(description);
    }
    if let Some(rank) = rank {
        row.rank = Set(rank);
    }
}

/// A role as the audit trail shows it.
fn view(role: &RoleWithPermissions) -> Value {
    json!(state(role))
}
