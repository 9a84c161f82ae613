//! Connecting a provider.
use super::{
    OidcConfig, OidcCredentials,
    exchange::{Oidc, Settings},
};
use crate::{
    Reach,
    integrations::{Integration, MAX_NAME},
    provider::Provider,
    vouching::{self, Change, NewConnection, Providers},
};
use purser_kernel::{Expected, ids::IntegrationId};
use purser_store::{ports::OpenIdProvider, prelude::*};
use serde_json::Value;
use std::sync::Arc;

/// A provider that is to be connected.
#[derive(Debug)]
pub struct NewOidc {
    /// What people call it: one line, up to 200 characters.
    pub name: String,
    /// Whether members can sign in with it. An organization has one at a time that is switched on.
    pub is_active: bool,
    /// Where it is and what it is asked for.
    pub config: OidcConfig,
    /// What is sealed and never shown again.
    pub credentials: OidcCredentials,
}

/// What becomes different in a provider. `None` leaves a field as it is.
#[derive(Debug, Default)]
pub struct OidcPatch {
    /// What people call it.
    pub name: Option<String>,
    /// Whether members can sign in with it.
    pub is_active: Option<bool>,
    /// Where it is and what it is asked for, as a whole. The issuer stays; with another client or certificate the credentials
    /// have to come along.
    pub config: Option<OidcConfig>,
    /// New credentials.
    pub credentials: Option<OidcCredentials>,
}

impl Providers {
    /// Connects a provider.
    ///
    /// Needs `integrations.manage` and `identities.manage`. `validation_failed` for a provider that is not asked over TLS, among
    /// others; `already_exists` when another one is switched on.
    pub async fn create_oidc(&self, tx: &WriteTx, new: NewOidc) -> Result<Integration, Problem> {
        vouching::may(tx)?;
        let NewOidc { name, is_active, config, credentials } = new;
        let mut findings = text::Findings::new();
        let name = findings.check(text::line("/name", &name, MAX_NAME))?;
        let config = findings.check(config.checked(self.reach, &self.redirect_uri))?;
        findings.check(credentials.check())?;
        findings.finish()?;
        let (Some(name), Some(config)) = (name, config) else {
            return Err(Problem::internal("what is missing was found before"));
        };
        let (config, secret) = (config.to_json()?, credentials.to_bytes());
        vouching::connect(tx, NewConnection { provider: Provider::Oidc, name, is_active, config, secret }).await
    }

    /// One provider.
    pub async fn get_oidc(&self, tx: &ReadTx, id: IntegrationId) -> Result<Integration, Problem> {
        vouching::get(tx, id, Provider::Oidc).await
    }

    /// Changes a provider that has the version `expected`; `stale` when it has another.
    pub async fn update_oidc(
        &self,
        tx: &WriteTx,
        id: IntegrationId,
        expected: impl Into<Expected>,
        patch: OidcPatch,
    ) -> Result<Integration, Problem> {
        vouching::may(tx)?;
        let OidcPatch { name, is_active, config, credentials } = patch;
        let before = vouching::for_update(tx, id, Provider::Oidc, expected).await?;
        let mut findings = text::Findings::new();
        let name = findings.check(text::optional_line("/name", name.as_deref(), MAX_NAME))?.flatten();
        let config = config.map(|config| config.checked(self.reach, &self.redirect_uri)).transpose();
        let config = findings.check(config)?.flatten();
        findings.check(credentials.as_ref().map_or(Ok(()), OidcCredentials::check))?;
        if let Some(config) = &config {
            let was = OidcConfig::from_json(&before.config)?;
            findings.check(same_issuer(config, &was))?;
            findings.check(vouching::given_again(config.leads_elsewhere(&was), credentials.is_some()))?;
        }
        findings.finish()?;
        let config = config.map(|config| config.to_json()).transpose()?;
        let secret = credentials.map(|credentials| credentials.to_bytes());
        vouching::change(tx, before, Change { name, is_active, config, secret }).await
    }
}

/// Another issuer's subjects are other people, whatever they are called (OpenID Connect Core 1.0, section 5.7).
fn same_issuer(config: &OidcConfig, was: &OidcConfig) -> Result<(), Problem> {
    if config.issuer == was.issuer {
        return Ok(());
    }
    let why = "cannot be changed: another provider's people are others, and it is connected anew";
    Err(Problem::invalid("/config/issuer", "fixed", why))
}

/// The provider behind a connection.
pub(crate) fn provider(config: &Value, secret: &[u8], reach: Reach) -> Result<Arc<dyn OpenIdProvider>, Problem> {
    let (config, credentials) = (OidcConfig::from_json(config)?, OidcCredentials::from_bytes(secret)?);
    Ok(Arc::new(Oidc::new(Settings { config, credentials, reach })))
}
