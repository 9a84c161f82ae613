//! What an organization has Purser keep for it: written, replaced, used by Purser, and never shown again.
use purser_entity_tenancy::organization_secret::{self, Column, Entity, Model};
use purser_kernel::{ExposeSecret, Id, SecretString, ids::OrganizationSecretId};
use purser_store::{AuditCategory, Place, Sealed, prelude::*};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

const LEAST_NAME: usize = 3;
const MAX_NAME: usize = 64;
/// Of the shortest value three quarters stay unseen: 12 characters, more than anybody guesses at a provider's.
const LEAST_VALUE: usize = 16;
/// Room for a private key with the certificates above it.
const MAX_VALUE: usize = 8_192;
/// Characters by which people recognise a value.
const SHOWN: usize = 4;

/// What is shown of a secret.
#[derive(Clone, Debug)]
pub struct SecretBrief {
    /// Its name.
    pub name: String,
    /// The last four characters of its value.
    pub last_four: String,
    /// When somebody gave the value that is there.
    pub last_rotated_at: Timestamp,
    /// When it was first given.
    pub created_at: Timestamp,
}

/// What is published of a secret: never its value.
#[derive(Serialize, ToSchema)]
struct About<'a> {
    id: OrganizationSecretId,
    name: &'a str,
}

/// A value was given to a secret, be it the first.
#[derive(Serialize, ToSchema)]
pub(crate) struct Replaced<'a>(About<'a>);

impl DomainEvent for Replaced<'_> {
    const TYPE: &'static str = "organization_secret.replaced";
    const RESOURCE: &'static str = "organization_secret";
    const READERS: Readers = Readers::Holding(Permission::SecretsManage);

    fn resource_id(&self) -> Uuid {
        self.0.id.as_uuid()
    }

    fn example() -> Self {
        Self(About { id: example_id(), name: "openai_api_key" })
    }
}

/// A secret is gone.
#[derive(Serialize, ToSchema)]
pub(crate) struct Deleted<'a>(About<'a>);

impl DomainEvent for Deleted<'_> {
    const TYPE: &'static str = "organization_secret.deleted";
    const RESOURCE: &'static str = "organization_secret";
    const READERS: Readers = Readers::Holding(Permission::SecretsManage);

    fn resource_id(&self) -> Uuid {
        self.0.id.as_uuid()
    }

    fn example() -> Self {
        Self(About { id: example_id(), name: "openai_api_key" })
    }
}

/// The organization's secrets by name, without their values.
pub async fn list(tx: &ReadTx, page: &PageRequest) -> Result<Page<SecretBrief>, Problem> {
    tx.scope().require(Permission::SecretsManage)?;
    let page = tx.find::<Entity>().order_by(Column::Name, Asc).page(page).await?;
    let mut briefs = Vec::with_capacity(page.data.len());
    for row in page.data {
        let value = value(tx, &row).await?;
        briefs.push(brief(row, &value));
    }
    Ok(Page { data: briefs, next: page.next })
}

/// Gives the secret a value, in place of the one it may have. `name` is 3 to 64 small letters, digits and underscores, a letter first;
/// `value` has 16 to 8,192 characters.
pub async fn replace(tx: &WriteTx, name: &str, value: SecretString) -> Result<SecretBrief, Problem> {
    tx.scope().require(Permission::SecretsManage)?;
    if !is_name(name) {
        let message =
            "must be 3 to 64 small letters, digits and underscores, with a letter first and no underscore last";
        return Err(Problem::invalid("/name", "invalid_name", message));
    }
    let value = checked(&value)?;
    let row = write(tx, name, &value).await?;
    let entry = AuditEntry::new("organization_secret.replace", "organization_secret", row.id);
    tx.audit(entry.category(AuditCategory::Security).after(&json!({ "name": name }))).await?;
    tx.emit(&Replaced(About { id: row.id, name })).await?;
    Ok(brief(row, &value))
}

/// Removes the secret for good. `not_found` when there is none of this name.
pub async fn delete(tx: &WriteTx, name: &str) -> Result<(), Problem> {
    tx.scope().require(Permission::SecretsManage)?;
    let absent = || Problem::not_found("organization secret");
    if !is_name(name) {
        return Err(absent());
    }
    let row = tx.find_for_update::<Entity>().filter(Column::Name.eq(name)).one().await?.ok_or_else(absent)?;
    tx.remove::<Entity>(Column::Id.eq(row.id)).await?;
    let entry = AuditEntry::new("organization_secret.delete", "organization_secret", row.id);
    tx.audit(entry.category(AuditCategory::Security).before(&json!({ "name": name }))).await?;
    tx.emit(&Deleted(About { id: row.id, name })).await
}

/// The value of the secret, for Purser's own use.
pub(crate) async fn open(tx: &ReadTx, name: &str) -> Result<Option<SecretString>, Problem> {
    match tx.find::<Entity>().filter(Column::Name.eq(name)).one().await? {
        Some(row) => value(tx, &row).await.map(Some),
        None => Ok(None),
    }
}

/// Of two that write the same name at once the second waits, and its value stays.
async fn write(tx: &WriteTx, name: &str, value: &SecretString) -> Result<Model, Problem> {
    let (id, now) = (Id::generate(), tx.now());
    let Sealed { ciphertext, key_id } = tx.seal(place(id), value.expose_secret().as_bytes()).await?;
    let first = organization_secret::ActiveModel {
        id: Set(id),
        name: Set(name.to_owned()),
        ciphertext: Set(ciphertext),
        key_id: Set(key_id),
        last_rotated_at: Set(now),
        ..Default::default()
    };
    let is_first = tx.insert_if_absent(first).await?;
    let row = tx.find_for_update::<Entity>().filter(Column::Name.eq(name)).one().await?;
    let row = row.ok_or_else(|| Problem::of(CommonProblem::Stale))?;
    if is_first {
        return Ok(row);
    }
    // It opens for its own row alone.
    let Sealed { ciphertext, key_id } = tx.seal(place(row.id), value.expose_secret().as_bytes()).await?;
    tx.update_where(Column::Id.eq(row.id), |row: &mut organization_secret::ActiveModel| {
        row.ciphertext = Set(ciphertext);
        row.key_id = Set(key_id);
        row.last_rotated_at = Set(now);
    })
    .await?;
    Ok(Model { last_rotated_at: now, ..row })
}

async fn value(tx: &ReadTx, row: &Model) -> Result<SecretString, Problem> {
    let sealed = Sealed { ciphertext: row.ciphertext.clone(), key_id: row.key_id };
    let value = tx.open(place(row.id), &sealed).await?;
    let text = std::str::from_utf8(&value).map_err(|_| Problem::internal("a secret is no text"))?;
    Ok(text.into())
}

fn place(id: OrganizationSecretId) -> Place {
    Place { table: "organization_secrets", column: "ciphertext", row: id.as_uuid() }
}

fn brief(row: Model, value: &SecretString) -> SecretBrief {
    let value = value.expose_secret();
    let hidden = value.chars().count().saturating_sub(SHOWN);
    SecretBrief {
        name: row.name,
        last_four: value.chars().skip(hidden).collect(),
        last_rotated_at: row.last_rotated_at,
        created_at: row.created_at,
    }
}

fn is_name(name: &str) -> bool {
    (LEAST_NAME..=MAX_NAME).contains(&name.len())
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && !name.ends_with('_')
}

/// What surrounds it, such as the line break that was copied along, is dropped: it is not what was meant to be recognised by.
fn checked(value: &SecretString) -> Result<SecretString, Problem> {
    let value = text::lines("/value", value.expose_secret(), MAX_VALUE)?;
    if value.chars().count() < LEAST_VALUE {
        let message = format!("must have at least {LEAST_VALUE} characters, of which the last {SHOWN} are shown");
        return Err(Problem::invalid("/value", "too_short", message));
    }
    Ok(value.into())
}
