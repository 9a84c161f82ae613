//! Connections with providers that have a route of their own and a door.
use crate::{
    integrations::{ACCOUNT_INDEX, Integration, MAX_NAME, RESOURCE, opened, place, view},
    provider::Provider,
};
use purser_entity_integrations::integration::{ActiveModel, Column, Entity, Model};
use purser_kernel::{Expected, ExposeSecret, SecretString, ids::IntegrationId};
use purser_store::{Sealed, prelude::*};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::fmt::Debug;

/// What is not secret of a connection with one provider.
pub trait Connects: Clone + Debug + Serialize + DeserializeOwned + Send + Sync {
    /// The provider.
    const PROVIDER: Provider;
    /// The name of the secret that it takes, if it takes one.
    const SECRET: Option<&'static str>;

    /// Checks what somebody wrote.
    fn checked(self) -> Result<Self, Problem>;

    /// Checks a secret that goes with it.
    fn check_secret(&self, _pointer: &str, _secret: &SecretString) -> Result<(), Problem> {
        Ok(())
    }

    /// The provider's id for our side, which one connection of the organization has.
    fn account(&self) -> Option<String> {
        None
    }
}

/// A connection that is to be made.
#[derive(Debug)]
pub struct NewConnection<C> {
    /// What people call it: one line, up to 200 characters.
    pub name: String,
    /// What is not secret.
    pub config: C,
    /// What is sealed and never shown again.
    pub secret: Option<SecretString>,
}

/// What becomes different in a connection. `None` leaves a field as it is.
#[derive(Debug)]
pub struct ConnectionPatch<C> {
    /// What people call it.
    pub name: Option<String>,
    /// Whether the provider's door is open.
    pub is_active: Option<bool>,
    /// What is not secret, as a whole.
    pub config: Option<C>,
    /// Another secret.
    pub secret: Option<SecretString>,
}

/// Connects a provider. `already_exists` when another connection has the account.
pub async fn create<C: Connects>(tx: &WriteTx, new: NewConnection<C>) -> Result<Integration, Problem> {
    tx.scope().require(Permission::IntegrationsManage)?;
    let NewConnection { name, config, secret } = new;
    let mut findings = text::Findings::new();
    let name = findings.check(text::line("/name", &name, MAX_NAME))?;
    let config = findings.check(config.checked())?;
    if let Some(secret) = &secret {
        findings.check(check_secret(config.as_ref(), secret))?;
    }
    findings.finish()?;
    let (Some(name), Some(config)) = (name, config) else {
        return Err(Problem::internal("what is missing was found before"));
    };
    let id = IntegrationId::generate();
    let (ciphertext, key_id) = match secret {
        Some(secret) => {
            let Sealed { ciphertext, key_id } = tx.seal(place(id), secret.expose_secret().as_bytes()).await?;
            (Some(ciphertext), Some(key_id))
        }
        None => (None, None),
    };
    let row = ActiveModel {
        id: Set(id),
        kind: Set(C::PROVIDER.kind()),
        provider: Set(C::PROVIDER.as_str().to_owned()),
        name: Set(name),
        config: Set(json(&config)?),
        credentials_ciphertext: Set(ciphertext),
        credentials_key_id: Set(key_id),
        external_account: Set(config.account()),
        is_active: Set(true),
        last_health_at: Set(None),
        health: Set(None),
        created_by: Set(tx.scope().actor.user()),
        deleted_at: Set(None),
        deleted_by: Set(None),
        ..Default::default()
    };
    let row = tx.insert(row).await.on_unique(ACCOUNT_INDEX, account_taken)?;
    let secret = if C::SECRET.is_some() { "given" } else { "none" };
    tx.audit(AuditEntry::new("integration.create", RESOURCE, id).after(&view(&row, secret))).await?;
    Ok(row.into())
}

/// One connection with this provider.
pub async fn get<C: Connects>(tx: &ReadTx, id: IntegrationId) -> Result<Integration, Problem> {
    tx.scope().require(Permission::IntegrationsRead)?;
    let row = tx.find::<Entity>().filter(of::<C>(id)).one().await?;
    row.map(Into::into).ok_or_else(|| Problem::not_found("integration"))
}

/// Changes a connection that has the version `expected`; `stale` when it has another.
pub async fn update<C: Connects>(
    tx: &WriteTx,
    id: IntegrationId,
    expected: impl Into<Expected>,
    patch: ConnectionPatch<C>,
) -> Result<Integration, Problem> {
    tx.scope().require(Permission::IntegrationsManage)?;
    let ConnectionPatch { name, is_active, config, secret } = patch;
    let before = tx.find_for_update::<Entity>().filter(of::<C>(id)).one().await?;
    let before = before.ok_or_else(|| Problem::not_found("integration"))?;
    tx.expect_version(&before, expected)?;
    let mut findings = text::Findings::new();
    let name = findings.check(text::optional_line("/name", name.as_deref(), MAX_NAME))?.flatten();
    let new_config = findings.check(config.map(C::checked).transpose())?.flatten();
    if let Some(secret) = &secret {
        let config = new_config.clone().map_or_else(|| self::config::<C>(&before.config), Ok)?;
        findings.check(check_secret(Some(&config), secret))?;
    }
    findings.finish()?;
    let sealed = match &secret {
        Some(secret) => Some(tx.seal(place(id), secret.expose_secret().as_bytes()).await?),
        None => None,
    };
    let config = new_config.map(|config| Ok::<_, Problem>((json(&config)?, config.account()))).transpose()?;
    let changed = tx.update(before.clone(), |row| {
        if let Some(name) = name {
            row.name = Set(name);
        }
        if let Some(is_active) = is_active {
            row.is_active = Set(is_active);
        }
        if let Some((config, account)) = config {
            row.config = Set(config);
            row.external_account = Set(account);
        }
        if let Some(Sealed { ciphertext, key_id }) = sealed {
            row.credentials_ciphertext = Set(Some(ciphertext));
            row.credentials_key_id = Set(Some(key_id));
        }
    });
    let after = changed.await.on_unique(ACCOUNT_INDEX, account_taken)?;
    let given = if C::SECRET.is_some() { "given" } else { "none" };
    let replaced = if secret.is_some() { "replaced" } else { given };
    let entry = AuditEntry::new("integration.update", RESOURCE, id);
    tx.audit(entry.before(&view(&before, given)).after(&view(&after, replaced))).await?;
    Ok(after.into())
}

fn account_taken() -> Problem {
    Problem::of(CommonProblem::AlreadyExists)
        .detail("Another integration of the organization has this account.")
        .with("pointer", "/config")
}

fn of<C: Connects>(id: IntegrationId) -> Filter<Entity> {
    Column::Id.eq(id).and(Column::Provider.eq(C::PROVIDER.as_str()))
}

const MAX_SECRET: usize = 1024;

/// A secret is kept to the byte: white space in it is signed with.
fn check_secret<C: Connects>(config: Option<&C>, secret: &SecretString) -> Result<(), Problem> {
    let pointer = format!("/credentials/{}", C::SECRET.unwrap_or_default());
    match secret.expose_secret().len() {
        0 => Err(Problem::invalid(pointer, "required", "must not be empty")),
        1..=MAX_SECRET => config.map_or(Ok(()), |config| config.check_secret(&pointer, secret)),
        _ => Err(Problem::invalid(pointer, "too_long", format!("must have at most {MAX_SECRET} bytes"))),
    }
}

fn json<C: Connects>(config: &C) -> Result<Value, Problem> {
    serde_json::to_value(config).map_err(Problem::internal)
}

/// What is not secret of a connection, as it was kept.
pub(crate) fn config<C: Connects>(config: &Value) -> Result<C, Problem> {
    C::deserialize(config).map_err(Problem::internal)
}

/// The secret that is sealed in the row. The cause is left out of the problem: it could quote it.
pub(crate) async fn secret(tx: &ReadTx, row: &Model) -> Result<SecretString, Problem> {
    let bytes = opened(tx, row).await?;
    let secret = std::str::from_utf8(&bytes).map_err(|_| Problem::internal("a secret cannot be read"))?;
    Ok(secret.into())
}
