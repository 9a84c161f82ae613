//! API keys: programs that act for an organization, within what a person gave them.
//!
//! A key holds permissions by name, never one that decides, and never more than the person who created it holds at the moment:
//! when they lose a right the key loses it, and when they leave the key is worth nothing. The same goes for whoever made the secret
//! that is sent: who has rotated somebody else's key knows it.
mod authenticate;
mod known;
mod last_used;
mod networks;
mod secret;

use crate::AuthProblem;
use chrono::TimeDelta;
use purser_entity_auth::api_key::{ActiveModel, Column, Entity, Model, Networks, Scopes};
use purser_kernel::{FieldError, PermissionSet, SecretString, UserId, ids::ApiKeyId, random, text::Findings};
use purser_store::{AuditCategory, prelude::*};
use secret::ApiKeySecret;
use serde_json::{Value, json};

pub(crate) use known::KnownKeys;
pub use secret::shown;

/// How long a secret that was rotated away works on unless something else is asked for.
pub const OVERLAP: TimeDelta = TimeDelta::hours(24);
/// The longest time that is given.
pub const LONGEST_OVERLAP: TimeDelta = TimeDelta::days(7);
const MAX_NAME: usize = 100;
/// More keys than anybody has.
const MAX_KEYS: u64 = 10_000;

/// A key that is to be created.
#[derive(Clone, Debug)]
pub struct NewApiKey {
    /// One line of at most 100 characters.
    pub name: String,
    /// What it may do: permissions that its creator holds and that decide nothing. At least one.
    pub scopes: Vec<Permission>,
    /// Until when it works; without one, until it is revoked.
    pub expires_at: Option<Moment>,
    /// Addresses and networks in CIDR notation, from which it may be used; without any, from anywhere.
    pub allowed_ips: Option<Vec<String>>,
}

/// A key whose secret was just made.
#[derive(Debug)]
pub struct Issued {
    /// The key.
    pub key: Model,
    /// Its secret, of which only the hash is kept: this is the only time that it can be shown.
    pub secret: SecretString,
}

/// Keys of the organization, the newest first, with those that were revoked.
pub async fn list(tx: &ReadTx, page: &PageRequest) -> Result<Page<Model>, Problem> {
    tx.scope().require(Permission::ApiKeysRead)?;
    tx.find::<Entity>().page(page).await
}

/// One key.
pub async fn get(tx: &ReadTx, id: ApiKeyId) -> Result<Model, Problem> {
    tx.scope().require(Permission::ApiKeysRead)?;
    tx.get::<Entity>(id).await
}

/// Creates a key of the caller's.
///
/// `validation_failed` for a scope that decides, `forbidden` for one that the caller does not hold themselves.
pub async fn create(tx: &WriteTx, new: NewApiKey) -> Result<Issued, Problem> {
    tx.scope().require(Permission::ApiKeysManage)?;
    let creator = tx.scope().actor.in_person().ok_or_else(|| Problem::of(AuthProblem::PersonRequired))?;
    let mut found = Findings::new();
    let name = found.check(text::line("/name", &new.name, MAX_NAME))?.unwrap_or_default();
    let scopes = found.check(checked_scopes(&new.scopes))?.unwrap_or_default();
    let expires_at = found.check(new.expires_at.map(|time| checked_end(time, tx.now())).transpose())?.flatten();
    let networks = new.allowed_ips.map(|texts| networks::parse("/allowed_ips", &texts)).transpose();
    let networks = found.check(networks)?.flatten();
    found.finish()?;
    require_all(tx, scopes)?;

    let id = ApiKeyId::generate();
    let secret = ApiKeySecret::generate(tx.organization(), id)?;
    let row = ActiveModel {
        id: Set(id),
        name: Set(name),
        key_hash: Set(secret.hash().to_vec()),
        secret_by: Set(creator),
        previous_key_hash: Set(None),
        previous_secret_by: Set(None),
        previous_expires_at: Set(None),
        scopes: Set(Scopes(scopes.iter().map(|scope| scope.as_str().to_owned()).collect())),
        allowed_ips: Set(networks.map(|list| Networks(list.iter().map(ToString::to_string).collect()))),
        created_by: Set(creator),
        expires_at: Set(expires_at),
        last_used_at: Set(None),
        revoked_at: Set(None),
        ..Default::default()
    };
    let key = tx.insert(row).await?;
    audit(tx, "api_key.create", &key).await?;
    Ok(Issued { key, secret: secret.reveal() })
}

/// Gives the key another secret. The one before works on for `overlap`, [`OVERLAP`] without one; an older one does not.
///
/// `forbidden` for who does not hold all of its scopes, since they learn the secret; `api_key_ended` when it was revoked or has
/// expired. Twice at once: two secrets, both good. The new secret is bound to the caller as well as to the key's creator.
pub async fn rotate(tx: &WriteTx, id: ApiKeyId, overlap: Option<TimeDelta>) -> Result<Issued, Problem> {
    tx.scope().require(Permission::ApiKeysManage)?;
    let caller = tx.scope().actor.in_person().ok_or_else(|| Problem::of(AuthProblem::PersonRequired))?;
    let overlap = overlap.unwrap_or(OVERLAP);
    if overlap < TimeDelta::zero() || overlap > LONGEST_OVERLAP {
        let message = format!("must be from 0 to {}", LONGEST_OVERLAP.num_seconds());
        return Err(Problem::invalid("/overlap_seconds", "out_of_range", message));
    }
    let key = tx.get_for_update::<Entity>(id).await?;
    require_all(tx, scopes_of(&key))?;
    if key.revoked_at.is_some() || key.expires_at.is_some_and(|end| end <= tx.now()) {
        return Err(Problem::of(AuthProblem::ApiKeyEnded));
    }
    let secret = ApiKeySecret::generate(tx.organization(), id)?;
    let (hash, previous_expires_at) = (secret.hash().to_vec(), tx.now() + overlap);
    tx.update_where(Column::Id.eq(id), |row: &mut ActiveModel| {
        row.key_hash = Set(hash);
        row.secret_by = Set(caller);
        row.previous_key_hash = Set(Some(key.key_hash));
        row.previous_secret_by = Set(Some(key.secret_by));
        row.previous_expires_at = Set(Some(previous_expires_at));
    })
    .await?;
    let key = tx.get::<Entity>(id).await?;
    audit(tx, "api_key.rotate", &key).await?;
    Ok(Issued { key, secret: secret.reveal() })
}

/// Ends the key. Again changes nothing. After the commit tell this node with [`forget_api_key`](crate::Auth::forget_api_key);
/// others notice within a second.
pub async fn revoke(tx: &WriteTx, id: ApiKeyId) -> Result<(), Problem> {
    tx.scope().require(Permission::ApiKeysManage)?;
    let key = tx.get_for_update::<Entity>(id).await?;
    if key.revoked_at.is_some() {
        return Ok(());
    }
    let now = tx.now();
    tx.update_where(Column::Id.eq(id), |row: &mut ActiveModel| row.revoked_at = Set(Some(now))).await?;
    audit(tx, "api_key.revoke", &key).await
}

/// Ends all keys of somebody who leaves the organization, and every secret that they made for others' keys, which can be rotated. This
/// node looks keys up anew once the transaction has said that rights [changed](WriteTx::rights_changed); others notice within a
/// second.
pub(crate) async fn end_all(tx: &WriteTx, person: UserId) -> Result<(), Problem> {
    let live = Column::CreatedBy.eq(person).and(Column::RevokedAt.is_null());
    let keys = tx.find_for_update::<Entity>().filter(live).all(MAX_KEYS).await?;
    let now = tx.now();
    let these = Column::Id.is_in(keys.iter().map(|key| key.id));
    tx.update_where(these, |row: &mut ActiveModel| row.revoked_at = Set(Some(now))).await?;
    for key in &keys {
        audit(tx, "api_key.revoke", key).await?;
    }
    // The hash of nothing that anybody has.
    let nobody_s = random::bytes::<32>()?.to_vec();
    let made = Column::SecretBy.eq(person).and(Column::RevokedAt.is_null());
    tx.update_where(made, |row: &mut ActiveModel| row.key_hash = Set(nobody_s)).await?;
    let made_before = Column::PreviousSecretBy.eq(person).and(Column::RevokedAt.is_null());
    tx.update_where(made_before, |row: &mut ActiveModel| row.previous_key_hash = Set(None)).await.map(|_| ())
}

/// What the key was given. A name that the code no longer knows allows nothing, nor does one that has come to decide.
pub fn scopes_of(key: &Model) -> PermissionSet {
    let known: PermissionSet = key.scopes.0.iter().filter_map(|name| name.parse::<Permission>().ok()).collect();
    known - Permission::decisions()
}

fn checked_scopes(scopes: &[Permission]) -> Result<PermissionSet, Problem> {
    if scopes.is_empty() {
        return Err(Problem::invalid("/scopes", "required", "must have an entry"));
    }
    if scopes.len() > PermissionSet::all().len() {
        return Err(Problem::invalid("/scopes", "too_many", "must name each permission once"));
    }
    let decisions = scopes.iter().enumerate().filter(|(_, scope)| Permission::decisions().contains(**scope));
    let faults: Vec<FieldError> = decisions
        .map(|(place, _)| FieldError::new(format!("/scopes/{place}"), "decision", "is for people only"))
        .collect();
    if faults.is_empty() { Ok(scopes.iter().copied().collect()) } else { Err(Problem::validation(faults)) }
}

fn checked_end(end: Moment, now: Timestamp) -> Result<Timestamp, Problem> {
    let end = Timestamp::from(end);
    if end > now { Ok(end) } else { Err(Problem::invalid("/expires_at", "in_the_past", "must be in the future")) }
}

/// Nobody grants what they do not hold.
fn require_all(tx: &WriteTx, scopes: PermissionSet) -> Result<(), Problem> {
    scopes.iter().try_for_each(|scope| tx.scope().require(scope))
}

async fn audit(tx: &WriteTx, action: &'static str, key: &Model) -> Result<(), Problem> {
    let entry = AuditEntry::new(action, "api_key", key.id).category(AuditCategory::Security);
    tx.audit(entry.after(&view(key))).await
}

/// A key as the audit trail shows it.
fn view(key: &Model) -> Value {
    json!({ "name": key.name, "scopes": key.scopes, "allowed_ips": key.allowed_ips, "expires_at": key.expires_at })
}
