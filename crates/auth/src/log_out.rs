//! Signing out.
use crate::{
    Auth,
    sessions::{self, Reason},
    tokens::Holder,
};
use purser_kernel::ids::SessionId;
use purser_store::{AuditCategory, prelude::*};

impl Auth {
    /// Ends the caller's session: its refresh token is worthless at once, its access token at this node at once and at others
    /// within a second. Again changes nothing. `unauthenticated` for an actor without sessions.
    pub async fn log_out(&self, scope: &Scope, session: SessionId) -> Result<(), Problem> {
        let user = scope.actor.user().ok_or_else(|| Problem::of(CommonProblem::Unauthenticated))?;
        let holder = Holder { organization: scope.organization, user, session };
        let tx = self.store.write_in_any_state(scope).await?;
        if sessions::end(&tx, holder, Reason::SignedOut).await? {
            let entry = AuditEntry::new("session.sign_out", "session", session);
            tx.audit(entry.category(AuditCategory::Security)).await?;
        }
        tx.commit().await?;
        self.forget(holder).await;
        Ok(())
    }
}
