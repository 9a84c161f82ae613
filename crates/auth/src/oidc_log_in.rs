//! Signing in with the organization's own OpenID provider: a browser is sent there, and comes back with a code.
mod attempt;

pub(crate) use attempt::SignIns;

use crate::{AuthProblem, Identities, SignedIn, sessions::Voucher};
use attempt::Attempt;
use chrono::TimeDelta;
use purser_kernel::{Client, OrganizationId, SecretString, ids::IntegrationId};
use purser_store::{
    ports::{Assertion, OpenIdProvider},
    prelude::*,
};
use std::sync::Arc;

/// A sign-in that was begun. It has no `Debug`: it is secret.
pub struct BegunSignIn {
    /// Where the browser is to go.
    pub authorization_url: String,
    /// What the client keeps for itself and brings with the code: by it a sign-in is completed where it was begun.
    pub sign_in: SecretString,
    /// Until when it can be completed.
    pub expires_at: Timestamp,
}

/// What the client brings when the browser has come back. It has no `Debug`: it is secret.
pub struct OidcLogIn {
    /// The organization whose provider it is.
    pub organization: OrganizationId,
    /// The connection with the provider.
    pub integration: IntegrationId,
    /// What it was given at the beginning.
    pub sign_in: SecretString,
    /// `state`, as it stands in the address that the browser was sent back to.
    pub state: SecretString,
    /// `code` from there.
    pub code: SecretString,
    /// `iss` from there, if it is there (RFC 9207).
    pub issuer: Option<String>,
}

/// How long a session lasts whose provider gives nothing to ask it with again: about a working day.
const UNCHECKED: TimeDelta = TimeDelta::hours(8);

impl Identities {
    /// Begins a sign-in. `not_found` where there is no such provider or it is switched off, `provider_unavailable` when it cannot
    /// be asked.
    pub async fn begin_with_provider(
        &self,
        organization: OrganizationId,
        integration: IntegrationId,
        client: Client,
        request_id: String,
    ) -> Result<BegunSignIn, Problem> {
        let scope = Scope { client, ..Scope::system(organization, request_id) };
        let provider = self.open_provider(&scope, integration).await?;
        let attempt = Attempt::generate()?;
        let tx = self.auth.store.system_read().await?;
        let given = self.sign_ins.begin(tx.system(), &attempt).await?;
        drop(tx);
        let authorization_url = provider.begin(given).await?;
        let tx = self.auth.store.write(&scope).await?;
        let expires_at = attempt.keep(&tx, integration).await?;
        tx.commit().await?;
        Ok(BegunSignIn { authorization_url, sign_in: attempt.reveal(), expires_at })
    }

    /// Completes it and opens a session for whom the provider vouches. Who signs in for the first time becomes a member; roles
    /// follow the groups.
    ///
    /// `invalid_oidc_sign_in` when it was not begun at this connection, with another `state`, more than ten minutes ago, or was
    /// completed before; `sign_in_refused` whatever is wrong with the code, with what the provider says of the person, or with
    /// them here.
    pub async fn log_in_with_provider(
        &self,
        request: OidcLogIn,
        client: Client,
        request_id: String,
    ) -> Result<SignedIn, Problem> {
        let OidcLogIn { organization, integration, sign_in, state, code, issuer } = request;
        let scope = Scope { client, ..Scope::system(organization, request_id) };
        let provider = self.open_provider(&scope, integration).await?;
        let unknown = || Problem::of(AuthProblem::InvalidOidcSignIn);
        let attempt = Attempt::parse(&sign_in).ok_or_else(unknown)?;
        let given = self.sign_ins.begun(&attempt, &state)?.ok_or_else(unknown)?;
        let tx = self.auth.store.write(&scope).await?;
        if !attempt.spend(&tx, integration).await? {
            return Err(unknown());
        }
        tx.commit().await?;
        let refused = || Problem::of(AuthProblem::SignInRefused);
        let now = self.auth.store.clock().now();
        let assertion = provider.finish(given, code, issuer, now).await?.ok_or_else(refused)?;
        let Assertion { person, second_factor, refresh_token: provider_token } = assertion;
        let until = now + if provider_token.is_some() { self.check_after } else { UNCHECKED };
        let voucher = Voucher { integration, until, second_factor, provider_token };
        let signed_in = self.admit(&scope, voucher, person).await;
        signed_in.map_err(|problem| if problem.is(AuthProblem::InvalidCredentials) { refused() } else { problem })
    }

    /// The provider behind the connection. `not_found` for every other id.
    async fn open_provider(
        &self,
        scope: &Scope,
        integration: IntegrationId,
    ) -> Result<Arc<dyn OpenIdProvider>, Problem> {
        let tx = self.auth.store.read(scope).await?;
        let provider = self.providers.openid(&tx, integration).await?;
        provider.ok_or_else(|| Problem::not_found("integration"))
    }
}
