//! Connecting a directory, and finding the one that vouches.
use super::{LdapConfig, LdapCredentials, connection::Settings, directory::LdapDirectory};
use crate::{
    Reach,
    integrations::{Integration, KIND_INDEX, MAX_NAME, RESOURCE, kind_taken, opened, place, view},
    provider::{Kind, Provider},
};
use async_trait::async_trait;
use purser_entity_integrations::integration::{ActiveModel, Column, Entity, Model};
use purser_kernel::{Expected, ids::IntegrationId};
use purser_store::{
    AuditCategory, Sealed,
    ports::{IdentityProviders, PasswordDirectory},
    prelude::*,
};
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
    /// Where it is and how it is asked, as a whole.
    pub config: Option<LdapConfig>,
    /// New credentials.
    pub credentials: Option<LdapCredentials>,
}

/// The directories that vouch for members.
#[derive(Clone, Copy, Debug)]
pub struct Providers {
    /// Which machines they may be at.
    pub reach: Reach,
}

impl Providers {
    /// Connects a directory.
    ///
    /// Needs `integrations.manage` and `identities.manage`. `validation_failed` for a connection that passwords could be read
    /// on, among others; `already_exists` when another one is switched on.
    pub async fn create_ldap(&self, tx: &WriteTx, new: NewLdap) -> Result<Integration, Problem> {
        may(tx)?;
        let NewLdap { name, is_active, config, credentials } = new;
        let mut findings = text::Findings::new();
        let name = findings.check(text::line("/name", &name, MAX_NAME))?;
        let config = findings.check(config.checked(self.reach))?;
        findings.check(credentials.check())?;
        findings.finish()?;
        let (Some(name), Some(config)) = (name, config) else {
            return Err(Problem::internal("what is missing was found before"));
        };
        let id = IntegrationId::generate();
        let Sealed { ciphertext, key_id } = tx.seal(place(id), &credentials.to_bytes()).await?;
        let row = ActiveModel {
            id: Set(id),
            kind: Set(Provider::Ldap.kind()),
            provider: Set(Provider::Ldap.as_str().to_owned()),
            name: Set(name),
            config: Set(config.to_json()?),
            credentials_ciphertext: Set(Some(ciphertext)),
            credentials_key_id: Set(Some(key_id)),
            external_account: Set(None),
            is_active: Set(is_active),
            last_health_at: Set(None),
            health: Set(None),
            created_by: Set(tx.scope().actor.user()),
            deleted_at: Set(None),
            deleted_by: Set(None),
            ..Default::default()
        };
        let row = tx.insert(row).await.on_unique(KIND_INDEX, kind_taken)?;
        let entry = AuditEntry::new("integration.create", RESOURCE, id).category(AuditCategory::Security);
        tx.audit(entry.after(&view(&row, "given"))).await?;
        Ok(row.into())
    }

    /// One directory.
    pub async fn get_ldap(&self, tx: &ReadTx, id: IntegrationId) -> Result<Integration, Problem> {
        tx.scope().require(Permission::IntegrationsRead)?;
        let row = tx.find::<Entity>().filter(of_ldap(id)).one().await?;
        row.map(Into::into).ok_or_else(|| Problem::not_found("integration"))
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
        may(tx)?;
        let LdapPatch { name, is_active, config, credentials } = patch;
        let before = tx.find_for_update::<Entity>().filter(of_ldap(id)).one().await?;
        let before = before.ok_or_else(|| Problem::not_found("integration"))?;
        tx.expect_version(&before, expected)?;
        let mut findings = text::Findings::new();
        let name = findings.check(text::optional_line("/name", name.as_deref(), MAX_NAME))?.flatten();
        let config = findings.check(config.map(|config| config.checked(self.reach)).transpose())?.flatten();
        findings.check(credentials.as_ref().map_or(Ok(()), LdapCredentials::check))?;
        findings.finish()?;
        let config = config.map(|config| config.to_json()).transpose()?;
        let sealed = match &credentials {
            Some(credentials) => Some(tx.seal(place(id), &credentials.to_bytes()).await?),
            None => None,
        };
        let replaced = if sealed.is_some() { "replaced" } else { "given" };
        let changed = tx.update(before.clone(), |row| {
            if let Some(name) = name {
                row.name = Set(name);
            }
            if let Some(is_active) = is_active {
                row.is_active = Set(is_active);
            }
            if let Some(config) = config {
                row.config = Set(config);
            }
            if let Some(Sealed { ciphertext, key_id }) = sealed {
                row.credentials_ciphertext = Set(Some(ciphertext));
                row.credentials_key_id = Set(Some(key_id));
            }
        });
        let after = changed.await.on_unique(KIND_INDEX, kind_taken)?;
        let entry = AuditEntry::new("integration.update", RESOURCE, id).category(AuditCategory::Security);
        tx.audit(entry.before(&view(&before, "given")).after(&view(&after, replaced))).await?;
        Ok(after.into())
    }
}

/// Whoever names the directory can become everybody it vouches for.
fn may(tx: &WriteTx) -> Result<(), Problem> {
    tx.scope().require(Permission::IntegrationsManage)?;
    tx.scope().require(Permission::IdentitiesManage)
}

#[async_trait]
impl IdentityProviders for Providers {
    async fn directory(&self, tx: &ReadTx, id: IntegrationId) -> Result<Option<Arc<dyn PasswordDirectory>>, Problem> {
        let switched_on = of_ldap(id).and(Column::IsActive.eq(true));
        let row: Option<Model> = tx.find::<Entity>().filter(switched_on).one().await?;
        let Some(row) = row else {
            return Ok(None);
        };
        let credentials = LdapCredentials::from_bytes(&opened(tx, &row).await?)?;
        let config = LdapConfig::from_json(&row.config)?;
        Ok(Some(Arc::new(LdapDirectory::new(Settings { config, credentials, reach: self.reach }))))
    }

    async fn exists(&self, tx: &ReadTx, id: IntegrationId) -> Result<bool, Problem> {
        Ok(tx.find::<Entity>().filter(of_auth(id)).one().await?.is_some())
    }

    async fn touch(&self, tx: &WriteTx, id: IntegrationId, expected: Expected) -> Result<(), Problem> {
        let row = tx.find_for_update::<Entity>().filter(of_auth(id)).one().await?;
        let row = row.ok_or_else(|| Problem::not_found("integration"))?;
        tx.expect_version(&row, expected)?;
        tx.update(row, |_| {}).await.map(|_| ())
    }
}

fn of_ldap(id: IntegrationId) -> Filter<Entity> {
    of_auth(id).and(Column::Provider.eq(Provider::Ldap.as_str()))
}

fn of_auth(id: IntegrationId) -> Filter<Entity> {
    Column::Id.eq(id).and(Column::Kind.eq(Kind::Auth))
}
