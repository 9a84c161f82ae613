//! Acting for a person: what an administrator sees and does in their place, to help them.
//!
//! The organization has to allow it. It lasts 30 minutes at most, cannot be renewed, decides nothing, and ends when either side wants
//! it to. Both trails say who acted for whom.
use super::{MAX_REASON, PlatformCaller};
use crate::{
    Auth, AuthProblem, people,
    sessions::{self, Reason},
    tokens::Holder,
};
use chrono::TimeDelta;
use purser_entity_auth::{
    impersonation::{ActiveModel, Column, Entity, Model},
    session, user,
};
use purser_kernel::{
    Actor, Id, OrganizationId, PermissionSet, PlatformScope, SecretString, UserId,
    ids::{ImpersonationId, SessionId},
};
use purser_store::{AuditCategory, PlatformAuditEntry, prelude::*};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

/// The longest that somebody acts for somebody else.
const LONGEST: TimeDelta = TimeDelta::minutes(30);

/// For whom an administrator wants to act.
#[derive(Clone, Debug)]
pub struct Impersonate {
    /// Where.
    pub organization: OrganizationId,
    /// For whom: an active member there.
    pub person: UserId,
    /// Why, for both trails: one line of at most 500 characters.
    pub reason: String,
}

/// An administrator acts for somebody.
#[derive(Debug)]
pub struct Acting {
    /// For whom, where and why.
    pub impersonation: Model,
    /// A JWT for the header `Authorization: Bearer` whose claim `act` names the administrator. It cannot be renewed.
    pub access_token: SecretString,
    /// How long it is valid, in whole seconds.
    pub expires_in: i64,
}

/// The events of it, for the organization.
macro_rules! events {
    ($($(#[$doc:meta])* $event:ident = $name:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Serialize, ToSchema)]
        struct $event {
            admin_id: UserId,
            user_id: UserId,
        }

        impl DomainEvent for $event {
            const TYPE: &'static str = $name;
            const RESOURCE: &'static str = "user";
            const READERS: Readers = Readers::Holding(Permission::AuditRead);

            fn resource_id(&self) -> Uuid {
                self.user_id.as_uuid()
            }

            fn example() -> Self {
                Self { admin_id: example_id(), user_id: example_id() }
            }
        }
    )*

        /// These events.
        pub fn event_types() -> Vec<EventType> {
            vec![$(EventType::of::<$event>()),*]
        }
    };
}

events! {
    /// A platform administrator acts for a member.
    Started = "impersonation.started";
    /// A platform administrator acts for a member no more.
    Ended = "impersonation.ended";
}

impl Auth {
    /// Lets the administrator act for a member of an organization.
    ///
    /// `validation_failed` at `/user_id` for who is no active member of an organization that is open, be there one or not;
    /// `impersonation_not_allowed` unless the organization allows it; `platform_administrator` for one.
    pub async fn impersonate(&self, caller: &PlatformCaller, wanted: Impersonate) -> Result<Acting, Problem> {
        let (admin, who) = (caller.admin, &caller.scope);
        let Impersonate { organization, person, reason } = wanted;
        let reason = text::line("/reason", &reason, MAX_REASON)?;
        self.prepare_signing_keys().await?;
        let holder = Holder { organization, user: person, session: Id::generate() };
        let tx = self.store.write_in_any_state(&acting(who, admin, holder)).await?;
        let unknown = || Problem::unknown_reference("/user_id", "member");
        self.tenants.membership(&tx, person).await?.ok_or_else(unknown)?;
        let account = people::active(&tx, person).await?.ok_or_else(unknown)?;
        if account.is_platform_admin {
            return Err(Problem::of(AuthProblem::PlatformAdministrator));
        }
        if !self.may_act(&tx, admin, &account).await? {
            return Err(Problem::of(AuthProblem::ImpersonationNotAllowed));
        }
        let (now, expires_at) = (tx.now(), tx.now() + LONGEST);
        let session = session::ActiveModel {
            expires_at: Set(expires_at),
            ends_at: Set(expires_at),
            acting_admin_id: Set(Some(admin)),
            ..sessions::row(&tx, holder)
        };
        tx.system().insert(session).await?;
        let row = ActiveModel {
            id: Set(ImpersonationId::from_uuid(holder.session.as_uuid())),
            admin_id: Set(admin),
            organization_id: Set(organization),
            person_id: Set(person),
            reason: Set(reason.clone()),
            expires_at: Set(expires_at),
            ended_at: Set(None),
            ..Default::default()
        };
        let impersonation = tx.system().insert(row).await?;
        let said = json!({ "reason": reason, "expires_at": expires_at });
        tx.audit(entry("impersonation.start", holder).after(&said)).await?;
        tx.emit(&Started { admin_id: admin, user_id: person }).await?;
        let trail = PlatformAuditEntry::new("impersonation.start").organization(organization).person(person);
        tx.system().platform_audit(who, trail.details(&said)).await?;
        let keys = self.keys.known()?;
        let access_token = self.access_tokens.issue_to(admin, &keys.signer, holder, now, expires_at)?;
        tx.commit().await?;
        Ok(Acting { impersonation, access_token, expires_in: (expires_at - now).num_seconds() })
    }

    /// Ends it at once. Again changes nothing. `not_found` for an id that there is not.
    pub async fn end_impersonation(&self, caller: &PlatformCaller, id: ImpersonationId) -> Result<(), Problem> {
        let tx = self.store.system_read().await?;
        let row = tx.system().find::<Entity>().filter(Column::Id.eq(id)).one().await?;
        let row = row.ok_or_else(|| Problem::not_found("impersonation"))?;
        drop(tx);
        let holder = Holder {
            organization: row.organization_id,
            user: row.person_id,
            session: SessionId::from_uuid(id.as_uuid()),
        };
        let tx = self.store.write_in_any_state(&acting(&caller.scope, caller.admin, holder)).await?;
        if sessions::end(&tx, holder, Reason::Ended).await? {
            tx.audit(entry("impersonation.end", holder)).await?;
            tx.emit(&Ended { admin_id: row.admin_id, user_id: row.person_id }).await?;
        }
        tx.commit().await?;
        self.forget(holder).await;
        Ok(())
    }

    /// For whom administrators act and have acted, the latest first.
    pub async fn impersonations(&self, _: &PlatformScope, page: &PageRequest) -> Result<Page<Model>, Problem> {
        let tx = self.store.system_read().await?;
        tx.system().find::<Entity>().order_by(Column::CreatedAt, Desc).page(page).await
    }

    /// Whether `admin` may act for this person in the organization of `tx` at this moment: the organization allows it, the one is an
    /// administrator, and the other is none.
    pub(crate) async fn may_act(&self, tx: &ReadTx, admin: UserId, person: &user::Model) -> Result<bool, Problem> {
        if person.is_platform_admin || !self.tenants.allows_impersonation(tx).await? {
            return Ok(false);
        }
        let admin = people::active(tx, admin).await?;
        Ok(admin.is_some_and(|admin| admin.is_platform_admin))
    }
}

/// The scope in which the administrator begins and ends it: it opens the person's rows and allows nothing.
fn acting(who: &PlatformScope, admin: UserId, holder: Holder) -> Scope {
    let scope = who.in_organization(holder.organization, PermissionSet::empty());
    Scope { actor: Actor::Acting { admin, user: holder.user }, ..scope }
}

fn entry(action: &'static str, holder: Holder) -> AuditEntry {
    AuditEntry::new(action, "user", holder.user).category(AuditCategory::Access)
}

/// Writes down of those of these sessions in which an administrator acted that they have ended. `who` is nobody when the person has
/// ended them.
pub(crate) async fn note_ends(
    system: System<'_>,
    who: &PlatformScope,
    sessions: impl IntoIterator<Item = SessionId>,
) -> Result<(), Problem> {
    let ids: Vec<Uuid> = sessions.into_iter().map(Id::as_uuid).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let limit = u64::try_from(ids.len()).unwrap_or(u64::MAX);
    let open = Column::Id.is_in(ids).and(Column::EndedAt.is_null()).and(Column::ExpiresAt.gt(system.now()));
    for row in system.find::<Entity>().filter(open).all(limit).await? {
        let (now, own) = (system.now(), Column::Id.eq(row.id));
        system.update_where(own, |row: &mut ActiveModel| row.ended_at = Set(Some(now))).await?;
        let trail =
            PlatformAuditEntry::new("impersonation.end").organization(row.organization_id).person(row.person_id);
        let ended_by = if who.admin.is_some() { "administrator" } else { "person" };
        let said = json!({ "impersonation_id": row.id, "admin_id": row.admin_id, "ended_by": ended_by });
        system.platform_audit(who, trail.details(&said)).await?;
    }
    Ok(())
}
