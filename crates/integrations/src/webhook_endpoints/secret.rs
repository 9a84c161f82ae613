//! What requests are signed with.
use super::{Issued, RESOURCE, state, view};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::TimeDelta;
use purser_entity_integrations::webhook_endpoint::{Entity, Model};
use purser_kernel::{SecretString, ids::WebhookEndpointId, random};
use purser_store::{AuditCategory, Place, Sealed, prelude::*};
use zeroize::Zeroizing;

/// Standard Webhooks, "Signature scheme": 24 to 64 random bytes, in base64 behind this.
const PREFIX: &str = "whsec_";
/// How long requests are signed with the secret before as well, unless the caller says otherwise, and at most.
const OVERLAP: TimeDelta = TimeDelta::days(1);
const LONGEST_OVERLAP: TimeDelta = TimeDelta::days(7);

const SECRET: &str = "secret_ciphertext";
const PREVIOUS: &str = "previous_secret_ciphertext";

fn place(id: WebhookEndpointId, column: &'static str) -> Place {
    Place { table: "webhook_endpoints", column, row: id.as_uuid() }
}

/// Another secret: as it is shown, and as it is kept.
pub(super) async fn new(tx: &WriteTx, id: WebhookEndpointId) -> Result<(SecretString, Sealed), Problem> {
    let key = Zeroizing::new(random::bytes::<32>()?);
    let sealed = tx.seal(place(id, SECRET), key.as_ref()).await?;
    let shown = Zeroizing::new(STANDARD.encode(key.as_ref()));
    Ok((SecretString::from(format!("{PREFIX}{}", shown.as_str())), sealed))
}

/// Gives the endpoint another secret. For `overlap` (a day if it is `None`, seven days at most) requests are signed with the one before
/// as well, so that a receiver can change over in its own time. One that was before that is forgotten.
pub async fn rotate_secret(tx: &WriteTx, id: WebhookEndpointId, overlap: Option<TimeDelta>) -> Result<Issued, Problem> {
    tx.scope().require(Permission::WebhooksManage)?;
    let overlap = overlap.unwrap_or(OVERLAP);
    if overlap < TimeDelta::zero() || overlap > LONGEST_OVERLAP {
        return Err(Problem::invalid("/overlap_seconds", "out_of_range", "must be from 0 to 604800"));
    }
    state::lock(tx, id).await?;
    let before = tx.get_for_update::<Entity>(id).await?;
    let was = view(&before);
    let previous = if overlap > TimeDelta::zero() {
        let key = open(tx, &before, SECRET).await?;
        Some(tx.seal(place(id, PREVIOUS), &key).await?)
    } else {
        None
    };
    let until = previous.as_ref().map(|_| tx.now() + overlap);
    let (secret, sealed) = new(tx, id).await?;
    let endpoint = tx
        .update(before, |row| {
            row.secret_ciphertext = Set(sealed.ciphertext);
            row.secret_key_id = Set(sealed.key_id);
            let (ciphertext, key_id) = previous.map(|sealed| (sealed.ciphertext, sealed.key_id)).unzip();
            row.previous_secret_ciphertext = Set(ciphertext);
            row.previous_secret_key_id = Set(key_id);
            row.previous_secret_until = Set(until);
        })
        .await?;
    let entry = AuditEntry::new("webhook_endpoint.rotate_secret", RESOURCE, id).category(AuditCategory::Security);
    tx.audit(entry.before(&was).after(&view(&endpoint))).await?;
    Ok(Issued { endpoint, secret })
}

/// The keys that a request of now is signed with: the endpoint's, and during an overlap the one before.
pub(crate) async fn opened(tx: &ReadTx, endpoint: &Model) -> Result<Vec<Zeroizing<Vec<u8>>>, Problem> {
    let mut keys = vec![open(tx, endpoint, SECRET).await?];
    if endpoint.previous_secret_until.is_some_and(|until| tx.now() < until) {
        keys.push(open(tx, endpoint, PREVIOUS).await?);
    }
    Ok(keys)
}

async fn open(tx: &ReadTx, endpoint: &Model, column: &'static str) -> Result<Zeroizing<Vec<u8>>, Problem> {
    let sealed = if column == SECRET {
        Some((endpoint.secret_ciphertext.clone(), endpoint.secret_key_id))
    } else {
        endpoint.previous_secret_ciphertext.clone().zip(endpoint.previous_secret_key_id)
    };
    let (ciphertext, key_id) = sealed.ok_or_else(|| Problem::internal("the endpoint has no such secret"))?;
    tx.open(place(endpoint.id, column), &Sealed { ciphertext, key_id }).await
}
