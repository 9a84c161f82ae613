//! Signing in with the organization's own directory.
use crate::{
    AuthProblem, Identities, SignedIn, identities::attempts::Known, log_in::SIGN_IN, service::bare_scope,
    sessions::Voucher,
};
use purser_entity_auth::user_identity::Model as Identity;
use purser_kernel::{Client, ExposeSecret, OrganizationId, SecretString, ids::IntegrationId};
use purser_store::{
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
        self.auth.unhurried(Box::pin(self.ask_directory(request, client, request_id))).await
    }

    async fn ask_directory(
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
        let known = self.known(&scope, integration, person.as_ref()).await?;
        // Where somebody is at home, what others do from there does not count against them.
        let network = scope.client.network().filter(|_| !known.as_ref().is_some_and(Known::is_at_home));
        self.auth.allow(network).await?;
        let stranger = self.auth.stranger(&account).await?;
        let attempts = known.as_ref().map_or(stranger, Known::attempts);
        let now = || self.auth.store.clock().now();
        attempts.allow(now())?;
        let right = directory.is_password_of(person.as_ref(), &password).await?;
        // Others may have guessed while this password was compared.
        if right {
            self.auth.allow(network).await?;
        } else {
            self.auth.count(network).await?;
        }
        let Some(person) = person.filter(|_| right) else {
            // What strangers try is not written down: they could fill the trail.
            match known {
                Some(Known { identity, .. }) => {
                    let scope = own_scope(&scope, &identity);
                    self.count_failure(&scope, identity.id, SIGN_IN).await?;
                }
                None => self.auth.stranger_failed(&account).await?,
            }
            return Err(refused());
        };
        if known.is_none() {
            // As with those who have an identity: see `forgive`.
            self.auth.stranger_known(&account).await?;
        }
        self.admit(&scope, Voucher::of_directory(integration, now() + self.check_after), person).await
    }

    /// What the connection knows the person by, if they were here before.
    async fn known(
        &self,
        scope: &Scope,
        integration: IntegrationId,
        person: Option<&Vouched>,
    ) -> Result<Option<Known>, Problem> {
        let Some(person) = person else {
            return Ok(None);
        };
        let tx = self.auth.store.read(scope).await?;
        let Some(identity) = self.identity(&tx, integration, &person.subject).await? else {
            return Ok(None);
        };
        drop(tx);
        let tx = self.auth.store.read_in_any_state(&own_scope(scope, &identity)).await?;
        Known::of(&tx, identity).await.map(Some)
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
}

/// The scope of the person themselves: where they have signed in from is nobody else's to see.
fn own_scope(scope: &Scope, identity: &Identity) -> Scope {
    bare_scope(scope.organization, identity.user_id, scope.client.clone(), scope.request_id.clone())
}
