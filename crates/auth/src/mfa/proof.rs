//! Showing once more who one is before the second factor is changed: a stolen session alone must not change it.
use super::factor::{self, take_code};
use crate::{Auth, AuthProblem, credentials, password::Password};
use purser_entity_auth::mfa_factor;
use purser_kernel::{ExposeSecret, SecretString, UserId};
use purser_store::prelude::*;

/// What the caller shows. It has no `Debug`: it is secret.
pub enum Proof {
    /// Their password.
    Password(SecretString),
    /// A fresh code of the app, or a recovery code.
    Code(SecretString),
    /// The password that their organization's directory knows them by: it was asked a moment ago.
    Vouched(Vouched),
}

/// Made only where a directory has said yes.
pub struct Vouched(());

impl Vouched {
    pub(crate) fn by_directory() -> Self {
        Self(())
    }
}

impl Auth {
    /// A transaction in which the caller has shown who they are.
    ///
    /// `wrong_password` or `wrong_mfa_code`, after which the growing pause follows (`too_many_requests`); `mfa_not_enrolled` for
    /// a code of somebody without a factor; `person_required` for an actor who is no person.
    pub(super) async fn proved(
        &self,
        scope: &Scope,
        proof: Proof,
        action: &'static str,
    ) -> Result<(WriteTx, UserId), Problem> {
        let user = scope.actor.in_person().ok_or_else(|| Problem::of(AuthProblem::PersonRequired))?;
        let tx = match proof {
            Proof::Password(password) => self.proved_by_password(scope, user, &password, action).await?,
            Proof::Vouched(Vouched(())) => self.store.write_in_any_state(scope).await?,
            Proof::Code(code) => {
                let tx = self.store.write_in_any_state(scope).await?;
                let factor: mfa_factor::Model = factor::for_update(tx.system(), user).await?;
                if !take_code(&tx, &factor, code.expose_secret(), action).await? {
                    tx.commit().await?;
                    return Err(Problem::of(AuthProblem::WrongMfaCode));
                }
                tx
            }
        };
        Ok((tx, user))
    }

    async fn proved_by_password(
        &self,
        scope: &Scope,
        user: UserId,
        password: &SecretString,
        action: &'static str,
    ) -> Result<WriteTx, Problem> {
        let wrong = || Problem::of(AuthProblem::WrongPassword);
        let password = Password::given(password).ok_or_else(wrong)?;
        let tx = self.store.person_read(user).await?;
        let kept = credentials::find(tx.system(), user, &scope.client).await?.ok_or_else(wrong)?;
        // Nobody waits for a connection while hashing, and nobody here for a second one.
        drop(tx);
        kept.attempts().allow(self.store.clock().now())?;
        let right = self.hasher.verify(password, kept.password_hash()).await?;
        let tx = self.store.write_in_any_state(scope).await?;
        let now = credentials::for_update(tx.system(), user, &tx.scope().client).await?;
        // As at sign-in: others may have guessed meanwhile, or changed the password.
        now.attempts().allow(tx.now())?;
        if !right {
            credentials::fail(&tx, &now, action).await?;
            tx.commit().await?;
            return Err(wrong());
        }
        if now.password_hash() == kept.password_hash() { Ok(tx) } else { Err(wrong()) }
    }
}
