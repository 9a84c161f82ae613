//! An entry of the trail as a seal covers it.
use crate::merkle::{Hash, leaf_hash};
use chrono::SecondsFormat;
use purser_entity_platform::audit_log;
use purser_kernel::{Timestamp, canonical::canonical, hex};
use purser_store::name_of;
use serde_json::{Value, json};

/// The entry as it is exported and hashed: everything in it that stays. What is personal is in it as the hash of its details alone.
pub fn sealed_form(entry: &audit_log::Model) -> Value {
    // Taken to pieces, so that a new column is not left out of the seal by mistake.
    let audit_log::Model {
        organization_id,
        id,
        category,
        severity,
        actor_kind,
        actor_id,
        on_behalf_of,
        action,
        resource,
        resource_id,
        changes,
        details_hash,
        request_id,
        outcome,
        created_at,
    } = entry;
    json!({
        "organization_id": organization_id,
        "id": id,
        "category": name_of(category),
        "severity": name_of(severity),
        "actor_kind": actor_kind,
        "actor_id": actor_id,
        "on_behalf_of": on_behalf_of,
        "action": action,
        "resource": resource,
        "resource_id": resource_id,
        "changes": changes,
        "details_hash": details_hash.as_deref().map(hex::encode),
        "request_id": request_id,
        "outcome": name_of(outcome),
        "created_at": time(*created_at),
    })
}

/// The leaf of an entry in [`sealed_form`]: its canonical form (RFC 8785), hashed as a leaf (RFC 6962).
pub fn leaf(sealed: &Value) -> Hash {
    leaf_hash(canonical(sealed).as_bytes())
}

/// A time with all six digits of its fraction, such as `2026-11-20T10:00:00.000000Z`: it is hashed as it is written.
pub fn time(time: Timestamp) -> String {
    time.to_rfc3339_opts(SecondsFormat::Micros, true)
}
