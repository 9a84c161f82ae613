//! The second step of signing in.
use super::{
    Challenge,
    challenge::{spend, voucher},
    factor::{self, take_code},
};
use crate::{Auth, AuthProblem, SignedIn, credentials, log_in::SIGN_IN, service::bare_scope};
use purser_kernel::{Client, ExposeSecret, SecretString};
use purser_store::prelude::*;

/// What somebody writes in the second step. It has no `Debug`: it is secret.
pub struct SecondStep {
    /// From the first step.
    pub challenge: SecretString,
    /// The six digits of the app, or a recovery code.
    pub code: SecretString,
}

impl Auth {
    /// Opens the session for which the right password was given.
    ///
    /// `invalid_mfa_challenge` when the challenge is unknown, used or older than five minutes, and when the password, the person
    /// or the membership has changed since; `invalid_mfa_code` for a wrong code or one that was used before, after which the
    /// challenge still works; `too_many_requests` during the pause after many wrong codes.
    pub async fn second_step(&self, step: SecondStep, client: Client, request_id: String) -> Result<SignedIn, Problem> {
        let refused = || Problem::of(AuthProblem::InvalidMfaChallenge);
        let challenge = Challenge::parse(&step.challenge).ok_or_else(refused)?;
        let holder = challenge.holder();
        self.prepare_signing_keys().await?;
        let tx =
            self.store.write_in_any_state(&bare_scope(holder.organization, holder.user, client, request_id)).await?;
        let row = challenge.open(&tx).await?.ok_or_else(refused)?;
        let factor = factor::for_update(tx.system(), holder.user).await;
        let gone = |problem: Problem| if problem.is(AuthProblem::MfaNotEnrolled) { refused() } else { problem };
        let factor = factor.map_err(gone)?;
        if !take_code(&tx, &factor, step.code.expose_secret(), SIGN_IN).await? {
            tx.commit().await?;
            return Err(Problem::of(AuthProblem::InvalidMfaCode));
        }
        spend(&tx, holder.user, &row).await?;
        let voucher = voucher(&row);
        if voucher.is_none() {
            let credential = credentials::for_update(tx.system(), holder.user, &tx.scope().client).await?;
            if credential.changed_at().is_some_and(|changed| changed > row.created_at) {
                return Err(refused());
            }
        }
        let signed_in = self.enter(&tx, holder, voucher).await?;
        tx.commit().await?;
        Ok(signed_in)
    }
}
