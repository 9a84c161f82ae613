//! People, as they see themselves.
use purser_entity_auth::user::{ActiveModel, Column, Entity, Model};
use purser_kernel::UserId;
use purser_store::{ports::Tenants, prelude::*};
use std::{fmt, sync::Arc};

/// A person.
#[derive(Clone, PartialEq, Eq)]
pub struct Person {
    /// The person's id, the same in all their organizations.
    pub id: UserId,
    /// The mail address as they wrote it.
    pub email: String,
    /// Their name.
    pub full_name: String,
    /// When they showed that mails to the address reach them; `None` before that.
    pub email_verified_at: Option<Timestamp>,
    /// When they signed in last; `None` before the first time.
    pub last_login_at: Option<Timestamp>,
    /// When they signed up.
    pub created_at: Timestamp,
}

impl From<Model> for Person {
    fn from(user: Model) -> Self {
        Self {
            id: user.id,
            email: user.email,
            full_name: user.full_name,
            email_verified_at: user.email_verified_at,
            last_login_at: user.last_login_at,
            created_at: user.created_at,
        }
    }
}

impl fmt::Debug for Person {
    /// Name and address are personal data and have no place in a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Person").field("id", &self.id).finish_non_exhaustive()
    }
}

/// The person who acts. `not_found` for an actor that is none. Asks for no permission: everybody may see themselves.
pub async fn me(tx: &ReadTx) -> Result<Person, Problem> {
    let person = match tx.scope().actor.user() {
        Some(user) => active(tx, user).await?,
        None => None,
    };
    person.map(Person::from).ok_or_else(|| Problem::not_found("person"))
}

/// What everybody may know of a person, and so tries as their password: mail address, name, user name, names of their organizations.
pub(crate) async fn known_of(
    tenants: &Arc<dyn Tenants>,
    system: System<'_>,
    user: UserId,
) -> Result<Vec<String>, Problem> {
    let person = system.find::<Entity>().filter(Column::Id.eq(user)).one().await?;
    let own = person.into_iter().flat_map(|person| {
        let Model { email, full_name, username, .. } = person;
        [email, full_name].into_iter().chain(username)
    });
    let organizations = tenants.organizations_of(system).await?;
    Ok(own.chain(organizations.into_iter().map(|member| member.name)).collect())
}

/// The person, unless they were disabled or deleted.
pub(crate) async fn active(tx: &ReadTx, user: UserId) -> Result<Option<Model>, Problem> {
    tx.global::<Entity>().filter(is_active(user)).one().await
}

/// As [`active`], where no organization is known.
pub(crate) async fn active_in(system: System<'_>, user: UserId) -> Result<Option<Model>, Problem> {
    system.find::<Entity>().filter(is_active(user)).one().await
}

fn is_active(user: UserId) -> Filter<Entity> {
    Column::Id.eq(user).and(Column::IsActive.eq(true))
}

/// Writes down that mails to the person's address reach them, the first time that they show it.
pub(crate) async fn verify_email(tx: &WriteTx, user: UserId) -> Result<(), Problem> {
    let now = tx.now();
    let unverified = Column::Id.eq(user).and(Column::EmailVerifiedAt.is_null());
    tx.system()
        .update_where(unverified, |row: &mut ActiveModel| row.email_verified_at = Set(Some(now)))
        .await
        .map(|_| ())
}
