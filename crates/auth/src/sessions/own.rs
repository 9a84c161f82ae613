//! A person's own sessions: which there are, and how they end.
use super::{Reason, end, end_others};
use crate::{Auth, AuthProblem, tokens::Holder};
use purser_entity_auth::session::{Column, Entity, Model};
use purser_kernel::{OrganizationId, UserId, ids::SessionId};
use purser_store::{AuditCategory, prelude::*};
use std::fmt;

/// One of the caller's sessions.
#[derive(Clone, PartialEq, Eq)]
pub struct OwnSession {
    /// Its id.
    pub id: SessionId,
    /// The organization it acts in.
    pub organization: Option<OrganizationId>,
    /// The platform administrator who acts for the caller in it; none for the caller's own.
    pub acting_admin_id: Option<UserId>,
    /// The network address that it was opened from.
    pub ip: Option<String>,
    /// What the client calls itself.
    pub user_agent: Option<String>,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When it was last renewed: while a client works, each time that its access token runs out.
    pub last_seen_at: Timestamp,
    /// When it ends, unless it is renewed before.
    pub expires_at: Timestamp,
    /// When it ends, however often it is renewed.
    pub ends_at: Timestamp,
}

impl From<Model> for OwnSession {
    fn from(session: Model) -> Self {
        Self {
            id: session.id,
            organization: session.organization_id,
            acting_admin_id: session.acting_admin_id,
            ip: session.ip,
            user_agent: session.user_agent,
            created_at: session.created_at,
            last_seen_at: session.last_seen_at,
            expires_at: session.expires_at,
            ends_at: session.ends_at,
        }
    }
}

impl fmt::Debug for OwnSession {
    /// Where somebody was is personal data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OwnSession").field("id", &self.id).finish_non_exhaustive()
    }
}

/// The actor. `person_required` for any other: nobody else has sessions.
fn person(scope: &Scope) -> Result<UserId, Problem> {
    scope.actor.in_person().ok_or_else(|| Problem::of(AuthProblem::PersonRequired))
}

impl Auth {
    /// The caller's open sessions in all their organizations, the latest first.
    pub async fn sessions(&self, tx: &ReadTx, page: &PageRequest) -> Result<Page<OwnSession>, Problem> {
        let open = Column::UserId.eq(person(tx.scope())?).and(Column::RevokedAt.is_null());
        let mut page = tx.global::<Entity>().filter(open).order_by(Column::CreatedAt, Desc).page(page).await?;
        // A condition on the time would be another list at each moment, and no cursor would belong to it.
        page.data.retain(|session| session.expires_at > tx.now());
        Ok(page.map(OwnSession::from))
    }

    /// Ends one of the caller's sessions, as signing out in it would. `not_found` when there is no such session, or it has
    /// ended.
    pub async fn end_session(&self, scope: &Scope, session: SessionId) -> Result<(), Problem> {
        let user = person(scope)?;
        let tx = self.store.write_in_any_state(scope).await?;
        let own = Column::Id.eq(session).and(Column::UserId.eq(user)).and(Column::ExpiresAt.gt(tx.now()));
        let row = tx.global::<Entity>().filter(own).one().await?;
        let organization = row.and_then(|row| row.organization_id).ok_or_else(|| Problem::not_found("session"))?;
        let holder = Holder { organization, user, session };
        if !end(&tx, holder, Reason::Ended).await? {
            return Err(Problem::not_found("session"));
        }
        tx.audit(AuditEntry::new("session.end", "session", session).category(AuditCategory::Security)).await?;
        tx.commit().await?;
        self.forget(holder).await;
        Ok(())
    }

    /// Ends all of the caller's sessions but `session`. Again changes nothing.
    pub async fn end_other_sessions(&self, scope: &Scope, session: SessionId) -> Result<(), Problem> {
        let user = person(scope)?;
        let tx = self.store.write_in_any_state(scope).await?;
        let ended = end_others(tx.system(), &scope.into(), user, Some(session), Reason::Ended).await?;
        if !ended.is_empty() {
            tx.audit(AuditEntry::new("session.end_others", "user", user).category(AuditCategory::Security)).await?;
        }
        tx.commit().await?;
        self.forget_all(&ended).await;
        Ok(())
    }
}
