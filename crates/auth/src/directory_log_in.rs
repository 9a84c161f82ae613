//! Signing in with the organization's own directory.
use crate::{AuthProblem, Identities, SignedIn};
use purser_kernel::{Client, ExposeSecret, OrganizationId, SecretString, ids::IntegrationId};
use purser_store::{
    AuditCategory, AuditSeverity,
    ports::{PasswordDirectory, Vouched},
    prelude::*,
};
use std::sync::Arc;

/// What somebody writes to sign in with a directory. It has no `Debug`: it is personal data and a secret.
pub struct DirectoryLogIn {
    /// The organization whose directory it is.
    pub organization: OrganizationId,
    /// The connection with the directory.
    pub integration: IntegrationId,
    /// The name that the directory knows them by.
    pub username: String,
    /// Their password there.
    pub password: SecretString,
}

/// Longer than any name, and than any password that a directory takes.
const MAX_USERNAME: usize = 256;
const MAX_PASSWORD: usize = 1024;

impl Identities {
    /// Opens a session for a person whom the organization's directory vouches for. Who signs in for the first time becomes a
    /// member; roles follow the groups.
    ///
    /// `not_found` where there is no such directory or it is switched off. `invalid_credentials` whatever else is wrong: an
    /// unknown name, the password, somebody disabled there or here. `too_many_requests` during the pause after many wrong
    /// passwords, `provider_unavailable` when the directory cannot be asked.
    pub async fn log_in_with_directory(
        &self,
        request: DirectoryLogIn,
        client: Client,
        request_id: String,
    ) -> Result<SignedIn, Problem> {
        let DirectoryLogIn { organization, integration, username, password } = request;
        let scope = Scope { client, ..Scope::system(organization, request_id) };
        let directory = self.open_directory(&scope, integration).await?;
        let refused = || Problem::of(AuthProblem::InvalidCredentials);
        let username = text::line("/username", &username, MAX_USERNAME).map_err(|_| refused())?;
        // An empty password is one that a directory lets pass (RFC 4513, section 5.1.2): it is not even asked.
        let length = password.expose_secret().len();
        if length == 0 || length > MAX_PASSWORD {
            return Err(refused());
        }

        let person = directory.find(&username).await?;
        // By the subject, which has one spelling: the directory takes many spellings for the same name.
        let known_as = person.as_ref().map_or_else(|| text::normalized(&username), |person| person.subject.clone());
        let account = format!("{integration}/{known_as}");
        let attempts = self.auth.strangers.attempts(&account).await;
        attempts.allow(self.auth.store.clock().now())?;
        let right = directory.is_password_of(person.as_ref(), &password).await?;
        let person = match person {
            Some(person) if right => person,
            person => {
                self.auth.strangers.failed(&account, self.auth.store.clock().now()).await?;
                self.note_failure(&scope, integration, person).await?;
                return Err(refused());
            }
        };
        self.auth.strangers.forget(&account).await;
        let until = self.auth.store.clock().now() + self.check_after;
        self.admit(&scope, integration, person, until).await
    }

    /// The directory behind the connection. `not_found` for every other id.
    async fn open_directory(
        &self,
        scope: &Scope,
        integration: IntegrationId,
    ) -> Result<Arc<dyn PasswordDirectory>, Problem> {
        let tx = self.auth.store.read(scope).await?;
        let directory = self.providers.directory(&tx, integration).await?;
        directory.ok_or_else(|| Problem::not_found("integration"))
    }

    /// Writes down a failed attempt at somebody who was here before. What strangers try is not written down: they could fill the
    /// trail.
    async fn note_failure(
        &self,
        scope: &Scope,
        integration: IntegrationId,
        person: Option<Vouched>,
    ) -> Result<(), Problem> {
        let Some(person) = person else {
            return Ok(());
        };
        let tx = self.auth.store.write(scope).await?;
        let Some(identity) = self.identity(&tx, integration, &person.subject).await? else {
            return Ok(());
        };
        let entry = AuditEntry::new("session.sign_in", "user", identity.user_id);
        tx.audit(entry.category(AuditCategory::Security).failed(AuditSeverity::Warning)).await?;
        tx.commit().await
    }
}
