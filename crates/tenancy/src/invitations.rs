//! Invitations: somebody is asked by mail to join, with a role.
//!
//! | from | by | to |
//! | --- | --- | --- |
//! | pending, expired | resend | pending |
//! | pending, expired | revoke | revoked |
//! | pending | accept | accepted |
//!
//! An invitation is worth what the one who sent it last may give at the moment when it is accepted, and holds a place of
//! the organization's until then.
mod join;
mod mail;
mod token;

use crate::{
    TenancyProblem,
    authority::{self, Authority},
    limits::{self, Limit},
    role_changes::RoleChanges,
    roles::{self, RoleWithPermissions},
};
use chrono::TimeDelta;
use purser_entity_tenancy::{
    invitation::{self, Column, Entity, Model},
    membership::{self, Status as MemberStatus},
    role,
};
use purser_kernel::{
    Email, SystemRole, UserId,
    ids::{InvitationId, RoleId},
};
use purser_store::{AuditCategory, MasterKey, ports::People, prelude::*};
use serde_json::{Value, json};
use std::{collections::HashMap, sync::Arc};
use token::Tokens;

pub use mail::SendInvitation;

/// How long an invitation can be accepted.
const LIFETIME: TimeDelta = TimeDelta::days(7);
/// Invitations that end with one statement.
const BATCH: u64 = 500;

/// Where an invitation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Status {
    /// Can be accepted.
    Pending,
    /// Was accepted, once and for all.
    Accepted,
    /// Ran out; sent again, it can be accepted.
    Expired,
    /// Was taken back.
    Revoked,
}

impl Status {
    /// Where this invitation stands at the time `now`.
    pub fn of(invitation: &Model, now: Timestamp) -> Self {
        match (invitation.accepted_at, invitation.revoked_at) {
            (Some(_), _) => Self::Accepted,
            (None, Some(_)) => Self::Revoked,
            (None, None) if invitation.expires_at <= now => Self::Expired,
            (None, None) => Self::Pending,
        }
    }
}

/// An invitation, and where it stands.
#[derive(Clone, Debug)]
pub struct Invitation {
    /// The invitation.
    pub row: Model,
    /// The role in it; `None` when that was deleted after the invitation had ended.
    pub role: Option<role::Model>,
    /// Where it stands.
    pub status: Status,
}

/// Which role whoever accepts gets.
#[derive(Clone, Debug)]
pub enum InvitedRole {
    /// The role with this id.
    Id(RoleId),
    /// The role of this name, in any spelling of upper and lower case.
    Name(String),
}

/// Invites people, and lets them in.
#[derive(Clone)]
pub struct Invitations {
    people: Arc<dyn People>,
    role_changes: RoleChanges,
    tokens: Tokens,
}

impl Invitations {
    /// The service. The keys that tokens are made with are derived from `master`.
    pub fn new(people: Arc<dyn People>, role_changes: RoleChanges, master: &MasterKey) -> Result<Self, Problem> {
        Ok(Self { people, role_changes, tokens: Tokens::new(master)? })
    }

    /// Invites the person with this address. A job sends the mail.
    ///
    /// `permission_not_held` and `rank_too_high` for a role that is not the caller's to give, `already_member` for the address of a
    /// member, `already_invited` while an invitation to it is pending, `limit_reached` when the organization has no place left.
    pub async fn invite(&self, tx: &WriteTx, email: &str, role: InvitedRole) -> Result<Invitation, Problem> {
        tx.scope().require(Permission::MembersManage)?;
        let caller = tx.scope().actor.user().ok_or_else(|| Problem::of(CommonProblem::Forbidden))?;
        let email = Email::parse("/email", email)?;
        let authority = Authority::take(tx).await?;
        let role = wanted(tx, role).await?;
        authority.reaches(role.role.rank)?;
        authority.holds(role.permissions)?;
        if let Some(user) = self.people.with_email(tx, &email).await?
            && let Some(member) = membership_of(tx, user).await?
            && member.status != MemberStatus::Removed
        {
            return Err(Problem::of(TenancyProblem::AlreadyMember).with("pointer", "/email"));
        }
        self.send(tx, email, role.role, Some(caller)).await
    }

    /// Invites somebody to be the first owner, in the name of the platform: whoever administers it answers for that.
    pub(crate) async fn invite_owner(&self, tx: &WriteTx, email: Email) -> Result<Invitation, Problem> {
        tx.scope().require(Permission::MembersManage)?;
        authority::lock(tx).await?;
        let role = wanted(tx, InvitedRole::Name(SystemRole::Owner.as_str().to_owned())).await?;
        self.send(tx, email, role.role, None).await
    }

    async fn send(
        &self,
        tx: &WriteTx,
        email: Email,
        role: role::Model,
        host: Option<UserId>,
    ) -> Result<Invitation, Problem> {
        make_room(tx, &email).await?;
        let id = InvitationId::generate();
        let row = invitation::ActiveModel {
            id: Set(id),
            email: Set(email.as_str().to_owned()),
            email_normalized: Set(email.normalized()),
            role_id: Set(Some(role.id)),
            number: Set(1),
            token_hash: Set(self.tokens.of(tx, id, 1).await?.hash()),
            invited_by: Set(host),
            expires_at: Set(tx.now() + LIFETIME),
            accepted_at: Set(None),
            accepted_by: Set(None),
            revoked_at: Set(None),
            ..Default::default()
        };
        let row = tx.insert(row).await?;
        tx.enqueue(mail::job(&row)).await?;
        tx.audit(audited("invitation.create", id).after(&view(&role))).await?;
        Ok(Invitation { row, role: Some(role), status: Status::Pending })
    }

    /// Sends an invitation again, with another token: the one before is worth nothing any more. It can be accepted for another seven
    /// days, and the caller answers for it from now on.
    ///
    /// As [`invite`](Self::invite); `illegal_transition` for one that was accepted or revoked.
    pub async fn resend(&self, tx: &WriteTx, id: InvitationId) -> Result<Invitation, Problem> {
        tx.scope().require(Permission::MembersManage)?;
        let caller = tx.scope().actor.user().ok_or_else(|| Problem::of(CommonProblem::Forbidden))?;
        let authority = Authority::take(tx).await?;
        let row = tx.get::<Entity>(id).await?;
        let (status, role) = (Status::of(&row, tx.now()), role_of(tx, &row).await?);
        let (Status::Pending | Status::Expired, Some(role)) = (status, role) else {
            return Err(illegal(status));
        };
        authority.reaches(role.role.rank)?;
        authority.holds(role.permissions)?;
        if status == Status::Expired {
            limits::take(tx, Limit::Users).await?;
        }
        let (number, expires_at) = (row.number.saturating_add(1), tx.now() + LIFETIME);
        let token_hash = self.tokens.of(tx, row.id, number).await?.hash();
        let row = tx
            .update(row, |row| {
                row.number = Set(number);
                row.token_hash = Set(token_hash);
                row.invited_by = Set(Some(caller));
                row.expires_at = Set(expires_at);
            })
            .await?;
        tx.enqueue(mail::job(&row)).await?;
        tx.audit(audited("invitation.resend", id)).await?;
        Ok(Invitation { row, role: Some(role.role), status: Status::Pending })
    }
}

/// The invitations, the newest first. Those that ran out are told from those that did not at the moment of each page.
pub async fn list(tx: &ReadTx, status: Option<Status>, page: &PageRequest) -> Result<Page<Invitation>, Problem> {
    tx.scope().require(Permission::MembersRead)?;
    let mut invitations = tx.find::<Entity>();
    invitations = match status {
        None => invitations,
        Some(Status::Accepted) => invitations.filter(Column::AcceptedAt.is_not_null()),
        Some(Status::Revoked) => invitations.filter(Column::RevokedAt.is_not_null()),
        Some(Status::Pending) => invitations.filter(open()).filter_now(Column::ExpiresAt.gt(tx.now())),
        Some(Status::Expired) => invitations.filter(open()).filter_now(Column::ExpiresAt.lte(tx.now())),
    };
    let page = invitations.page(page).await?;
    let ids: Vec<RoleId> = page.data.iter().filter_map(|row| row.role_id).collect();
    let limit = u64::try_from(ids.len()).unwrap_or(u64::MAX);
    let roles = tx.find::<role::Entity>().filter(role::Column::Id.is_in(ids)).all(limit).await?;
    let roles: HashMap<RoleId, role::Model> = roles.into_iter().map(|role| (role.id, role)).collect();
    Ok(page.map(|row| Invitation {
        role: row.role_id.and_then(|id| roles.get(&id).cloned()),
        status: Status::of(&row, tx.now()),
        row,
    }))
}

/// Takes an invitation back: its token is worth nothing any more, its place is free. Again changes nothing.
///
/// `illegal_transition` for one that was accepted, `rank_too_high` for one with a role above the caller's.
pub async fn revoke(tx: &WriteTx, id: InvitationId) -> Result<Invitation, Problem> {
    tx.scope().require(Permission::MembersManage)?;
    let authority = Authority::take(tx).await?;
    let row = tx.get::<Entity>(id).await?;
    let role = role_of(tx, &row).await?.map(|role| role.role);
    match Status::of(&row, tx.now()) {
        Status::Revoked => return Ok(Invitation { row, role, status: Status::Revoked }),
        Status::Accepted => return Err(illegal(Status::Accepted)),
        Status::Pending | Status::Expired => {}
    }
    authority.reaches(role.as_ref().map_or(0, |role| role.rank))?;
    let row = end(tx, row).await?;
    Ok(Invitation { row, role, status: Status::Revoked })
}

/// How many can be accepted: each of them holds a place.
pub(crate) async fn pending(tx: &ReadTx) -> Result<i64, Problem> {
    tx.find::<Entity>().filter(open()).filter(Column::ExpiresAt.gt(tx.now())).count().await
}

/// Neither accepted nor revoked.
fn open() -> Filter<Entity> {
    Column::AcceptedAt.is_null().and(Column::RevokedAt.is_null())
}

/// Whether an invitation that can still be accepted, or sent again, has this role.
pub(crate) async fn name_role(tx: &ReadTx, id: RoleId) -> Result<bool, Problem> {
    tx.find::<Entity>().filter(open().and(Column::RoleId.eq(id))).exists().await
}

/// Takes a role that is about to be deleted out of the invitations that are over.
pub(crate) async fn forget_role(tx: &WriteTx, id: RoleId) -> Result<(), Problem> {
    let forget = |row: &mut invitation::ActiveModel| row.role_id = Set(None);
    tx.update_where(Column::RoleId.eq(id), forget).await.map(|_| ())
}

/// A place for another invitation to this address: at most one of them is open, and an expired one gives way.
async fn make_room(tx: &WriteTx, email: &Email) -> Result<(), Problem> {
    let to = Column::EmailNormalized.eq(email.normalized());
    if let Some(row) = tx.find::<Entity>().filter(open().and(to)).one().await? {
        if Status::of(&row, tx.now()) == Status::Pending {
            return Err(Problem::of(TenancyProblem::AlreadyInvited).with("pointer", "/email"));
        }
        end(tx, row).await?;
    }
    limits::take(tx, Limit::Users).await
}

/// Takes back what this person has sent and nobody has accepted, pending or expired: it is not to come back with them. Their places are
/// free.
pub(crate) async fn end_of(tx: &WriteTx, person: UserId) -> Result<(), Problem> {
    let now = tx.now();
    loop {
        let some = tx.find::<Entity>().filter(open().and(Column::InvitedBy.eq(person))).all(BATCH).await?;
        if some.is_empty() {
            return Ok(());
        }
        let these = Column::Id.is_in(some.iter().map(|row| row.id));
        tx.update_where(these, |row: &mut invitation::ActiveModel| row.revoked_at = Set(Some(now))).await?;
        tx.audit_many(some.iter().map(|row| audited("invitation.revoke", row.id))).await?;
    }
}

async fn end(tx: &WriteTx, row: Model) -> Result<Model, Problem> {
    let now = tx.now();
    let row = tx.update(row, |row| row.revoked_at = Set(Some(now))).await?;
    tx.audit(audited("invitation.revoke", row.id)).await?;
    Ok(row)
}

async fn wanted(tx: &ReadTx, wanted: InvitedRole) -> Result<RoleWithPermissions, Problem> {
    let (pointer, filter) = match wanted {
        InvitedRole::Id(id) => ("/role_id", role::Column::Id.eq(id)),
        InvitedRole::Name(name) => ("/role", role::Column::NameNormalized.eq(text::normalized(&name))),
    };
    let role = tx.find::<role::Entity>().filter(roles::everywhere()).filter(filter).one().await?;
    let role = role.ok_or_else(|| Problem::unknown_reference(pointer, "role"))?;
    roles::with_its_permissions(tx, role).await
}

async fn role_of(tx: &ReadTx, row: &Model) -> Result<Option<RoleWithPermissions>, Problem> {
    let role = match row.role_id {
        Some(id) => tx.find_by_id::<role::Entity>(id).await?,
        None => None,
    };
    match role {
        Some(role) => roles::with_its_permissions(tx, role).await.map(Some),
        None => Ok(None),
    }
}

/// The person's membership, whatever its state.
async fn membership_of(tx: &ReadTx, user: UserId) -> Result<Option<membership::Model>, Problem> {
    tx.find::<membership::Entity>().filter(membership::Column::UserId.eq(user)).one().await
}

fn illegal(status: Status) -> Problem {
    Problem::illegal_transition("invitation", status.into(), &[])
}

fn audited(action: &'static str, id: InvitationId) -> AuditEntry {
    AuditEntry::new(action, "invitation", id).category(AuditCategory::Security)
}

/// An invitation as the audit trail shows it. Whose address it goes to stands in its row, where it can be erased.
fn view(role: &role::Model) -> Value {
    json!({ "role": role.name })
}
