//! Connections with what vouches for members: one of an organization's is switched on at a time.
use crate::{
    Reach,
    integrations::{Integration, KIND_INDEX, RESOURCE, kind_taken, opened, place, view},
    ldap, oidc,
    provider::{Kind, Provider},
};
use async_trait::async_trait;
use purser_entity_integrations::integration::{ActiveModel, Column, Entity, Model};
use purser_kernel::{Expected, ids::IntegrationId};
use purser_store::{
    AuditCategory, Sealed,
    ports::{IdentityProviders, OpenIdProvider, PasswordDirectory},
    prelude::*,
};
use serde_json::Value;
use std::sync::Arc;
use zeroize::Zeroizing;

/// What vouches for members: directories and OpenID providers.
#[derive(Clone, Debug)]
pub struct Providers {
    /// Which machines they may be at.
    pub reach: Reach,
    /// Where an OpenID provider sends people back to, unless its connection says so.
    pub redirect_uri: String,
}

/// Such a connection, checked and about to be made.
pub(crate) struct NewConnection {
    pub(crate) provider: Provider,
    pub(crate) name: String,
    pub(crate) is_active: bool,
    pub(crate) config: Value,
    pub(crate) secret: Zeroizing<Vec<u8>>,
}

/// What becomes different in one, checked. `None` leaves a field as it is.
pub(crate) struct Change {
    pub(crate) name: Option<String>,
    pub(crate) is_active: Option<bool>,
    pub(crate) config: Option<Value>,
    pub(crate) secret: Option<Zeroizing<Vec<u8>>>,
}

/// Whoever names what vouches can become everybody it vouches for.
pub(crate) fn may(tx: &WriteTx) -> Result<(), Problem> {
    tx.scope().require(Permission::IntegrationsManage)?;
    tx.scope().require(Permission::IdentitiesManage)
}

/// Makes the connection. `already_exists` when another one is switched on.
pub(crate) async fn connect(tx: &WriteTx, new: NewConnection) -> Result<Integration, Problem> {
    let NewConnection { provider, name, is_active, config, secret } = new;
    let id = IntegrationId::generate();
    let Sealed { ciphertext, key_id } = tx.seal(place(id), &secret).await?;
    let row = ActiveModel {
        id: Set(id),
        kind: Set(provider.kind()),
        provider: Set(provider.as_str().to_owned()),
        name: Set(name),
        config: Set(config),
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

/// One connection with this provider.
pub(crate) async fn get(tx: &ReadTx, id: IntegrationId, provider: Provider) -> Result<Integration, Problem> {
    tx.scope().require(Permission::IntegrationsRead)?;
    let row = tx.find::<Entity>().filter(of(id, provider)).one().await?;
    row.map(Into::into).ok_or_else(|| Problem::not_found("integration"))
}

/// The connection that has the version `expected`, which nobody else changes until the transaction ends.
pub(crate) async fn for_update(
    tx: &WriteTx,
    id: IntegrationId,
    provider: Provider,
    expected: impl Into<Expected>,
) -> Result<Model, Problem> {
    let row = tx.find_for_update::<Entity>().filter(of(id, provider)).one().await?;
    let row = row.ok_or_else(|| Problem::not_found("integration"))?;
    tx.expect_version(&row, expected)?;
    Ok(row)
}

/// The secret is for those it was given for: whoever may change where it is sent need not be one who knows it.
pub(crate) fn given_again(leads_elsewhere: bool, is_given: bool) -> Result<(), Problem> {
    if leads_elsewhere && !is_given {
        let why = "must be given again with where they are sent";
        return Err(Problem::invalid("/credentials", "required", why));
    }
    Ok(())
}

/// Changes the connection. Whom it vouches for stay who they are.
pub(crate) async fn change(tx: &WriteTx, before: Model, change: Change) -> Result<Integration, Problem> {
    let Change { name, is_active, config, secret } = change;
    let id = before.id;
    let sealed = match secret {
        Some(secret) => Some(tx.seal(place(id), &secret).await?),
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

impl Providers {
    async fn switched_on(&self, tx: &ReadTx, id: IntegrationId, provider: Provider) -> Result<Option<Model>, Problem> {
        tx.find::<Entity>().filter(of(id, provider).and(Column::IsActive.eq(true))).one().await
    }
}

#[async_trait]
impl IdentityProviders for Providers {
    async fn directory(&self, tx: &ReadTx, id: IntegrationId) -> Result<Option<Arc<dyn PasswordDirectory>>, Problem> {
        let Some(row) = self.switched_on(tx, id, Provider::Ldap).await? else {
            return Ok(None);
        };
        Ok(Some(ldap::directory(&row.config, &opened(tx, &row).await?, self.reach)?))
    }

    async fn openid(&self, tx: &ReadTx, id: IntegrationId) -> Result<Option<Arc<dyn OpenIdProvider>>, Problem> {
        let Some(row) = self.switched_on(tx, id, Provider::Oidc).await? else {
            return Ok(None);
        };
        Ok(Some(oidc::provider(&row.config, &opened(tx, &row).await?, self.reach)?))
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

fn of(id: IntegrationId, provider: Provider) -> Filter<Entity> {
    of_auth(id).and(Column::Provider.eq(provider.as_str()))
}

fn of_auth(id: IntegrationId) -> Filter<Entity> {
    Column::Id.eq(id).and(Column::Kind.eq(Kind::Auth))
}
