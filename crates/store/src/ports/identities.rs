//! Who vouches for people from elsewhere: an organization's own directory, or its OpenID provider.
use crate::{ReadTx, WriteTx};
use async_trait::async_trait;
use purser_kernel::{Expected, Problem, SecretString, Timestamp, ids::IntegrationId};
use std::{fmt, sync::Arc};

/// A person, as a directory knows them.
#[derive(Clone, PartialEq, Eq)]
pub struct Vouched {
    /// What never changes about them there. Unique in the directory.
    pub subject: String,
    /// Where the directory keeps them; empty where it has no such thing.
    pub place: String,
    /// Their mail address, if it names one. It proves nothing.
    pub email: Option<String>,
    /// What they are called.
    pub full_name: String,
    /// The groups they are in.
    pub groups: Vec<String>,
}

impl fmt::Debug for Vouched {
    /// Names and addresses are personal data and have no place in a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vouched(…)")
    }
}

/// A directory that is asked with a name and a password. Everything here speaks over the network, so never in a transaction.
///
/// Whatever keeps the directory from answering is `provider_unavailable`.
#[async_trait]
pub trait PasswordDirectory: Send + Sync {
    /// Whoever signs in with this name; `None` when there is nobody, or more than one.
    async fn find(&self, username: &str) -> Result<Option<Vouched>, Problem>;

    /// Whether this is the person's password. For nobody at all the directory is asked, too, so that it takes as long. An empty
    /// password is nobody's and is not sent: a directory takes it for an anonymous caller (RFC 4513, section 5.1.2).
    async fn is_password_of(&self, person: Option<&Vouched>, password: &SecretString) -> Result<bool, Problem>;

    /// The person with this subject, while they may sign in.
    async fn look_up(&self, subject: &str) -> Result<Option<Vouched>, Problem>;
}

/// What belongs to one sign-in with an OpenID provider. It has no `Debug`: it is secret.
pub struct SignInAttempt {
    /// What the provider hands back with its answer.
    pub state: String,
    /// What stands in the ID token.
    pub nonce: String,
    /// What PKCE shows beside the code (RFC 7636); 43 characters.
    pub verifier: SecretString,
}

/// What a provider's answer to a sign-in says.
pub struct Assertion {
    /// Who it is. `place` is empty.
    pub person: Vouched,
    /// Whether the provider has asked for a second factor, as far as the organization believes it.
    pub second_factor: bool,
    /// What the provider is asked with again, where it gave one.
    pub refresh_token: Option<SecretString>,
}

/// What a provider says of somebody again.
pub struct Renewal {
    /// The groups they are in; `None` where it said nothing of the person.
    pub groups: Option<Vec<String>>,
    /// What it is asked with next time, if that is another one.
    pub refresh_token: Option<SecretString>,
}

/// An OpenID provider. Everything here speaks over the network, so never in a transaction.
///
/// Whatever keeps the provider from answering is `provider_unavailable`.
#[async_trait]
pub trait OpenIdProvider: Send + Sync {
    /// Where a browser is sent to sign in.
    async fn begin(&self, attempt: SignInAttempt) -> Result<String, Problem>;

    /// Who has signed in, by the code that the browser brought back and the issuer that it named (RFC 9207). `None` when the
    /// provider knows no such code, and when what it says of the person cannot be believed.
    async fn finish(
        &self,
        attempt: SignInAttempt,
        code: SecretString,
        issuer: Option<String>,
        now: Timestamp,
    ) -> Result<Option<Assertion>, Problem>;

    /// Whether the person with this subject is still welcome there. `None` when they are not.
    async fn renew(
        &self,
        subject: &str,
        refresh_token: SecretString,
        now: Timestamp,
    ) -> Result<Option<Renewal>, Problem>;
}

/// Implemented by integrations.
#[async_trait]
pub trait IdentityProviders: Send + Sync {
    /// The directory behind a connection that is switched on. `None` for any other id, whatever it is of.
    async fn directory(&self, tx: &ReadTx, id: IntegrationId) -> Result<Option<Arc<dyn PasswordDirectory>>, Problem>;

    /// The same of an OpenID provider.
    async fn openid(&self, tx: &ReadTx, id: IntegrationId) -> Result<Option<Arc<dyn OpenIdProvider>>, Problem>;

    /// Whether there is such a connection, switched on or off.
    async fn exists(&self, tx: &ReadTx, id: IntegrationId) -> Result<bool, Problem>;

    /// Counts a change of such a connection that has one of the versions `expected`, so that nobody else changes it until the
    /// transaction ends. `stale` when it has another, `not_found` when there is none.
    async fn touch(&self, tx: &WriteTx, id: IntegrationId, expected: Expected) -> Result<(), Problem>;
}
