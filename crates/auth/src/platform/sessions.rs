//! Sessions of administrators.
use super::PlatformCaller;
use crate::Auth;
use purser_entity_auth::platform_session::{ActiveModel, Column, Entity, Model};
use purser_kernel::{UserId, ids::PlatformSessionId};
use purser_store::{PlatformAuditEntry, prelude::*};
use std::fmt;

/// More than anybody opens within the hour that one lasts.
const MAX_SESSIONS: u64 = 200;

/// One of the caller's sessions.
#[derive(Clone, PartialEq, Eq)]
pub struct PlatformSession {
    /// Its id.
    pub id: PlatformSessionId,
    /// The network address that it was opened from.
    pub ip: Option<String>,
    /// What the client calls itself.
    pub user_agent: Option<String>,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
}

impl fmt::Debug for PlatformSession {
    /// Where somebody was is personal data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PlatformSession").field("id", &self.id).finish_non_exhaustive()
    }
}

impl From<Model> for PlatformSession {
    fn from(session: Model) -> Self {
        let Model { id, ip, user_agent, created_at, expires_at, .. } = session;
        Self { id, ip, user_agent, created_at, expires_at }
    }
}

impl Auth {
    /// The caller's open sessions, the latest first.
    pub async fn admin_sessions(&self, caller: &PlatformCaller) -> Result<Vec<PlatformSession>, Problem> {
        let tx = self.store.person_read(caller.admin).await?;
        let rows = tx.system().find::<Entity>().filter(good(caller.admin, tx.system().now()));
        let rows = rows.order_by(Column::CreatedAt, Desc).all(MAX_SESSIONS).await?;
        Ok(rows.into_iter().map(PlatformSession::from).collect())
    }

    /// Ends one of the caller's sessions, at once at every node. `not_found` when there is no such session, or it has ended.
    pub async fn end_admin_session(&self, caller: &PlatformCaller, session: PlatformSessionId) -> Result<(), Problem> {
        let tx = self.store.person(caller.admin).await?;
        let system = tx.system();
        let one = good(caller.admin, system.now()).and(Column::Id.eq(session));
        if end(system, one).await? == 0 {
            return Err(Problem::not_found("session"));
        }
        let action = if session == caller.session { "platform_session.sign_out" } else { "platform_session.end" };
        system.platform_audit(&caller.scope, PlatformAuditEntry::new(action)).await?;
        tx.commit().await
    }
}

/// The administrator's session, while it is good.
pub(super) async fn open(
    system: System<'_>,
    admin: UserId,
    session: PlatformSessionId,
) -> Result<Option<Model>, Problem> {
    system.find::<Entity>().filter(good(admin, system.now()).and(Column::Id.eq(session))).one().await
}

/// Ends all that the person has or is about to open.
pub(super) async fn end_all(system: System<'_>, admin: UserId) -> Result<(), Problem> {
    end(system, Column::UserId.eq(admin).and(Column::RevokedAt.is_null())).await.map(|_| ())
}

async fn end(system: System<'_>, which: Filter<Entity>) -> Result<u64, Problem> {
    let now = system.now();
    system.update_where(which, |row: &mut ActiveModel| row.revoked_at = Set(Some(now))).await
}

/// The second factor was shown, and neither an end nor the time has come.
fn good(admin: UserId, now: Timestamp) -> Filter<Entity> {
    Column::UserId
        .eq(admin)
        .and(Column::ConfirmedAt.is_not_null())
        .and(Column::RevokedAt.is_null())
        .and(Column::ExpiresAt.gt(now))
}
