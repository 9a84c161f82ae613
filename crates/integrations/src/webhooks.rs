//! A provider's door: who may speak is decided by a signature and not by a session.
//!
//! Every door is one shape: the raw bytes, the provider's signature over them, its id of the event, which is taken once, the event
//! stored as it came, and a job that reads it. The caller has no scope of their own; the path names the organization, and the
//! functions are called with [`Scope::system`] for it. An organization that does not exist has no integration: the same
//! `not_found` by the same query as for an integration that is unknown, switched off or deleted.
mod lock;

pub use lock::{Authentic, Doors, Knock, Lock};

use crate::{IntegrationProblem, Provider, integrations, whatsapp::signature};
use purser_entity_integrations::{
    inbound_event::{self, Headers, Status},
    inbound_event_key, integration,
};
use purser_kernel::ids::{InboundEventId, IntegrationId};
use purser_store::prelude::*;
use serde_json::json;
use std::collections::BTreeMap;

/// The largest body that is taken, in bytes. Meta, "Webhooks: payloads can be up to 3 MB"; none of the others sends more, but for mails.
pub const MAX_BODY: usize = 3 * 1024 * 1024;

/// The largest mail that is taken, with what is attached. SendGrid, "Inbound Parse Webhook": 30 MB for all of it.
pub const MAX_MAIL: usize = 30 * 1024 * 1024;

/// The kind of the job that reads an event.
pub(crate) const PROCESS: &str = "inbound.process";

/// What is kept of the headers: what helps to understand a body. A signature or a cookie has no place in a table.
const KEPT_HEADERS: [&str; 2] = ["content-type", "user-agent"];
const MAX_HEADER: usize = 200;
/// Meta sends a number; nothing longer is sent back.
const MAX_CHALLENGE: usize = 256;

/// Answers Meta's question whether this is the right door: the challenge, to be sent back as plain text.
///
/// Meta, "Webhooks: getting started". `mode`, `token` and `challenge` are the query's `hub.mode`, `hub.verify_token` and
/// `hub.challenge`. `verification_failed` when the token is not the integration's or the question is another.
pub async fn verify_subscription(
    tx: &ReadTx,
    integration: IntegrationId,
    mode: &str,
    token: &str,
    challenge: &str,
) -> Result<String, Problem> {
    let credentials = integrations::credentials(tx, &door(tx, integration, Provider::WhatsApp).await?).await?;
    let is_right = signature::is_same(&credentials.verify_token, token);
    if is_right && mode == "subscribe" && challenge.len() <= MAX_CHALLENGE {
        Ok(challenge.to_owned())
    } else {
        Err(Problem::of(IntegrationProblem::VerificationFailed))
    }
}

/// Keeps the event as it came and queues the job that reads it. What has the same id again changes nothing: providers send an event
/// until it is answered, at times more than once at the same moment. `headers` by lower-case name.
pub async fn accept(tx: &WriteTx, authentic: Authentic<'_>, headers: &BTreeMap<String, String>) -> Result<(), Problem> {
    let Authentic { integration, provider, provider_event_id, body } = authentic;
    // It may have been switched off since its signature was checked.
    let row = door(tx, integration, provider).await?;
    let event_id = InboundEventId::generate();
    let key = inbound_event_key::ActiveModel {
        integration_id: Set(integration),
        provider_event_id: Set(provider_event_id.clone()),
        event_id: Set(event_id),
        ..Default::default()
    };
    if !tx.insert_if_absent(key).await? {
        return Ok(());
    }
    let event = inbound_event::ActiveModel {
        id: Set(event_id),
        integration_id: Set(integration),
        provider: Set(row.provider),
        provider_event_id: Set(provider_event_id),
        signature_ok: Set(true),
        headers: Set(kept(headers)),
        body: Set(body.to_owned()),
        status: Set(Status::Received),
        attempts: Set(0),
        error: Set(None),
        received_at: Set(tx.now()),
        processed_at: Set(None),
        ..Default::default()
    };
    tx.insert_many([event]).await?;
    tx.enqueue(job(event_id)).await
}

/// The job that reads the event.
pub(crate) fn job(event_id: InboundEventId) -> NewJob {
    NewJob::new(PROCESS, json!({ "event_id": event_id }))
}

async fn door(tx: &ReadTx, integration: IntegrationId, provider: Provider) -> Result<integration::Model, Problem> {
    let row = integrations::open(tx, integration, provider).await?;
    row.ok_or_else(|| Problem::not_found("integration"))
}

fn kept(headers: &BTreeMap<String, String>) -> Headers {
    let kept = headers.iter().filter(|(name, _)| KEPT_HEADERS.contains(&name.as_str()));
    Headers(kept.map(|(name, value)| (name.clone(), text::fit(value, MAX_HEADER))).collect())
}
