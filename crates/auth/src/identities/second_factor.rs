//! The second factor of people from elsewhere: an app here for whom a directory vouches, the provider's own for the others.
use super::{Identities, attempts::Known};
use crate::{
    AuthProblem,
    mfa::{Enrolment, Proof, Vouched},
    sessions,
    tokens::Holder,
};
use purser_kernel::{SecretString, ids::SessionId};
use purser_store::prelude::*;

impl Identities {
    /// As [`Auth::begin_totp`](crate::Auth::begin_totp), also for whom a directory vouches: the password is theirs there.
    ///
    /// `mfa_by_provider` for whom an OpenID provider vouches, `provider_unavailable` when the directory cannot be asked.
    pub async fn begin_totp(&self, scope: &Scope, session: SessionId, proof: Proof) -> Result<Enrolment, Problem> {
        let proof = self.compared(scope, session, proof, "mfa.begin").await?;
        self.auth.begin_totp(scope, proof).await
    }

    /// The same of [`Auth::remove_mfa`](crate::Auth::remove_mfa).
    pub async fn remove_mfa(&self, scope: &Scope, session: SessionId, proof: Proof) -> Result<(), Problem> {
        let proof = self.compared(scope, session, proof, "mfa.disable").await?;
        self.auth.remove_mfa(scope, proof).await
    }

    /// The same of [`Auth::replace_recovery_codes`](crate::Auth::replace_recovery_codes).
    pub async fn replace_recovery_codes(
        &self,
        scope: &Scope,
        session: SessionId,
        proof: Proof,
    ) -> Result<Vec<SecretString>, Problem> {
        let proof = self.compared(scope, session, proof, "mfa.recovery_codes").await?;
        self.auth.replace_recovery_codes(scope, proof).await
    }

    /// The proof, where a directory vouches for the session compared by the directory.
    async fn compared(
        &self,
        scope: &Scope,
        session: SessionId,
        proof: Proof,
        action: &'static str,
    ) -> Result<Proof, Problem> {
        let Proof::Password(password) = proof else {
            return Ok(proof);
        };
        let user = scope.actor.in_person().ok_or_else(|| Problem::of(AuthProblem::PersonRequired))?;
        let holder = Holder { organization: scope.organization, user, session };
        let tx = self.auth.store.read_in_any_state(scope).await?;
        let Some(integration) = sessions::open(&tx, holder).await?.and_then(|session| session.integration_id) else {
            return Ok(Proof::Password(password));
        };
        let elsewhere = || Problem::of(AuthProblem::MfaByProvider);
        let directory = self.providers.directory(&tx, integration).await?.ok_or_else(elsewhere)?;
        let identity = self.identity_of(&tx, integration, user).await?.ok_or_else(elsewhere)?;
        let known = Known::of(&tx, identity).await?;
        drop(tx);
        known.attempts().allow(self.auth.store.clock().now())?;
        let person = directory.look_up(&known.identity.subject).await?;
        if directory.is_password_of(person.as_ref(), &password).await? {
            return Ok(Proof::Vouched(Vouched::by_directory()));
        }
        self.count_failure(scope, known.identity.id, action).await?;
        Err(Problem::of(AuthProblem::WrongPassword))
    }
}
