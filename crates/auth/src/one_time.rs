//! What a token from a mail is good for: another password, or a verified address.
mod letter;
mod mail;
mod reset;
mod verify;

pub use mail::MailToken;
pub use reset::PasswordReset;

use crate::{
    Auth, AuthProblem, people,
    tokens::{OneTimeToken, Subject},
};
use purser_entity_auth::one_time_token::{ActiveModel, Column, Entity, Model, Purpose};
use purser_kernel::{Client, ExposeSecret, OrganizationId, SecretString, UserId, clock::Stopwatch};
use purser_store::prelude::*;

/// A token that was found good a moment ago.
struct Found {
    token: Model,
    user: UserId,
    /// Where what is done with it is written down: the organization that the person has belonged to for the longest time.
    organization: OrganizationId,
}

/// The one answer for whatever is wrong with a token.
fn invalid() -> Problem {
    Problem::of(AuthProblem::InvalidToken)
}

impl Auth {
    /// Looks a token up. `invalid_token` when it was never given out, has run out, was used, is for something else or for
    /// another address, or when its owner cannot sign in, and all of that takes as long.
    async fn found(&self, text: &SecretString, purpose: Purpose) -> Result<Found, Problem> {
        let watch = Stopwatch::start();
        let found = self.look(text, purpose).await;
        if found.as_ref().is_err_and(|problem| problem.is(AuthProblem::InvalidToken)) {
            self.take_time(watch).await;
        }
        found
    }

    async fn look(&self, text: &SecretString, purpose: Purpose) -> Result<Found, Problem> {
        let given = OneTimeToken::parse(text.expose_secret()).ok_or_else(invalid)?;
        let user = given.user();
        let tx = self.store.person_read(user).await?;
        let system = tx.system();
        let usable = Column::TokenHash
            .eq(given.hash())
            .and(Column::UserId.eq(user))
            .and(Column::Purpose.eq(purpose))
            .and(Column::UsedAt.is_null())
            .and(Column::ExpiresAt.gt(system.now()));
        let token = system.find::<Entity>().filter(usable).one().await?;
        let person = people::active_in(system, user).await?;
        let organizations = self.tenants.organizations_of(system).await?;
        let (Some(token), Some(person), Some(first)) = (token, person, organizations.into_iter().next()) else {
            return Err(invalid());
        };
        // Who has no claim on an address has nothing to prove by a mail.
        let email = person.email_normalized.as_deref().ok_or_else(invalid)?;
        let subject = Subject { user, id: token.id, purpose, email };
        if self.one_time_tokens.kept(subject, &token.token_hash)?.is_none() {
            return Err(invalid());
        }
        Ok(Found { token, user, organization: first.organization })
    }

    /// Begins the transaction in which a token is used, which nobody else uses then.
    async fn using(&self, found: &Found, client: Client, request_id: String) -> Result<WriteTx, Problem> {
        let scope = crate::service::bare_scope(found.organization, found.user, client, request_id);
        let tx = self.store.write_in_any_state(&scope).await?;
        let now = tx.now();
        let unused = Column::Id.eq(found.token.id).and(Column::UsedAt.is_null()).and(Column::ExpiresAt.gt(now));
        let used = tx.system().update_where(unused, |row: &mut ActiveModel| row.used_at = Set(Some(now))).await?;
        if used == 1 { Ok(tx) } else { Err(invalid()) }
    }
}
