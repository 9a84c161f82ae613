//! People, as they see themselves.
use purser_entity_auth::user::{Column, Entity, Model};
use purser_kernel::UserId;
use purser_store::prelude::*;
use std::fmt;

/// A person.
#[derive(Clone, PartialEq, Eq)]
pub struct Person {
    /// The person's id, the same in all their organizations.
    pub id: UserId,
    /// The mail address as they wrote it.
    pub email: String,
    /// Their name.
    pub full_name: String,
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

/// The person, unless they were disabled or deleted.
pub(crate) async fn active(tx: &ReadTx, user: UserId) -> Result<Option<Model>, Problem> {
    let person = Column::Id.eq(user).and(Column::IsActive.eq(true));
    tx.global::<Entity>().filter(person).one().await
}
