//! A forgotten password.
use super::{Found, MailToken, invalid};
use crate::{
    Auth, credentials, networks,
    password::{Password, Policy},
    people,
    sessions::{self, Reason},
};
use purser_entity_auth::one_time_token::{ActiveModel, Column, Purpose};
use purser_kernel::{Client, Email, SecretString, UserId, clock::Stopwatch};
use purser_store::{AuditCategory, prelude::*};

/// What somebody writes who has got the mail. It has no `Debug`: it is secret.
pub struct PasswordReset {
    /// From the mail.
    pub token: SecretString,
    /// The password from now on.
    pub password: SecretString,
}

impl Auth {
    /// Has a mail sent to whoever has this address and a password, by which they can choose another one.
    ///
    /// The caller learns nothing: whether there is such a person or not, the same is looked up and the same is queued. What
    /// follows, the mail or that there were enough of them, is a job's. `validation_failed` for what is no address.
    pub async fn forgot_password(&self, email: &str) -> Result<(), Problem> {
        let watch = Stopwatch::start();
        let address = Email::parse("/email", email)?.normalized();
        // For an unknown address a job about nobody.
        let user = self.user_of(&address).await?.unwrap_or_else(UserId::generate);
        let tx = self.store.system().await?;
        tx.enqueue(MailToken::job(user, Purpose::ResetPassword)).await?;
        tx.commit().await?;
        self.take_time(watch).await;
        Ok(())
    }

    /// Gives the owner of a token from a mail another password, and ends all their sessions. They are not signed in by that:
    /// whatever signing in asks for besides the password, it still asks for.
    ///
    /// `invalid_token` whatever is wrong with the token; `validation_failed` for a password that is not good enough, after
    /// which the token still works; `unavailable` when too many passwords wait to be hashed.
    pub async fn reset_password(
        &self,
        reset: PasswordReset,
        client: Client,
        request_id: String,
    ) -> Result<(), Problem> {
        let found = self.found(&reset.token, Purpose::ResetPassword).await?;
        let about = self.known_of(&found).await?;
        let about = about.iter().map(String::as_str).collect();
        let policy = Policy::new(&self.options, about);
        let password = Password::choose("/password", &reset.password, &policy).await?;
        let hash = self.hasher.hash(password).await?;

        let user = found.user;
        let tx = self.using(&found, client, request_id).await?;
        let credential = credentials::for_update(tx.system(), user, &tx.scope().client).await.map_err(|_| invalid())?;
        credentials::replace(tx.system(), &credential, hash).await?;
        self.use_up(&tx, user).await?;
        // They have shown that it is them: from here they can sign in, whoever guesses meanwhile.
        networks::remember(tx.system(), user, &tx.scope().client).await?;
        // Who has read the mail has shown that it arrives.
        people::verify_email(&tx, user).await?;
        let ended = sessions::end_others(tx.system(), &tx.scope().into(), user, None, Reason::PasswordReset).await?;
        tx.audit(AuditEntry::new("user.password_reset", "user", user).category(AuditCategory::Security)).await?;
        tx.commit().await?;
        self.forget_all(&ended).await;
        Ok(())
    }

    async fn known_of(&self, found: &Found) -> Result<Vec<String>, Problem> {
        let tx = self.store.person_read(found.user).await?;
        people::known_of(&self.tenants, tx.system(), found.user).await
    }

    /// Other mails may lie in the mailbox still: none of them is to change the new password.
    async fn use_up(&self, tx: &WriteTx, user: UserId) -> Result<(), Problem> {
        let now = tx.now();
        let left =
            Column::UserId.eq(user).and(Column::Purpose.eq(Purpose::ResetPassword)).and(Column::UsedAt.is_null());
        tx.system().update_where(left, |row: &mut ActiveModel| row.used_at = Set(Some(now))).await.map(|_| ())
    }
}
