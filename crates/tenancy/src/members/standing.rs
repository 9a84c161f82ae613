//! What a person is in an organization, as signing in and every request ask it.
use super::rights;
use purser_entity_tenancy::{
    membership::{self, Status},
    organization,
};
use purser_kernel::{OrganizationId, PermissionSet, SystemRole, UserId};
use purser_store::{
    ports::{MemberOf, Membership},
    prelude::*,
};
use std::collections::HashMap;

/// More organizations than anybody belongs to.
const MAX_ORGANIZATIONS: u64 = 200;
/// Members that are looked at together.
const BATCH: u64 = 200;

/// The organizations in which the person of `system` is an active member, the oldest membership first, suspended ones behind the
/// others. Closed ones are left out.
pub async fn organizations_of(system: System<'_>) -> Result<Vec<MemberOf>, Problem> {
    let memberships = system.mine::<membership::Entity>(MAX_ORGANIZATIONS).await?;
    let active: Vec<OrganizationId> = memberships
        .into_iter()
        .filter(|membership| membership.status == Status::Active)
        .map(|membership| membership.organization_id)
        .collect();
    if active.is_empty() {
        return Ok(Vec::new());
    }
    let mut open: HashMap<OrganizationId, organization::Model> = system
        .find::<organization::Entity>()
        .filter(organization::Column::Id.is_in(active.iter().copied()))
        .filter(organization::Column::Status.ne(organization::Status::Closed))
        .all(MAX_ORGANIZATIONS)
        .await?
        .into_iter()
        .map(|organization| (organization.id, organization))
        .collect();
    let mut own: Vec<organization::Model> = active.into_iter().filter_map(|id| open.remove(&id)).collect();
    // Who does not say where they want to work wants to work.
    own.sort_by_key(|organization| organization.status == organization::Status::Suspended);
    let member =
        |organization: organization::Model| MemberOf { organization: organization.id, name: organization.name };
    Ok(own.into_iter().map(member).collect())
}

/// What the caller is where they act.
#[derive(Clone, Debug)]
pub struct Standing {
    /// The organization.
    pub organization: organization::Model,
    /// What the caller is in it.
    pub membership: Membership,
    /// Whether they have been shown around in it.
    pub onboarding_completed: bool,
}

/// What the caller is in the organization of `tx`. `not_found` for an actor who is no member. Asks for no permission:
/// everybody may see what they may do.
pub async fn me(tx: &ReadTx) -> Result<Standing, Problem> {
    let not_found = || Problem::not_found("membership");
    let user = tx.scope().actor.user().ok_or_else(not_found)?;
    let organization = open_organization(tx).await?.ok_or_else(not_found)?;
    let member = active(tx, user).await?.ok_or_else(not_found)?;
    let membership = standing(tx, &organization, &member).await?;
    Ok(Standing { organization, membership, onboarding_completed: member.onboarding_completed })
}

/// Writes down that the caller has been shown around in the organization. Twice is as good as once. `not_found` for an actor who
/// is no member.
pub async fn complete_onboarding(tx: &WriteTx) -> Result<(), Problem> {
    let not_found = || Problem::not_found("membership");
    let user = tx.scope().actor.user().ok_or_else(not_found)?;
    let member = active(tx, user).await?.ok_or_else(not_found)?;
    let new = membership::Column::Id.eq(member.id).and(membership::Column::OnboardingCompleted.eq(false));
    let change = |row: &mut membership::ActiveModel| row.onboarding_completed = Set(true);
    if tx.update_where(new, change).await? == 1 {
        tx.audit(AuditEntry::new("member.complete_onboarding", "member", member.id)).await?;
    }
    Ok(())
}

/// Writes down that the person has just been active. Nobody edits that, so it makes no other version of the membership.
pub async fn seen(tx: &WriteTx, user: UserId) -> Result<(), Problem> {
    let now = tx.now();
    let seen = |row: &mut membership::ActiveModel| row.last_active_at = Set(Some(now));
    tx.note_where(membership::Column::UserId.eq(user), seen).await.map(|_| ())
}

/// What the person is in the organization of `tx`. `None` when they are no active member, or the organization is closed.
pub async fn membership(tx: &ReadTx, user: UserId) -> Result<Option<Membership>, Problem> {
    let Some(organization) = open_organization(tx).await? else {
        return Ok(None);
    };
    let Some(member) = active(tx, user).await? else {
        return Ok(None);
    };
    standing(tx, &organization, &member).await.map(Some)
}

async fn standing(
    tx: &ReadTx,
    organization: &organization::Model,
    member: &membership::Model,
) -> Result<Membership, Problem> {
    let rights = rights::of(tx, member).await?;
    Ok(Membership {
        roles: rights.roles.into_iter().map(|role| role.name).collect(),
        permissions: rights.permissions,
        sessions_valid_from: member.sessions_valid_from,
        suspended: organization.status == organization::Status::Suspended,
    })
}

/// What each of these people may do, by as many queries as for one. Who is no active member is not among them; nobody is when the
/// organization is suspended or closed.
pub async fn permissions_of(tx: &ReadTx, users: &[UserId]) -> Result<HashMap<UserId, PermissionSet>, Problem> {
    if users.is_empty() || open_organization(tx).await?.is_none() {
        return Ok(HashMap::new());
    }
    let these = membership::Column::UserId.is_in(users.iter().copied());
    let active = these.and(membership::Column::Status.eq(Status::Active));
    let members = tx.find::<membership::Entity>().filter(active);
    let members = members.all(u64::try_from(users.len()).unwrap_or(u64::MAX)).await?;
    let rights = rights::of_each(tx, &members).await?;
    let allowed = |(member, rights): (membership::Model, rights::Rights)| (member.user_id, rights.permissions);
    Ok(members.into_iter().zip(rights).map(allowed).collect())
}

/// Active members who hold all of this, at most `limit`, the oldest memberships first. Reads members in batches, each by as many
/// queries as for one.
pub async fn holders(tx: &ReadTx, of: PermissionSet, limit: usize) -> Result<Vec<UserId>, Problem> {
    let (mut found, mut after) = (Vec::new(), None);
    while found.len() < limit {
        let active = membership::Column::Status.eq(Status::Active);
        let members = tx.find::<membership::Entity>().filter(active);
        let members = members.filter_if(after.map(|after| membership::Column::Id.gt(after)));
        let members = members.order_by(membership::Column::Id, Asc).all(BATCH).await?;
        let rights = rights::of_each(tx, &members).await?;
        let Some(last) = members.last() else { break };
        after = Some(last.id);
        let holding = members.iter().zip(rights).filter(|(_, rights)| rights.permissions.is_superset(of));
        found.extend(holding.map(|(member, _)| member.user_id));
    }
    found.truncate(limit);
    Ok(found)
}

/// The person's membership, while it is active.
pub(crate) async fn active(tx: &ReadTx, user: UserId) -> Result<Option<membership::Model>, Problem> {
    let active = membership::Column::UserId.eq(user).and(membership::Column::Status.eq(Status::Active));
    tx.find::<membership::Entity>().filter(active).one().await
}

/// Whether the person is an active member with the role of an owner, however the organization stands.
pub(crate) async fn owns(tx: &ReadTx, user: UserId) -> Result<bool, Problem> {
    let Some(member) = active(tx, user).await? else {
        return Ok(false);
    };
    let rights = rights::of(tx, &member).await?;
    Ok(rights.roles.iter().any(|role| role.is_system && role.name == SystemRole::Owner.as_str()))
}

/// The organization, unless it is closed.
pub(crate) async fn open_organization(tx: &ReadTx) -> Result<Option<organization::Model>, Problem> {
    let open = organization::Column::Id
        .eq(tx.organization())
        .and(organization::Column::Status.ne(organization::Status::Closed));
    tx.global::<organization::Entity>().filter(open).one().await
}
