//! Who vouches for people from elsewhere: an organization's own directory.
use crate::{ReadTx, WriteTx};
use async_trait::async_trait;
use purser_kernel::{Expected, Problem, SecretString, ids::IntegrationId};
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

/// Implemented by integrations.
#[async_trait]
pub trait IdentityProviders: Send + Sync {
    /// The directory behind a connection that is switched on. `None` for any other id, whatever it is of.
    async fn directory(&self, tx: &ReadTx, id: IntegrationId) -> Result<Option<Arc<dyn PasswordDirectory>>, Problem>;

    /// Whether there is such a connection, switched on or off.
    async fn exists(&self, tx: &ReadTx, id: IntegrationId) -> Result<bool, Problem>;

    /// Counts a change of such a connection that has one of the versions `expected`, so that nobody else changes it until the
    /// transaction ends. `stale` when it has another, `not_found` when there is none.
    async fn touch(&self, tx: &WriteTx, id: IntegrationId, expected: Expected) -> Result<(), Problem>;
}
