//! What can be done to a membership.
//!
//! | from | by | to |
//! | --- | --- | --- |
//! | active | disable | disabled |
//! | disabled | enable | active |
//! | invited, active, disabled | remove | removed |
//!
//! What was done already changes nothing when it is done again. A removed member is not there any more for those who manage
//! members, and what they have done stays theirs; another invitation brings them back.
use super::{
    owners,
    rights::{self, Rights},
};
use crate::{
    TenancyProblem,
    authority::Authority,
    limits::{self, Limit},
    role_changes::second,
};
use chrono::TimeDelta;
use purser_entity_tenancy::{
    engagement_access,
    membership::{self, ExtraPermissions, Status},
    membership_role,
};
use purser_kernel::{Expected, PermissionSet, UserId, ids::MembershipId};
use purser_store::{AuditCategory, name_of, prelude::*};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

/// A member was disabled, enabled or removed, or has joined.
#[derive(Serialize, ToSchema)]
pub(crate) struct MemberStatusChanged {
    id: MembershipId,
    user_id: UserId,
    status: String,
}

impl DomainEvent for MemberStatusChanged {
    const TYPE: &'static str = "member.status_changed";
    const RESOURCE: &'static str = "member";
    const READERS: Readers = Readers::Holding(Permission::MembersRead);

    fn resource_id(&self) -> Uuid {
        self.id.as_uuid()
    }

    fn example() -> Self {
        Self { id: example_id(), user_id: example_id(), status: "active".to_owned() }
    }
}

/// Shuts a member out: their sessions in this organization are over, also when they are enabled again.
///
/// `rank_too_high` for a member who stands above the caller, `own_membership` for themselves, `last_owner` when nobody would be left
/// who owns the organization.
pub async fn disable(tx: &WriteTx, id: MembershipId) -> Result<membership::Model, Problem> {
    tx.scope().require(Permission::MembersManage)?;
    let authority = Authority::take(tx).await?;
    let (membership, rights) = reached(tx, &authority, id).await?;
    match membership.status {
        Status::Disabled => return Ok(membership),
        Status::Active => {}
        other => return Err(illegal(other, &["remove"])),
    }
    if tx.scope().actor.user() == Some(membership.user_id) {
        return Err(Problem::of(TenancyProblem::OwnMembership));
    }
    let over = Some(after(tx.now()));
    let disable = |row: &mut membership::ActiveModel| {
        row.status = Set(Status::Disabled);
        row.sessions_valid_from = Set(over);
    };
    let membership = update(tx, membership, &rights, PermissionSet::empty(), disable).await?;
    owners::remain(tx, &rights.roles).await?;
    moved(tx, "member.disable", Status::Active, &membership).await?;
    Ok(membership)
}

/// Lets a disabled member in again, with the roles they had. `rank_too_high` for one who stands above the caller, `limit_reached`
/// when their place was taken meanwhile.
pub async fn enable(tx: &WriteTx, id: MembershipId) -> Result<membership::Model, Problem> {
    tx.scope().require(Permission::MembersManage)?;
    let authority = Authority::take(tx).await?;
    let (membership, _) = reached(tx, &authority, id).await?;
    match membership.status {
        Status::Active => return Ok(membership),
        Status::Disabled => {}
        other => return Err(illegal(other, &["remove"])),
    }
    limits::take(tx, Limit::Users).await?;
    // One that began while they were shut out, having seen them let in a moment before, is over too.
    let from = membership.sessions_valid_from.max(Some(tx.now()));
    let membership = tx
        .update(membership, |row| {
            row.status = Set(Status::Active);
            row.sessions_valid_from = Set(from);
        })
        .await?;
    moved(tx, "member.enable", Status::Disabled, &membership).await?;
    Ok(membership)
}

/// Takes a member out of the organization, of which they have the version `expected`, and returns who they were.
pub(super) async fn remove(tx: &WriteTx, id: MembershipId, expected: impl Into<Expected>) -> Result<UserId, Problem> {
    tx.scope().require(Permission::MembersManage)?;
    let authority = Authority::take(tx).await?;
    let (membership, rights) = reached(tx, &authority, id).await?;
    tx.expect_version(&membership, expected)?;
    let before = membership.status;
    let over = Some(after(tx.now()));
    tx.remove::<membership_role::Entity>(membership_role::Column::MembershipId.eq(id)).await?;
    let remove = |row: &mut membership::ActiveModel| {
        row.status = Set(Status::Removed);
        row.extra_permissions = Set(ExtraPermissions::default());
        row.sessions_valid_from = Set(over);
    };
    let membership = update(tx, membership, &rights, PermissionSet::empty(), remove).await?;
    owners::remain(tx, &rights.roles).await?;
    let person = membership.user_id;
    tx.remove::<engagement_access::Entity>(engagement_access::Column::UserId.eq(person)).await?;
    moved(tx, "member.remove", before, &membership).await?;
    Ok(person)
}

/// Ends all sessions that a member has in this organization; they may sign in again. `rank_too_high` for one who stands above the
/// caller.
pub async fn end_sessions(tx: &WriteTx, id: MembershipId) -> Result<membership::Model, Problem> {
    tx.scope().require(Permission::MembersManage)?;
    let authority = Authority::take(tx).await?;
    let (membership, _) = reached(tx, &authority, id).await?;
    let over = Some(after(tx.now()));
    let membership = tx.update(membership, |row| row.sessions_valid_from = Set(over)).await?;
    tx.audit(audited("member.end_sessions", &membership)).await?;
    Ok(membership)
}

/// Writes down that somebody is a member from now on.
pub(crate) async fn joined(tx: &WriteTx, membership: &membership::Model) -> Result<(), Problem> {
    let (id, user_id, status) = (membership.id, membership.user_id, name_of(&membership.status));
    tx.audit(audited("member.join", membership).after(&json!({ "status": status }))).await?;
    tx.emit(&MemberStatusChanged { id, user_id, status }).await
}

/// A member whom the caller may change, and their rights. `not_found` for one who was removed, `rank_too_high` for one who stands
/// above the caller.
pub(super) async fn reached(
    tx: &WriteTx,
    authority: &Authority,
    id: MembershipId,
) -> Result<(membership::Model, Rights), Problem> {
    let membership = present(tx, id).await?;
    let rights = rights::of(tx, &membership).await?;
    authority.reaches(rights.rank())?;
    Ok((membership, rights))
}

/// A member who was not removed.
pub(super) async fn present(tx: &ReadTx, id: MembershipId) -> Result<membership::Model, Problem> {
    let member = tx.get::<membership::Entity>(id).await?;
    if member.status == Status::Removed { Err(Problem::not_found("membership")) } else { Ok(member) }
}

/// Changes a member who had these rights and has those permissions afterwards, and notes when they could decide about promotions and
/// can no longer.
pub(crate) async fn update(
    tx: &WriteTx,
    membership: membership::Model,
    before: &Rights,
    after: PermissionSet,
    change: impl FnOnce(&mut membership::ActiveModel) + Send,
) -> Result<membership::Model, Problem> {
    let counts = membership.status == Status::Active;
    let until = second::lost(before.permissions, after, tx.now()).filter(|_| counts);
    tx.update(membership, |row| {
        change(row);
        if until.is_some() {
            row.could_decide_until = Set(until);
        }
    })
    .await
}

/// The first moment of which a session is not over that was opened by `now`.
fn after(now: Timestamp) -> Timestamp {
    now + TimeDelta::microseconds(1)
}

fn illegal(status: Status, open: &[&str]) -> Problem {
    Problem::illegal_transition("member", &name_of(&status), open)
}

async fn moved(
    tx: &WriteTx,
    action: &'static str,
    before: Status,
    membership: &membership::Model,
) -> Result<(), Problem> {
    let (id, user_id, status) = (membership.id, membership.user_id, name_of(&membership.status));
    let entry = audited(action, membership).before(&json!({ "status": name_of(&before) }));
    tx.audit(entry.after(&json!({ "status": status }))).await?;
    tx.emit(&MemberStatusChanged { id, user_id, status }).await
}

pub(super) fn audited(action: &'static str, membership: &membership::Model) -> AuditEntry {
    AuditEntry::new(action, "member", membership.id).category(AuditCategory::Security)
}
