//! Names and addresses of people, for lists of those who belong to an organization.
use crate::{ReadTx, WriteTx};
use async_trait::async_trait;
use purser_kernel::{Email, Problem, UserId};
use std::{collections::HashMap, fmt};
use uuid::Uuid;

/// A person, as the others in the organization see them.
#[derive(Clone, PartialEq, Eq)]
pub struct PersonBrief {
    /// The person's id, the same in all their organizations.
    pub id: UserId,
    /// The mail address as they wrote it.
    pub email: String,
    /// Their name.
    pub full_name: String,
}

impl fmt::Debug for PersonBrief {
    /// Name and address are personal data and have no place in a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PersonBrief").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Where mails reach a person, and what reading them shows.
#[derive(Clone)]
pub struct Mailbox {
    /// The mail address.
    pub email: Email,
    /// Whether whoever reads it could sign in by that alone: the address was shown to be theirs, and no directory and no second
    /// factor stand before their account.
    pub suffices: bool,
}

/// Implemented by auth. It knows people of all organizations: the caller sees to it that they belong to this one.
#[async_trait]
pub trait People: Send + Sync {
    /// These people, by one query. Who was deleted is not among them.
    async fn briefs(&self, tx: &ReadTx, ids: &[UserId]) -> Result<HashMap<UserId, PersonBrief>, Problem>;

    /// The person's mailbox, asked in their own scope: nobody else sees their second factor. `None` for somebody who cannot sign in.
    async fn mailbox(&self, tx: &ReadTx, person: UserId) -> Result<Option<Mailbox>, Problem>;

    /// Who created this API key of the organization, be it revoked or not: what it does is theirs to answer for.
    async fn key_holder(&self, tx: &ReadTx, key: Uuid) -> Result<Option<UserId>, Problem>;

    /// Ends what somebody has made here that acts in their name: their API keys, and the secrets that they made for others'. For who
    /// leaves the organization.
    async fn end_keys(&self, tx: &WriteTx, person: UserId) -> Result<(), Problem>;

    /// The person with this mail address, in whatever case it is written. Never to be told to a caller: it says who has an
    /// account.
    async fn with_email(&self, tx: &ReadTx, email: &Email) -> Result<Option<UserId>, Problem>;
}
