//! What a directory said of a person, as it is kept.
use crate::AuthProblem;
use purser_entity_auth::{user, user_identity};
use purser_kernel::{
    Email, UserId,
    ids::{IntegrationId, UserIdentityId},
};
use purser_store::{ports::Vouched, prelude::*};
use serde_json::{Value, json};

/// The lengths of the columns.
const MAX_NAME: usize = 200;
const MAX_SUBJECT: usize = 255;

/// What is kept of a person.
pub(super) struct Profile {
    subject: String,
    email: String,
    full_name: String,
}

impl Profile {
    /// `identity_incomplete` without a subject that can be kept, or without a mail address.
    pub(super) fn of(person: &Vouched) -> Result<Self, Problem> {
        let incomplete = || Problem::of(AuthProblem::IdentityIncomplete);
        let Vouched { subject, email, full_name, .. } = person;
        if subject.is_empty() || subject.chars().count() > MAX_SUBJECT || subject.contains('\0') {
            return Err(incomplete());
        }
        let email = Email::parse("/email", email.as_deref().unwrap_or_default()).map_err(|_| incomplete())?;
        let full_name = text::fit(full_name.trim(), MAX_NAME);
        let full_name = if full_name.is_empty() { email.as_str().to_owned() } else { full_name };
        Ok(Self {
            subject: subject.clone(),
            email: email.as_str().to_owned(),
            full_name: text::fit(&full_name, MAX_NAME),
        })
    }

    fn to_json(&self) -> Value {
        json!({ "email": self.email, "full_name": self.full_name })
    }

    /// A new person. They have no claim on the address, so that it does not stand where people are found by it.
    pub(super) async fn insert_user(&self, tx: &WriteTx, id: UserId) -> Result<(), Problem> {
        let row = user::ActiveModel {
            id: Set(id),
            email: Set(self.email.clone()),
            email_normalized: Set(None),
            full_name: Set(self.full_name.clone()),
            is_active: Set(true),
            is_platform_admin: Set(false),
            last_login_at: Set(Some(tx.now())),
            ..Default::default()
        };
        tx.system().insert(row).await.map(|_| ())
    }

    /// `false` when the subject is somebody already.
    pub(super) async fn insert_identity(
        &self,
        tx: &WriteTx,
        user: UserId,
        integration: IntegrationId,
    ) -> Result<bool, Problem> {
        let row = user_identity::ActiveModel {
            id: Set(UserIdentityId::generate()),
            integration_id: Set(integration),
            subject: Set(self.subject.clone()),
            user_id: Set(user),
            profile: Set(self.to_json()),
            ..Default::default()
        };
        tx.insert_if_absent(row).await
    }

    /// Writes down what the directory says now, if that is something new.
    pub(super) async fn keep(&self, tx: &WriteTx, identity: &user_identity::Model) -> Result<(), Problem> {
        let profile = self.to_json();
        if identity.profile == profile {
            return Ok(());
        }
        let same = user_identity::Column::Id.eq(identity.id);
        tx.update_where(same, |row: &mut user_identity::ActiveModel| row.profile = Set(profile)).await?;
        // Only of those whom the directory has brought: whoever has a password here says themselves what they are called.
        let brought = user::Column::Id.eq(identity.user_id).and(user::Column::EmailNormalized.is_null());
        tx.system()
            .update_where(brought, |row: &mut user::ActiveModel| {
                row.email = Set(self.email.clone());
                row.full_name = Set(self.full_name.clone());
            })
            .await
            .map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn person(subject: &str, email: Option<&str>, full_name: &str) -> Vouched {
        Vouched {
            subject: subject.into(),
            place: String::new(),
            email: email.map(Into::into),
            full_name: full_name.into(),
            groups: Vec::new(),
        }
    }

    #[test]
    fn a_person_has_a_subject_an_address_and_a_name() {
        let ann = Profile::of(&person("s", Some("ann@example.com"), "Ann")).unwrap();
        assert_eq!((ann.email.as_str(), ann.full_name.as_str()), ("ann@example.com", "Ann"));
        let nameless = Profile::of(&person("s", Some("ann@example.com"), " ")).unwrap();
        assert_eq!(nameless.full_name, "ann@example.com");
        let long = Profile::of(&person("s", Some("ann@example.com"), &"x".repeat(300))).unwrap();
        assert_eq!(long.full_name.len(), MAX_NAME);
        for wrong in [
            person("", Some("ann@example.com"), "Ann"),
            person(&"s".repeat(256), Some("ann@example.com"), "Ann"),
            person("s", None, "Ann"),
            person("s", Some("ann"), "Ann"),
        ] {
            assert!(Profile::of(&wrong).is_err_and(|problem| problem.is(AuthProblem::IdentityIncomplete)));
        }
    }
}
