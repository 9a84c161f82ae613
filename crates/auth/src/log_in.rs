//! Signing in.
use crate::{
    Auth, AuthProblem, Person, Tokens,
    credentials::{self, Credential},
    mfa::{self, Challenge},
    password::Password,
    people,
    service::bare_scope,
    sessions::Voucher,
    tokens::Holder,
};
use purser_entity_auth::user;
use purser_kernel::{Client, Email, ExposeSecret, Id, OrganizationId, SecretString, UserId};
use purser_store::{AuditCategory, prelude::*};
use serde_json::json;
use std::net::Ipv6Addr;

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

/// How it is called in the audit trail, whether it worked or not.
pub(crate) const SIGN_IN: &str = "session.sign_in";

/// An active person, and the organization that they want to work in, if they belong to it.
struct Account {
    user: UserId,
    organization: Option<OrganizationId>,
    /// The one that they have belonged to for the longest time.
    first: Option<OrganizationId>,
    credential: Credential,
}

impl Auth {
    /// Opens a session.
    ///
    /// `invalid_credentials` whatever is wrong: an unknown address, the password, a disabled person, an organization that
    /// they do not belong to; a password is compared for each, and none is answered sooner than another. `mfa_required`, with a
    /// challenge for the [second step](Auth::second_step), when the password is right and a second factor is asked for.
    /// `too_many_requests` during the pause after many wrong passwords for this account, or from this network for accounts that
    /// were never used from there; `unavailable` when too many passwords wait to be compared.
    pub async fn log_in(&self, request: LogIn, client: Client, request_id: String) -> Result<SignedIn, Problem> {
        self.unhurried(Box::pin(self.compare(request, client, request_id))).await
    }

    async fn compare(&self, request: LogIn, client: Client, request_id: String) -> Result<SignedIn, Problem> {
        // What is no address, or no password, is nobody's, as the caller can see for themselves.
        let refused = || Problem::of(AuthProblem::InvalidCredentials);
        let address = Email::parse("/email", &request.email).map_err(|_| refused())?.normalized();
        let password = Password::given(&request.password).ok_or_else(refused)?;
        let account = self.account(&address, request.organization_id, &client).await?;
        // Where somebody is at home, what others do from there does not count against them.
        let network =
            client.network().filter(|_| account.as_ref().is_none_or(|account| !account.credential.is_at_home()));
        self.allow(network).await?;
        let stranger = self.stranger(&address).await?;
        let attempts = account.as_ref().map_or(stranger, |account| account.credential.attempts());
        attempts.allow(self.store.clock().now())?;

        let hash = account.as_ref().and_then(|account| account.credential.password_hash());
        // No password opens an organization that they do not belong to.
        let right = self.hasher.verify(password.clone(), hash).await?
            && account.as_ref().is_some_and(|account| account.organization.is_some());
        // Others may have failed while this password was compared: guessing many at once must not outrun the pause.
        if right {
            self.allow(network).await?;
        } else {
            self.count(network).await?;
        }

        let Some(account) = account else {
            self.stranger_failed(&address).await?;
            return Err(refused());
        };
        let Some(organization) = account.organization else {
            // Counted where the person's are: whether they are somebody is not to show by where else they are paused.
            self.wrong_organization(account, client, request_id).await?;
            return Err(refused());
        };
        // Before the transaction begins: hashing takes its time.
        let renewed = match account.credential.password_hash() {
            Some(hash) if right => self.hasher.renew(password, hash).await?,
            _ => None,
        };
        self.prepare_signing_keys().await?;
        let scope = bare_scope(organization, account.user, client, request_id);
        let tx = self.store.write_in_any_state(&scope).await?;
        let credential = credentials::for_update(tx.system(), account.user, &tx.scope().client).await?;
        credential.attempts().allow(tx.now())?;
        if !right {
            credentials::fail(&tx, &credential, SIGN_IN).await?;
            tx.commit().await?;
            return Err(refused());
        }
        // The password was changed meanwhile: this one is not theirs any more.
        if credential.password_hash() != account.credential.password_hash() {
            return Err(refused());
        }
        if let Some(hash) = renewed {
            credentials::rehash(tx.system(), &credential, hash).await?;
        }
        credentials::forgive(tx.system(), &credential).await?;
        let holder = Holder { organization, user: account.user, session: Id::generate() };
        if mfa::is_enrolled(tx.system(), account.user).await? {
            let challenge = Challenge::begin(&tx, holder, None).await?;
            tx.commit().await?;
            return Err(Problem::of(AuthProblem::MfaRequired).with("challenge", challenge.expose_secret()));
        }
        let signed_in = self.enter(&tx, holder, None).await?;
        tx.commit().await?;
        Ok(signed_in)
    }

    /// Counts a failure of somebody in an organization that they do not belong to. It stands in the trail of one that they do.
    async fn wrong_organization(&self, account: Account, client: Client, request_id: String) -> Result<(), Problem> {
        let Account { user, first, .. } = account;
        let Some(first) = first else {
            let tx = self.store.person(user).await?;
            let credential = credentials::for_update(tx.system(), user, &client).await?;
            credential.attempts().allow(tx.system().now())?;
            credentials::count_failure(tx.system(), &credential).await?;
            return tx.commit().await;
        };
        let tx = self.store.write_in_any_state(&bare_scope(first, user, client, request_id)).await?;
        let credential = credentials::for_update(tx.system(), user, &tx.scope().client).await?;
        credential.attempts().allow(tx.now())?;
        credentials::fail(&tx, &credential, SIGN_IN).await?;
        tx.commit().await
    }

    /// `too_many_requests` while the network is paused.
    pub(crate) async fn allow(&self, network: Option<Ipv6Addr>) -> Result<(), Problem> {
        match (&self.network_attempts, network) {
            (Some(kept), Some(network)) => kept.attempts(&network.to_string()).await.allow(self.store.clock().now()),
            _ => Ok(()),
        }
    }

    /// Counts a wrong password that came from the network, unless it is paused by now.
    pub(crate) async fn count(&self, network: Option<Ipv6Addr>) -> Result<(), Problem> {
        match (&self.network_attempts, network) {
            (Some(kept), Some(network)) => kept.failed(&network.to_string(), self.store.clock().now()).await,
            _ => Ok(()),
        }
    }

    /// Who has this address, and which organization they would work in.
    async fn account(
        &self,
        address: &str,
        organization: Option<OrganizationId>,
        client: &Client,
    ) -> Result<Option<Account>, Problem> {
        let user = self.user_of(address).await?;
        // For an unknown address a person is asked about whom nobody is: the work is to be the same.
        let id = user.unwrap_or_else(UserId::generate);
        let tx = self.store.person_read(id).await?;
        let credential = credentials::find(tx.system(), id, client).await?;
        let organizations = self.tenants.organizations_of(tx.system()).await?;
        let first = organizations.first().map(|member| member.organization);
        let organization = organizations
            .into_iter()
            .map(|member| member.organization)
            .find(|member| organization.is_none_or(|organization| organization == *member));
        Ok(credential.map(|credential| Account { user: id, organization, first, credential }))
    }

    /// The active person with this address.
    pub(crate) async fn user_of(&self, address: &str) -> Result<Option<UserId>, Problem> {
        let tx = self.store.system_read().await?;
        let person = user::Column::EmailNormalized.eq(address).and(user::Column::IsActive.eq(true));
        let user = tx.system().find::<user::Entity>().filter(person).one().await?;
        Ok(user.map(|user| user.id))
    }

    /// Opens the session of somebody who has shown all that is asked of them.
    pub(crate) async fn enter(
        &self,
        tx: &WriteTx,
        holder: Holder,
        voucher: Option<Voucher>,
    ) -> Result<SignedIn, Problem> {
        let refused = || Problem::of(AuthProblem::InvalidCredentials);
        // Both may have ended since the account was looked up.
        self.tenants.membership(tx, holder.user).await?.ok_or_else(refused)?;
        let user = people::active(tx, holder.user).await?.ok_or_else(refused)?;
        // Before the person's own row, as whoever makes them a member has it.
        self.tenants.seen(tx, holder.user).await?;
        let now = tx.now();
        let own = user::Column::Id.eq(holder.user);
        tx.system().update_where(own, |row: &mut user::ActiveModel| row.last_login_at = Set(Some(now))).await?;
        let entry = AuditEntry::new(SIGN_IN, "session", holder.session).category(AuditCategory::Security);
        let (tokens, entry) = match voucher {
            None => (self.open_session(tx, holder).await?, entry),
            Some(voucher) => {
                let entry = entry.after(&json!({ "integration_id": voucher.integration }));
                (self.open_vouched_session(tx, holder, voucher).await?, entry)
            }
        };
        tx.audit(entry).await?;
        let user = Person { last_login_at: Some(now), ..user.into() };
        Ok(SignedIn { organization: holder.organization, user, tokens })
    }
}
