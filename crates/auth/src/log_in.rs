//! Signing in.
use crate::{
    Auth, AuthProblem, Person, Tokens, password::Password, people, service::bare_scope, throttle::Attempts,
    tokens::Holder,
};
use purser_entity_auth::{user, user_credential};
use purser_kernel::{Client, Email, Id, OrganizationId, SecretString, UserId};
use purser_store::{AuditCategory, AuditSeverity, prelude::*};

/// What somebody writes to sign in. It has no `Debug`: it is personal data and a secret.
pub struct LogIn {
    /// The mail address they signed up with.
    pub email: String,
    /// Their password.
    pub password: SecretString,
    /// The organization they want to work in; without one, the one they have belonged to for the longest time.
    pub organization_id: Option<OrganizationId>,
}

/// What signing in gives.
#[derive(Debug)]
pub struct SignedIn {
    /// The organization that the tokens are for.
    pub organization: OrganizationId,
    /// The person.
    pub user: Person,
    /// The tokens of the new session.
    pub tokens: Tokens,
}

/// Somebody who can sign in: an active person with a password and a membership.
struct Account {
    user: UserId,
    organization: OrganizationId,
    password_hash: String,
    attempts: Attempts,
}

impl Auth {
    /// Opens a session.
    ///
    /// `invalid_credentials` whatever is wrong: an unknown address, the password, a disabled person, an organization that
    /// they do not belong to; the same work is done for each. `too_many_requests` during the pause after many wrong
    /// passwords, `unavailable` when too many passwords wait to be compared.
    pub async fn log_in(&self, request: LogIn, client: Client, request_id: String) -> Result<SignedIn, Problem> {
        // What is no address at all is nobody's, as the caller can see for themselves.
        let address = Email::parse("/email", &request.email)
            .map_err(|_| Problem::of(AuthProblem::InvalidCredentials))?
            .normalized();
        let account = self.account(&address, request.organization_id).await?;
        let attempts = match &account {
            Some(account) => account.attempts,
            None => self.strangers.attempts(&address).await,
        };
        attempts.allow(self.store.clock().now())?;

        let password = Password::given(&request.password);
        let hash = account.as_ref().map(|account| account.password_hash.as_str());
        let right = self.hasher.verify(password, hash).await?;

        let Some(account) = account else {
            self.strangers.failed(&address, self.store.clock().now()).await?;
            return Err(Problem::of(AuthProblem::InvalidCredentials));
        };
        let scope = bare_scope(account.organization, account.user, client, request_id);
        let tx = self.store.write(&scope).await?;
        let credential = credential_for_update(&tx, account.user).await?;
        // Others may have failed while this password was compared: guessing many at once must not outrun the pause.
        let attempts = attempts_of(&credential);
        attempts.allow(tx.now())?;
        if !right {
            fail(&tx, &credential, attempts).await?;
            tx.commit().await?;
            return Err(Problem::of(AuthProblem::InvalidCredentials));
        }
        // The password was changed meanwhile: this one is not theirs any more.
        if credential.password_hash.as_ref() != Some(&account.password_hash) {
            return Err(Problem::of(AuthProblem::InvalidCredentials));
        }
        let signed_in = self.succeed(&tx, &credential).await?;
        tx.commit().await?;
        Ok(signed_in)
    }

    /// Who can sign in with this address, into that organization.
    async fn account(&self, address: &str, organization: Option<OrganizationId>) -> Result<Option<Account>, Problem> {
        let user = self.user_of(address).await?;
        // For an unknown address a person is asked about whom nobody is: the work is to be the same.
        let id = user.unwrap_or_else(UserId::generate);
        let tx = self.store.person_read(id).await?;
        let own = user_credential::Column::UserId.eq(id);
        let credential = tx.system().find::<user_credential::Entity>().filter(own).one().await?;
        let organizations = self.tenants.organizations_of(tx.system()).await?;
        let organization = organizations
            .into_iter()
            .map(|member| member.organization)
            .find(|member| organization.is_none_or(|organization| organization == *member));
        let (Some(credential), Some(organization)) = (credential, organization) else {
            return Ok(None);
        };
        let attempts = attempts_of(&credential);
        Ok(credential.password_hash.map(|password_hash| Account { user: id, organization, password_hash, attempts }))
    }

    async fn user_of(&self, address: &str) -> Result<Option<UserId>, Problem> {
        let tx = self.store.system_read().await?;
        let person = user::Column::EmailNormalized.eq(address).and(user::Column::IsActive.eq(true));
        let user = tx.system().find::<user::Entity>().filter(person).one().await?;
        Ok(user.map(|user| user.id))
    }

    async fn succeed(&self, tx: &WriteTx, credential: &user_credential::Model) -> Result<SignedIn, Problem> {
        let refused = || Problem::of(AuthProblem::InvalidCredentials);
        let holder = Holder { organization: tx.organization(), user: credential.user_id, session: Id::generate() };
        // Both may have ended since the account was looked up.
        self.tenants.membership(tx, holder.user).await?.ok_or_else(refused)?;
        let user = people::active(tx, holder.user).await?.ok_or_else(refused)?;
        note(tx, credential, Attempts::default()).await?;
        let now = tx.now();
        let own = user::Column::Id.eq(holder.user);
        tx.system().update_where(own, |row: &mut user::ActiveModel| row.last_login_at = Set(Some(now))).await?;
        let tokens = self.open_session(tx, holder).await?;
        let entry = AuditEntry::new("session.sign_in", "session", holder.session);
        tx.audit(entry.category(AuditCategory::Security)).await?;
        let user = Person { last_login_at: Some(now), ..user.into() };
        Ok(SignedIn { organization: holder.organization, user, tokens })
    }
}

fn attempts_of(credential: &user_credential::Model) -> Attempts {
    Attempts { failures: credential.failed_logins, next_try_at: credential.next_try_at }
}

async fn credential_for_update(tx: &WriteTx, user: UserId) -> Result<user_credential::Model, Problem> {
    let own = user_credential::Column::UserId.eq(user);
    let row = tx.global::<user_credential::Entity>().filter(own).for_update().one().await?;
    row.ok_or_else(|| Problem::of(AuthProblem::InvalidCredentials))
}

/// Counts a wrong password.
async fn fail(tx: &WriteTx, credential: &user_credential::Model, attempts: Attempts) -> Result<(), Problem> {
    note(tx, credential, attempts.after_failure(tx.now())).await?;
    let entry = AuditEntry::new("session.sign_in", "user", credential.user_id);
    tx.audit(entry.category(AuditCategory::Security).failed(AuditSeverity::Warning)).await
}

async fn note(tx: &WriteTx, credential: &user_credential::Model, attempts: Attempts) -> Result<(), Problem> {
    if attempts == attempts_of(credential) {
        return Ok(());
    }
    let row = user_credential::Column::Id.eq(credential.id);
    tx.system()
        .update_where(row, |row: &mut user_credential::ActiveModel| {
            row.failed_logins = Set(attempts.failures);
            row.next_try_at = Set(attempts.next_try_at);
        })
        .await
        .map(|_| ())
}
