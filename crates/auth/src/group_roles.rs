//! Roles that the groups of a directory give.
use purser_entity_auth::identity_group_role::{ActiveModel, Column, Entity, Model};
use purser_kernel::{
    Expected, UserId,
    ids::{IdentityGroupRoleId, IntegrationId, RoleId},
};
use purser_store::{
    AuditCategory,
    ports::{IdentityProviders, Memberships},
    prelude::*,
};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Whoever is in a group has a role.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct GroupRole {
    /// The group, as the directory names it; compared without regard to case.
    pub group_name: String,
    /// The role.
    pub role_id: RoleId,
}

impl From<Model> for GroupRole {
    fn from(row: Model) -> Self {
        Self { group_name: row.group_name, role_id: row.role_id }
    }
}

/// More than anybody has roles for.
pub const MAX_GROUP_ROLES: usize = 200;
const MAX_GROUP: usize = 500;

/// The roles of a connection's groups, by group. `not_found` where it is none that vouches for members.
pub async fn list(
    providers: &dyn IdentityProviders,
    tx: &ReadTx,
    integration: IntegrationId,
) -> Result<Vec<GroupRole>, Problem> {
    tx.scope().require(Permission::IntegrationsRead)?;
    if !providers.exists(tx, integration).await? {
        return Err(Problem::not_found("integration"));
    }
    Ok(sorted(rows(tx, integration).await?))
}

/// Replaces them. Members notice when they sign in next, or when the directory is asked about them.
///
/// Needs `identities.manage`, and everything that the roles allow which are given or taken: what stays as it was may be another's
/// decision. `validation_failed` for a role that there is not, `stale` when the connection has another version than `expected`.
pub async fn replace(
    providers: &dyn IdentityProviders,
    memberships: &dyn Memberships,
    tx: &WriteTx,
    integration: IntegrationId,
    expected: Expected,
    wanted: Vec<GroupRole>,
) -> Result<Vec<GroupRole>, Problem> {
    tx.scope().require(Permission::IdentitiesManage)?;
    // Whoever else replaces them waits.
    providers.touch(tx, integration, expected).await?;
    let wanted = checked(memberships, tx, wanted).await?;
    let there = rows(tx, integration).await?;
    let before: BTreeSet<GroupRole> = there.iter().cloned().map(GroupRole::from).collect();
    let changed: BTreeSet<RoleId> = before.symmetric_difference(&wanted).map(|change| change.role_id).collect();
    memberships.may_give(tx, &changed.into_iter().collect::<Vec<_>>()).await?;
    let gone = there.into_iter().filter(|row| !wanted.contains(&GroupRole::from(row.clone()))).map(|row| row.id);
    tx.remove(Column::Id.is_in(gone.collect::<Vec<_>>())).await?;
    let rows = wanted.difference(&before).map(|new| ActiveModel {
        id: Set(IdentityGroupRoleId::generate()),
        integration_id: Set(integration),
        group_name: Set(new.group_name.clone()),
        role_id: Set(new.role_id),
        created_by: Set(tx.scope().actor.user()),
        ..Default::default()
    });
    tx.insert_many(rows).await?;
    let entry = AuditEntry::new("integration.map_groups", "integration", integration).category(AuditCategory::Security);
    tx.audit(entry.before(&view(&before)).after(&view(&wanted))).await?;
    Ok(wanted.into_iter().collect())
}

/// Gives and takes the roles that the connection's groups stand for.
pub(crate) async fn follow(
    memberships: &dyn Memberships,
    tx: &WriteTx,
    integration: IntegrationId,
    user: UserId,
    groups: &[String],
) -> Result<(), Problem> {
    let rows = rows(tx, integration).await?;
    let groups: BTreeSet<String> = groups.iter().map(|group| text::normalized(group)).collect();
    let mapped: Vec<RoleId> = rows.iter().map(|row| row.role_id).collect();
    let given = rows.iter().filter(|row| groups.contains(&text::normalized(&row.group_name)));
    let given: Vec<RoleId> = given.map(|row| row.role_id).collect();
    memberships.follow(tx, user, &mapped, &given).await
}

async fn rows(tx: &ReadTx, integration: IntegrationId) -> Result<Vec<Model>, Problem> {
    let most = u64::try_from(MAX_GROUP_ROLES * 2).unwrap_or(u64::MAX);
    tx.find::<Entity>().filter(Column::IntegrationId.eq(integration)).all(most).await
}

fn sorted(rows: Vec<Model>) -> Vec<GroupRole> {
    rows.into_iter().map(GroupRole::from).collect::<BTreeSet<_>>().into_iter().collect()
}

async fn checked(
    memberships: &dyn Memberships,
    tx: &ReadTx,
    wanted: Vec<GroupRole>,
) -> Result<BTreeSet<GroupRole>, Problem> {
    if wanted.len() > MAX_GROUP_ROLES {
        let message = format!("must have at most {MAX_GROUP_ROLES} entries");
        return Err(Problem::invalid("/group_roles", "too_many", message));
    }
    let mut findings = text::Findings::new();
    let ids: BTreeSet<RoleId> = wanted.iter().map(|pair| pair.role_id).collect();
    let known = memberships.roles(tx, &ids.into_iter().collect::<Vec<_>>()).await?;
    let known: BTreeSet<RoleId> = known.into_iter().map(|role| role.id).collect();
    let mut kept = BTreeSet::new();
    for (position, GroupRole { group_name, role_id }) in wanted.into_iter().enumerate() {
        let group = text::line(&format!("/group_roles/{position}/group_name"), &group_name, MAX_GROUP);
        let group_name = findings.check(group)?;
        if !known.contains(&role_id) {
            let pointer = format!("/group_roles/{position}/role_id");
            findings.check::<()>(Err(Problem::unknown_reference(pointer, "role")))?;
        }
        kept.extend(group_name.map(|group_name| GroupRole { group_name, role_id }));
    }
    findings.finish()?;
    Ok(kept)
}

/// What the audit trail shows.
fn view(pairs: &BTreeSet<GroupRole>) -> Value {
    let mut groups = BTreeMap::<&str, Vec<RoleId>>::new();
    for GroupRole { group_name, role_id } in pairs {
        groups.entry(group_name).or_default().push(*role_id);
    }
    json!({ "group_roles": groups })
}
