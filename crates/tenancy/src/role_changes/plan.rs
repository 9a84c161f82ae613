//! What a request would do, looked at again: it is what it was when it was asked, and whoever asked may still do it.
use super::{Change, RoleChangeRequest, RoleState, second};
use crate::{
    authority::Authority,
    members::{self, Extras, RoleAssignment, rights},
    roles::{self, RoleWithPermissions},
    settings,
};
use purser_entity_tenancy::{
    membership::{self, ExtraPermissions},
    organization_settings, role,
};
use purser_kernel::{
    PermissionSet, UserId,
    ids::{MembershipId, RoleId},
};
use purser_store::{ports::Approvals, prelude::*};
use std::collections::BTreeSet;

/// What is to be done.
pub(super) enum Plan {
    Roles(RoleAssignment),
    Permissions { membership: membership::Model, before: rights::Rights, extras: Extras },
    Role { before: RoleWithPermissions, to: RoleState },
    FourEyesOff(organization_settings::Model),
}

/// Whether one takes the place of the other.
pub(super) fn is_same_thing(a: &Change, b: &Change) -> bool {
    match (a, b) {
        (Change::Role { role_id: a, .. }, Change::Role { role_id: b, .. }) => a == b,
        _ => std::mem::discriminant(a) == std::mem::discriminant(b),
    }
}

/// `None` when it is not what it was, or not whoever asked it may ask any more. While the [lock](crate::authority::lock) is held.
pub(super) async fn of(tx: &WriteTx, row: &RoleChangeRequest) -> Result<Option<Plan>, Problem> {
    let authority = match row.requested_by {
        Some(person) => match Authority::of(tx, person).await? {
            Some(authority) => Some(authority),
            None => return Ok(None),
        },
        None => None,
    };
    let plan = match &row.change {
        Change::MemberRoles { from, to } => member_roles(tx, row.membership_id, from, to).await?,
        Change::MemberPermissions { from, to } => member_permissions(tx, row.membership_id, from, to).await?,
        Change::Role { role_id, from, to } => role(tx, *role_id, from, to).await?,
        Change::FourEyesOff => {
            let settings = settings::row(tx).await?;
            settings.role_changes_need_approval.then_some(Plan::FourEyesOff(settings))
        }
    };
    Ok(plan.filter(|plan| authority.is_none_or(|authority| may(&authority, row.requested_by, plan).is_ok())))
}

async fn active(tx: &ReadTx, id: Option<MembershipId>) -> Result<Option<membership::Model>, Problem> {
    let Some(id) = id else {
        return Ok(None);
    };
    let member = tx.find_by_id::<membership::Entity>(id).await?;
    Ok(member.filter(|member| member.status == membership::Status::Active))
}

async fn member_roles(
    tx: &ReadTx,
    id: Option<MembershipId>,
    from: &[RoleId],
    to: &[RoleId],
) -> Result<Option<Plan>, Problem> {
    let Some(membership) = active(tx, id).await? else {
        return Ok(None);
    };
    let before = rights::of(tx, &membership).await?;
    let had: BTreeSet<RoleId> = before.roles.iter().map(|role| role.id).collect();
    let wanted: BTreeSet<RoleId> = to.iter().copied().collect();
    let to = rights::load(tx, &wanted).await?;
    let same = had == from.iter().copied().collect() && to.len() == wanted.len();
    Ok(same.then_some(Plan::Roles(RoleAssignment { membership, before, to })))
}

async fn member_permissions(
    tx: &ReadTx,
    id: Option<MembershipId>,
    from: &ExtraPermissions,
    to: &ExtraPermissions,
) -> Result<Option<Plan>, Problem> {
    let membership = active(tx, id).await?.filter(|member| member.extra_permissions == *from);
    let Some(membership) = membership else {
        return Ok(None);
    };
    let (before, extras) = (rights::of(tx, &membership).await?, Extras::named(to));
    Ok(Some(Plan::Permissions { membership, before, extras }))
}

async fn role(tx: &ReadTx, id: RoleId, from: &RoleState, to: &RoleState) -> Result<Option<Plan>, Problem> {
    let Some(row) = tx.find_by_id::<role::Entity>(id).await? else {
        return Ok(None);
    };
    let before = roles::with_its_permissions(tx, row).await?;
    let same = !before.role.is_system && roles::state(&before) == *from;
    Ok(same.then(|| Plan::Role { before, to: to.clone() }))
}

/// As where it is done without being asked.
fn may(authority: &Authority, person: Option<UserId>, plan: &Plan) -> Result<(), Problem> {
    match plan {
        Plan::Roles(assignment) => {
            authority.holds(second::DECIDES.into())?;
            assignment.allowed(authority)
        }
        Plan::Permissions { membership, before, extras } => {
            authority.holds(second::DECIDES.into())?;
            if person == Some(membership.user_id) {
                return Err(Problem::of(crate::TenancyProblem::OwnMembership));
            }
            authority.reaches(before.rank())?;
            authority.holds(extras.added_to(Extras::of(membership)))
        }
        Plan::Role { before, to } => {
            authority.holds(Permission::RolesManage.into())?;
            authority.reaches(before.role.rank.max(to.rank))?;
            authority.holds(permissions(to) - before.permissions)
        }
        Plan::FourEyesOff(_) => authority.holds(Permission::OrganizationManage.into()),
    }
}

pub(super) fn permissions(state: &RoleState) -> PermissionSet {
    rights::named(&state.permissions)
}

impl Plan {
    /// Does it.
    pub(super) async fn carry_out(self, tx: &WriteTx, approvals: &dyn Approvals) -> Result<(), Problem> {
        match self {
            Self::Roles(assignment) => members::assign(tx, assignment).await.map(|_| ()),
            Self::Permissions { membership, before, extras } => {
                members::put_permissions(tx, membership, &before, extras).await.map(|_| ())
            }
            Self::Role { before, to } => roles::put(tx, before, to).await.map(|_| ()),
            Self::FourEyesOff(settings) => settings::end_four_eyes(tx, approvals, settings).await,
        }
    }
}
