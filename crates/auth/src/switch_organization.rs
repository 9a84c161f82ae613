//! Working in another of one's organizations.
use crate::{Auth, AuthProblem, SignedIn, log_in::SIGN_IN, people, service::bare_scope, sessions, tokens::Holder};
use purser_entity_auth::session;
use purser_kernel::{Id, OrganizationId, UserId, ids::SessionId};
use purser_store::{AuditCategory, prelude::*};

impl Auth {
    /// `vouched_for_one_organization` for a session that an organization's own directory vouches for: whoever has only that would found
    /// an organization that they never get into. `unauthenticated` for an actor without sessions.
    pub async fn may_found(&self, scope: &Scope, session: SessionId) -> Result<(), Problem> {
        let user = scope.actor.in_person().ok_or_else(|| Problem::of(CommonProblem::Unauthenticated))?;
        self.unvouched(scope, user, session).await.map(|_| ())
    }

    /// The open session, for which nobody vouches but its owner.
    async fn unvouched(&self, scope: &Scope, user: UserId, session: SessionId) -> Result<session::Model, Problem> {
        let tx = self.store.read(scope).await?;
        let own = Holder { organization: scope.organization, user, session };
        let own = sessions::open(&tx, own).await?.ok_or_else(|| Problem::of(CommonProblem::Unauthenticated))?;
        if own.integration_id.is_some() {
            return Err(Problem::of(AuthProblem::VouchedForOneOrganization));
        }
        Ok(own)
    }

    /// Opens a session of the caller in another of their organizations. A session belongs to one organization: the one they came
    /// with stays open, and the new one lasts no longer than that one can.
    ///
    /// `validation_failed` at `/organization_id`, alike for an organization that there is not, that is not open, and that the caller
    /// does not belong to; `vouched_for_one_organization` for a session that an organization's own directory vouches for. `unauthenticated` for an actor without sessions.
    pub async fn switch_organization(
        &self,
        scope: &Scope,
        session: SessionId,
        organization: OrganizationId,
    ) -> Result<SignedIn, Problem> {
        let unauthenticated = || Problem::of(CommonProblem::Unauthenticated);
        let refused = || Problem::unknown_reference("/organization_id", "organization");
        let user = scope.actor.in_person().ok_or_else(unauthenticated)?;
        let from = self.unvouched(scope, user, session).await?;
        // Their own are looked through: whether there is another costs the same to find out as whether it is theirs.
        let tx = self.store.person_read(user).await?;
        let own = self.tenants.organizations_of(tx.system()).await?;
        drop(tx);
        if own.iter().all(|member| member.organization != organization) {
            return Err(refused());
        }
        self.prepare_signing_keys().await?;
        let holder = Holder { organization, user, session: Id::generate() };
        let there = bare_scope(organization, user, scope.client.clone(), scope.request_id.clone());
        let tx = self.store.write_in_any_state(&there).await?;
        self.tenants.membership(&tx, user).await?.ok_or_else(refused)?;
        let person = people::active(&tx, user).await?.ok_or_else(unauthenticated)?;
        self.tenants.seen(&tx, user).await?;
        let tokens = self.open_session_until(&tx, holder, from.ends_at).await?;
        let entry = AuditEntry::new(SIGN_IN, "session", holder.session);
        tx.audit(entry.category(AuditCategory::Security)).await?;
        tx.commit().await?;
        Ok(SignedIn { organization, user: person.into(), tokens })
    }
}
