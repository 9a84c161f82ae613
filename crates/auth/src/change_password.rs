//! Changing one's password.
use crate::{
    Auth, AuthProblem,
    credentials::{self, Credential},
    password::{Password, Policy},
    people,
    sessions::{self, Reason},
};
use purser_kernel::{SecretString, UserId, ids::SessionId};
use purser_store::{AuditCategory, prelude::*};

/// What somebody writes to change their password. It has no `Debug`: it is secret.
pub struct PasswordChange {
    /// The password until now.
    pub current_password: SecretString,
    /// The password from now on.
    pub new_password: SecretString,
}

const CHANGE: &str = "user.password_change";

impl Auth {
    /// Gives the caller another password, and ends all their sessions but `session`.
    ///
    /// `wrong_password` for a wrong current password, after which the same growing pause follows as at sign-in
    /// (`too_many_requests`); `validation_failed` for a new one that is not good enough; `unavailable` when too many passwords
    /// wait to be hashed; `person_required` for an actor without a password.
    pub async fn change_password(
        &self,
        scope: &Scope,
        session: SessionId,
        change: PasswordChange,
    ) -> Result<(), Problem> {
        let wrong = || Problem::of(AuthProblem::WrongPassword);
        let user = scope.actor.in_person().ok_or_else(|| Problem::of(AuthProblem::PersonRequired))?;
        let current = Password::given(&change.current_password).ok_or_else(wrong)?;
        let (credential, about) = self.owner(user, scope).await?;
        let about = about.iter().map(String::as_str).collect();
        let policy = Policy::new(&self.options, about);
        let new = Password::choose("/new_password", &change.new_password, &policy).await?;
        credential.attempts().allow(self.store.clock().now())?;
        let right = self.hasher.verify(current, credential.password_hash()).await?;
        let hash = if right { Some(self.hasher.hash(new).await?) } else { None };

        let tx = self.store.write_in_any_state(scope).await?;
        let now = credentials::for_update(tx.system(), user, &tx.scope().client).await?;
        // As at sign-in: others may have guessed meanwhile, or changed the password.
        now.attempts().allow(tx.now())?;
        let Some(hash) = hash else {
            credentials::fail(&tx, &now, CHANGE).await?;
            tx.commit().await?;
            return Err(wrong());
        };
        if now.password_hash() != credential.password_hash() {
            return Err(wrong());
        }
        credentials::replace(tx.system(), &now, hash).await?;
        let ended =
            sessions::end_others(tx.system(), &scope.into(), user, Some(session), Reason::PasswordChanged).await?;
        tx.audit(AuditEntry::new(CHANGE, "user", user).category(AuditCategory::Security)).await?;
        tx.commit().await?;
        self.forget_all(&ended).await;
        Ok(())
    }

    /// Somebody's password as it is kept, and what no password of theirs may hold.
    async fn owner(&self, user: UserId, scope: &Scope) -> Result<(Credential, Vec<String>), Problem> {
        let refused = || Problem::of(AuthProblem::PersonRequired);
        let tx = self.store.person_read(user).await?;
        let credential = credentials::find(tx.system(), user, &scope.client).await?;
        let about = people::known_of(&self.tenants, tx.system(), user).await?;
        Ok((credential.ok_or_else(refused)?, about))
    }
}
