//! Signing up by a mail: the address first, and the rest by whoever reads what is sent there.
//!
//! Asking for the mail is answered in one way, whoever has the address: nothing is looked up. Only its owner reads the rest.
use super::{MailSignUp, SignUp, SignedUp, holder, names};
use crate::{Auth, AuthProblem};
use chrono::TimeDelta;
use purser_entity_auth::sign_up::{ActiveModel, Column, Entity};
use purser_kernel::{Client, Email, OrganizationId, SecretString, clock::Stopwatch, ids::SignUpId};
use purser_store::{MailToken, prelude::*};

/// How long the mail can be answered.
const LIFETIME: TimeDelta = TimeDelta::days(1);

/// What somebody writes who has got the mail. It has no `Debug`: it is secret, and personal data.
pub struct CompleteSignUp {
    /// From the mail.
    pub token: SecretString,
    /// One line of at most 200 characters.
    pub organization_name: String,
    /// One line of at most 200 characters.
    pub full_name: String,
    /// At least as long as the installation asks for, at most 128 characters.
    pub password: SecretString,
}

impl Auth {
    /// Has a mail sent to this address by which an organization can be founded, or that there is an account with it already.
    ///
    /// The caller does not learn which, nor whether there were enough mails lately. `validation_failed` for what is no address.
    pub async fn request_sign_up(&self, email: &str) -> Result<(), Problem> {
        let email = Email::parse("/email", email)?;
        let tx = self.store.system().await?;
        let id = SignUpId::generate();
        let row = ActiveModel {
            id: Set(id),
            email: Set(email.as_str().to_owned()),
            email_normalized: Set(email.normalized()),
            token_hash: Set(None),
            expires_at: Set(tx.system().now() + LIFETIME),
            ..Default::default()
        };
        tx.system().insert(row).await?;
        tx.enqueue(MailSignUp::job(id)).await?;
        tx.commit().await
    }

    /// Founds an organization with its first person, whose address is the one that the mail was sent to, and signs them in.
    ///
    /// `invalid_token` whatever is wrong with the token; `validation_failed` for each field that cannot be, after which the token
    /// still works; `email_taken` when the address has got an account meanwhile; `unavailable` when too many passwords wait to be
    /// hashed.
    pub async fn complete_sign_up(
        &self,
        request: CompleteSignUp,
        client: Client,
        request_id: String,
    ) -> Result<SignedUp, Problem> {
        let CompleteSignUp { token, organization_name, full_name, password } = request;
        let token = MailToken::read(&token);
        let email = match self.address_of(&token).await {
            Ok(email) => email,
            Err(problem) => {
                // What is wrong with names is told to whoever sends them; a password is held against the address.
                names(&organization_name, &full_name)?;
                return Err(problem);
            }
        };
        let founder = self.founder(&SignUp { organization_name, full_name, email, password }).await?;
        let holder = holder(founded_by(token_row(&token)));
        let tx = self.founding(holder, client, request_id).await?;
        // Of two at once one finds the row.
        if tx.system().remove(open(&token, tx.now())).await? == 0 {
            return Err(Problem::of(AuthProblem::InvalidToken));
        }
        let signed_up = self.found_organization(&tx, holder, founder, Some(tx.now())).await?;
        tx.commit().await?;
        Ok(signed_up)
    }

    /// Whom the token was sent to. `invalid_token`, in the time that any wrong token takes, when it is good for nothing.
    async fn address_of(&self, token: &MailToken) -> Result<String, Problem> {
        let watch = Stopwatch::start();
        let tx = self.store.system_read().await?;
        let row = tx.system().find::<Entity>().filter(open(token, tx.system().now())).one().await?;
        drop(tx);
        if let Some(row) = row {
            return Ok(row.email);
        }
        self.take_time(watch).await;
        Err(Problem::of(AuthProblem::InvalidToken))
    }
}

/// The organization that is founded by a sign-up.
pub(super) fn founded_by(sign_up: SignUpId) -> OrganizationId {
    OrganizationId::from_uuid(sign_up.as_uuid())
}

fn token_row(token: &MailToken) -> SignUpId {
    SignUpId::from_uuid(token.row())
}

/// The sign-up that the token still completes.
fn open(token: &MailToken, now: Timestamp) -> Filter<Entity> {
    Column::Id.eq(token_row(token)).and(Column::TokenHash.eq(token.hash())).and(Column::ExpiresAt.gt(now))
}
