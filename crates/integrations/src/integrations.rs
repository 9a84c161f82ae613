//! What can be done to a connection with a provider.
pub(crate) mod deletion;

use crate::{
    provider::{Kind, Provider},
    whatsapp::{WhatsAppConfig, WhatsAppCredentials},
};
use purser_entity_integrations::integration::{ActiveModel, Column, Entity, Model};
use purser_kernel::{Expected, ids::IntegrationId};
use purser_store::{Place, Sealed, name_of, prelude::*};
use serde::Serialize;
use serde_json::Value;
use zeroize::Zeroizing;

/// A connection, without what is secret in it.
#[derive(Clone, Debug)]
pub struct Integration {
    /// Its id.
    pub id: IntegrationId,
    /// What it is for, such as `messaging`.
    pub kind: Kind,
    /// Such as `whatsapp`.
    pub provider: String,
    /// What people call it.
    pub name: String,
    /// What is not secret.
    pub config: Value,
    /// Whether the provider's door is open.
    pub is_active: bool,
    /// When it was connected.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
    /// Counts its changes.
    pub version: i64,
}

impl From<Model> for Integration {
    fn from(row: Model) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            provider: row.provider,
            name: row.name,
            config: row.config,
            is_active: row.is_active,
            created_at: row.created_at,
            updated_at: row.updated_at,
            version: row.version,
        }
    }
}

/// A connection that is to be made.
#[derive(Debug)]
pub struct NewIntegration {
    /// What it is for: `messaging`.
    pub kind: String,
    /// `whatsapp`.
    pub provider: String,
    /// What people call it: one line, up to 200 characters.
    pub name: String,
    /// What is not secret.
    pub config: WhatsAppConfig,
    /// What is sealed and never shown again.
    pub credentials: WhatsAppCredentials,
}

/// What becomes different in a connection. `None` leaves a field as it is.
#[derive(Debug, Default)]
pub struct IntegrationPatch {
    /// What people call it.
    pub name: Option<String>,
    /// Whether the provider's door is open.
    pub is_active: Option<bool>,
    /// What is not secret, as a whole.
    pub config: Option<WhatsAppConfig>,
    /// New credentials, as a whole.
    pub credentials: Option<WhatsAppCredentials>,
}

pub(crate) const RESOURCE: &str = "integration";
pub(crate) const MAX_NAME: usize = 200;

/// What the audit trail shows: that there are credentials, and whether they were replaced.
#[derive(Serialize)]
pub(crate) struct View<'r> {
    kind: String,
    provider: &'r str,
    name: &'r str,
    config: &'r Value,
    is_active: bool,
    credentials: &'static str,
}

pub(crate) fn view<'r>(row: &'r Model, credentials: &'static str) -> View<'r> {
    let Model { provider, name, config, is_active, .. } = row;
    View { kind: name_of(&row.kind), provider, name, config, is_active: *is_active, credentials }
}

/// Connects a provider. `validation_failed` for a provider that there is not; `already_exists` when another connection has the
/// telephone number, or when the organization has an active one of a kind that there can only be one of.
pub async fn create(tx: &WriteTx, new: NewIntegration) -> Result<Integration, Problem> {
    tx.scope().require(Permission::IntegrationsManage)?;
    let NewIntegration { kind, provider, name, config, credentials } = new;
    let provider = Provider::parse(&kind, &provider)?;
    let mut findings = text::Findings::new();
    let name = findings.check(text::line("/name", &name, MAX_NAME))?;
    let config = findings.check(config.checked())?;
    findings.check(credentials.check())?;
    findings.finish()?;
    let (Some(name), Some(config)) = (name, config) else {
        return Err(Problem::internal("what is missing was found before"));
    };

    let id = IntegrationId::generate();
    let Sealed { ciphertext, key_id } = tx.seal(place(id), &credentials.to_bytes()?).await?;
    let row = ActiveModel {
        id: Set(id),
        kind: Set(provider.kind()),
        provider: Set(provider.as_str().to_owned()),
        name: Set(name),
        config: Set(config.to_json()),
        credentials_ciphertext: Set(Some(ciphertext)),
        credentials_key_id: Set(Some(key_id)),
        external_account: Set(Some(config.phone_number_id)),
        is_active: Set(true),
        last_health_at: Set(None),
        health: Set(None),
        created_by: Set(tx.scope().actor.user()),
        deleted_at: Set(None),
        deleted_by: Set(None),
        ..Default::default()
    };
    let row = tx.insert(row).await.on_unique(ACCOUNT_INDEX, account_taken)?;
    tx.audit(AuditEntry::new("integration.create", RESOURCE, id).after(&view(&row, "given"))).await?;
    Ok(row.into())
}

/// The connections, newest first.
pub async fn list(tx: &ReadTx, page: &PageRequest) -> Result<Page<Integration>, Problem> {
    tx.scope().require(Permission::IntegrationsRead)?;
    Ok(tx.find::<Entity>().page(page).await?.map(Into::into))
}

/// One connection.
pub async fn get(tx: &ReadTx, id: IntegrationId) -> Result<Integration, Problem> {
    tx.scope().require(Permission::IntegrationsRead)?;
    tx.get::<Entity>(id).await.map(Into::into)
}

/// Changes a connection that has the version `expected`; `stale` when it has another.
pub async fn update(
    tx: &WriteTx,
    id: IntegrationId,
    expected: impl Into<Expected>,
    patch: IntegrationPatch,
) -> Result<Integration, Problem> {
    tx.scope().require(Permission::IntegrationsManage)?;
    let IntegrationPatch { name, is_active, config, credentials } = patch;
    let before = tx.get_for_update::<Entity>(id).await?;
    may_change(tx, &before)?;
    tx.expect_version(&before, expected)?;
    if before.provider != Provider::WhatsApp.as_str() && (config.is_some() || credentials.is_some()) {
        return Err(Problem::invalid("/config", "another_provider", "is of a provider with a route of its own"));
    }
    let mut findings = text::Findings::new();
    let name = findings.check(text::optional_line("/name", name.as_deref(), MAX_NAME))?.flatten();
    let config = findings.check(config.map(WhatsAppConfig::checked).transpose())?.flatten();
    findings.check(credentials.as_ref().map_or(Ok(()), WhatsAppCredentials::check))?;
    findings.finish()?;
    let sealed = match &credentials {
        Some(credentials) => Some(tx.seal(place(id), &credentials.to_bytes()?).await?),
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
            row.config = Set(config.to_json());
            row.external_account = Set(Some(config.phone_number_id));
        }
        if let Some(Sealed { ciphertext, key_id }) = sealed {
            row.credentials_ciphertext = Set(Some(ciphertext));
            row.credentials_key_id = Set(Some(key_id));
        }
    });
    let after = changed.await.on_unique(ACCOUNT_INDEX, account_taken).on_unique(KIND_INDEX, kind_taken)?;
    let entry = AuditEntry::new("integration.update", RESOURCE, id);
    tx.audit(entry.before(&view(&before, "given")).after(&view(&after, replaced))).await?;
    Ok(after.into())
}

/// Disconnects: the provider's door is closed and what it sent before stays.
pub async fn delete(tx: &WriteTx, id: IntegrationId, expected: impl Into<Expected>) -> Result<(), Problem> {
    tx.scope().require(Permission::IntegrationsManage)?;
    let row = tx.get_for_update::<Entity>(id).await?;
    may_change(tx, &row)?;
    tx.expect_version(&row, expected)?;
    tx.audit(AuditEntry::new("integration.delete", RESOURCE, id).before(&view(&row, "given"))).await?;
    tx.soft_delete(row).await
}

/// Whoever names the directory can become everybody it vouches for.
fn may_change(tx: &WriteTx, row: &Model) -> Result<(), Problem> {
    if row.kind == Kind::Auth { tx.scope().require(Permission::IdentitiesManage) } else { Ok(()) }
}

pub(crate) const KIND_INDEX: &str = "uq_integrations_kind";

pub(crate) fn kind_taken() -> Problem {
    Problem::of(CommonProblem::AlreadyExists)
        .detail("Another integration of this kind is switched on, and there can only be one.")
        .with("pointer", "/is_active")
}

pub(crate) const ACCOUNT_INDEX: &str = "uq_integrations_provider_external_account";

fn account_taken() -> Problem {
    Problem::of(CommonProblem::AlreadyExists)
        .detail("Another integration of the organization has this telephone number.")
        .with("pointer", "/config/phone_number_id")
}

/// Where an integration's credentials are sealed.
pub(crate) fn place(id: IntegrationId) -> Place {
    Place { table: "integrations", column: "credentials_ciphertext", row: id.as_uuid() }
}

/// The integration whose door is open, if there is one with this id.
pub(crate) async fn open(tx: &ReadTx, id: IntegrationId, provider: Provider) -> Result<Option<Model>, Problem> {
    let row = tx.find::<Entity>().filter(Column::Id.eq(id)).filter(Column::IsActive.eq(true));
    row.filter(Column::Provider.eq(provider.as_str())).one().await
}

/// What is sealed in the row, for WhatsApp.
pub(crate) async fn credentials(tx: &ReadTx, row: &Model) -> Result<WhatsAppCredentials, Problem> {
    WhatsAppCredentials::from_bytes(&opened(tx, row).await?)
}

/// The bytes that are sealed in the row.
pub(crate) async fn opened(tx: &ReadTx, row: &Model) -> Result<Zeroizing<Vec<u8>>, Problem> {
    let (Some(ciphertext), Some(key_id)) = (row.credentials_ciphertext.clone(), row.credentials_key_id) else {
        return Err(Problem::internal("the integration has no credentials"));
    };
    tx.open(place(row.id), &Sealed { ciphertext, key_id }).await
}
