//! Connecting a directory.
use super::{LdapConfig, LdapCredentials, connection::Settings, directory::LdapDirectory};
use crate::{
    Reach,
    integrations::{Integration, MAX_NAME},
    provider::Provider,
    vouching::{self, Change, NewConnection, Providers},
};
use purser_kernel::{Expected, ids::IntegrationId};
use purser_store::{ports::PasswordDirectory, prelude::*};
use serde_json::Value;
use std::sync::Arc;

/// A directory that is to be connected.
#[derive(Debug)]
pub struct NewLdap {
    /// What people call it: one line, up to 200 characters.
    pub name: String,
    /// Whether members can sign in with it. An organization has one at a time that is switched on.
    pub is_active: bool,
    /// Where it is and how it is asked.
    pub config: LdapConfig,
    /// What is sealed and never shown again.
    pub credentials: LdapCredentials,
}

/// What becomes different in a directory. `None` leaves a field as it is.
#[derive(Debug, Default)]
pub struct LdapPatch {
    /// What people call it.
    pub name: Option<String>,
    /// Whether members can sign in with it.
    pub is_active: Option<bool>,
    /// Where it is and how it is asked, as a whole. With another host, port, certificate or service account, or other TLS, the
    /// credentials have to come along.
    pub config: Option<LdapConfig>,
    /// New credentials.
    pub credentials: Option<LdapCredentials>,
}

impl Providers {
    /// Connects a directory.
    ///
    /// Needs `integrations.manage` and `identities.manage`. `validation_failed` for a connection that passwords could be read
    /// on, among others; `already_exists` when another one is switched on.
    pub async fn create_ldap(&self, tx: &WriteTx, new: NewLdap) -> Result<Integration, Problem> {
        vouching::may(tx)?;
        let NewLdap { name, is_active, config, credentials } = new;
        let mut findings = text::Findings::new();
        let name = findings.check(text::line("/name", &name, MAX_NAME))?;
        let config = findings.check(config.checked(self.reach))?;
        findings.check(credentials.check())?;
        findings.finish()?;
        let (Some(name), Some(config)) = (name, config) else {
            return Err(Problem::internal("what is missing was found before"));
        };
        let (config, secret) = (config.to_json()?, credentials.to_bytes());
        vouching::connect(tx, NewConnection { provider: Provider::Ldap, name, is_active, config, secret }).await
    }

    /// One directory.
    pub async fn get_ldap(&self, tx: &ReadTx, id: IntegrationId) -> Result<Integration, Problem> {
        vouching::get(tx, id, Provider::Ldap).await
    }

    /// Changes a directory that has the version `expected`; `stale` when it has another. Whom it vouches for stay who they are:
    /// another directory under the same connection must know them by the same subjects.
    pub async fn update_ldap(
        &self,
        tx: &WriteTx,
        id: IntegrationId,
        expected: impl Into<Expected>,
        patch: LdapPatch,
    ) -> Result<Integration, Problem> {
        vouching::may(tx)?;
        let LdapPatch { name, is_active, config, credentials } = patch;
        let before = vouching::for_update(tx, id, Provider::Ldap, expected).await?;
        let mut findings = text::Findings::new();
        let name = findings.check(text::optional_line("/name", name.as_deref(), MAX_NAME))?.flatten();
        let config = findings.check(config.map(|config| config.checked(self.reach)).transpose())?.flatten();
        findings.check(credentials.as_ref().map_or(Ok(()), LdapCredentials::check))?;
        if let Some(config) = &config {
            let elsewhere = config.leads_elsewhere(&LdapConfig::from_json(&before.config)?);
            findings.check(vouching::given_again(elsewhere, credentials.is_some()))?;
        }
        findings.finish()?;
        let config = config.map(|config| config.to_json()).transpose()?;
        let secret = credentials.map(|credentials| credentials.to_bytes());
        vouching::change(tx, before, Change { name, is_active, config, secret }).await
    }
}

/// The directory behind a connection.
pub(crate) fn directory(config: &Value, secret: &[u8], reach: Reach) -> Result<Arc<dyn PasswordDirectory>, Problem> {
    let (config, credentials) = (LdapConfig::from_json(config)?, LdapCredentials::from_bytes(secret)?);
    Ok(Arc::new(LdapDirectory::new(Settings { config, credentials, reach })))
}
