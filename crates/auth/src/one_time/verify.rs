//! A verified mail address.
use super::MailToken;
use crate::{Auth, AuthProblem, people};
use purser_entity_auth::one_time_token::Purpose;
use purser_kernel::{Client, SecretString};
use purser_store::{AuditCategory, prelude::*};

impl Auth {
    /// Has the mail sent again by which the caller shows that their address is theirs. Nothing is sent when they have shown it,
    /// or were sent enough of them lately; the caller does not learn which. `person_required` for an actor without an address.
    pub async fn send_verification(&self, scope: &Scope) -> Result<(), Problem> {
        let user = scope.actor.in_person().ok_or_else(|| Problem::of(AuthProblem::PersonRequired))?;
        let tx = self.store.write_in_any_state(scope).await?;
        tx.enqueue(MailToken::job(user, Purpose::VerifyEmail)).await?;
        tx.commit().await
    }

    /// Writes down that the owner of a token from a mail has got it. `invalid_token` whatever is wrong with the token.
    pub async fn verify_email(&self, token: &SecretString, client: Client, request_id: String) -> Result<(), Problem> {
        let found = self.found(token, Purpose::VerifyEmail).await?;
        let tx = self.using(&found, client, request_id).await?;
        people::verify_email(&tx, found.user).await?;
        let entry = AuditEntry::new("user.email_verify", "user", found.user);
        tx.audit(entry.category(AuditCategory::Security)).await?;
        tx.commit().await
    }
}
