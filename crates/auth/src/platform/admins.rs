//! Who is a platform administrator: decided by a command of the operator's.
use super::sessions;
use crate::{Auth, Person, mfa};
use purser_entity_auth::user::{ActiveModel, Column, Entity, Model};
use purser_kernel::{Email, PlatformScope};
use purser_store::{PlatformAuditEntry, prelude::*};

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Granted {
    /// It is so from now on.
    Done,
    /// It was so before.
    Already,
    /// Nobody who can sign in has the address.
    Unknown,
    /// The person has not shown that the address is theirs.
    Unverified,
    /// The person has no second factor.
    NoSecondFactor,
}

/// More than any installation has.
const MAX_ADMINS: u64 = 1_000;

impl Auth {
    /// Makes the person with this address a platform administrator.
    ///
    /// Whoever has signed up with somebody's address is not that person until they have read a mail there; and whoever knows the
    /// password alone must not be able to set up the second factor of an administrator.
    pub async fn grant_platform_admin(&self, who: &PlatformScope, email: &Email) -> Result<Granted, Problem> {
        let Some(person) = self.person_with(email).await? else {
            return Ok(Granted::Unknown);
        };
        if person.is_platform_admin {
            return Ok(Granted::Already);
        }
        if person.email_verified_at.is_none() {
            return Ok(Granted::Unverified);
        }
        let tx = self.store.person(person.id).await?;
        let system = tx.system();
        if !mfa::is_enrolled(system, person.id).await? {
            return Ok(Granted::NoSecondFactor);
        }
        let ordinary = Column::Id.eq(person.id).and(Column::IsActive.eq(true)).and(Column::IsPlatformAdmin.eq(false));
        if system.update_where(ordinary, |row: &mut ActiveModel| row.is_platform_admin = Set(true)).await? == 0 {
            return Ok(Granted::Already);
        }
        system.platform_audit(who, PlatformAuditEntry::new("platform_admin.grant").person(person.id)).await?;
        tx.commit().await?;
        Ok(Granted::Done)
    }

    /// Makes the person an ordinary one again: their sessions as an administrator are over, and whomever they act for is rid of them.
    pub async fn revoke_platform_admin(&self, who: &PlatformScope, email: &Email) -> Result<Granted, Problem> {
        let Some(person) = self.person_with(email).await? else {
            return Ok(Granted::Unknown);
        };
        let tx = self.store.person(person.id).await?;
        let system = tx.system();
        let admin = Column::Id.eq(person.id).and(Column::IsPlatformAdmin.eq(true));
        if system.update_where(admin, |row: &mut ActiveModel| row.is_platform_admin = Set(false)).await? == 0 {
            return Ok(Granted::Already);
        }
        sessions::end_all(system, person.id).await?;
        system.platform_audit(who, PlatformAuditEntry::new("platform_admin.revoke").person(person.id)).await?;
        tx.commit().await?;
        self.rights.invalidate_all();
        Ok(Granted::Done)
    }

    /// All of them.
    pub async fn platform_admins(&self) -> Result<Vec<Person>, Problem> {
        let tx = self.store.system_read().await?;
        let admins = tx.system().find::<Entity>().filter(Column::IsPlatformAdmin.eq(true));
        let admins = admins.order_by(Column::Email, Asc).all(MAX_ADMINS).await?;
        Ok(admins.into_iter().map(Person::from).collect())
    }

    async fn person_with(&self, email: &Email) -> Result<Option<Model>, Problem> {
        let tx = self.store.system_read().await?;
        let theirs = Column::EmailNormalized.eq(email.normalized());
        tx.system().find::<Entity>().filter(theirs).one().await
    }
}
