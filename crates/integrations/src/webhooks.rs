//! A provider's door: who may speak is decided by a signature and not by a session.
//!
//! Meta, "Webhooks: getting started". The caller has no scope of their own; the path names the organization, and the functions
//! are called with [`Scope::system`] for it. An organization that does not exist has no integration: the same `not_found` by
//! the same query as for an integration that is unknown, switched off or deleted.
use crate::{IntegrationProblem, Provider, integrations, whatsapp::signature};
use purser_entity_integrations::{
    inbound_event::{self, Headers, Status},
    inbound_event_key, integration,
};
use purser_kernel::{
    hex,
    ids::{InboundEventId, IntegrationId},
};
use purser_store::prelude::*;
use serde_json::json;
use sha2::{Digest, Sha256};
use std::{collections::BTreeMap, fmt};

/// The largest body that is taken, in bytes. Meta, "Webhooks: payloads can be up to 3 MB".
pub const MAX_BODY: usize = 3 * 1024 * 1024;

/// The kind of the job that reads an event.
pub(crate) const PROCESS: &str = "inbound.process";

/// What is kept of the headers: what helps to understand a body. A signature or a cookie has no place in a table.
const KEPT_HEADERS: [&str; 2] = ["content-type", "user-agent"];
const MAX_HEADER: usize = 200;
/// Meta sends a number; nothing longer is sent back.
const MAX_CHALLENGE: usize = 256;

/// Answers Meta's question whether this is the right door: the challenge, to be sent back as plain text.
///
/// `mode`, `token` and `challenge` are the query's `hub.mode`, `hub.verify_token` and `hub.challenge`. `verification_failed`
/// when the token is not the integration's or the question is another.
pub async fn verify_subscription(
    tx: &ReadTx,
    integration: IntegrationId,
    mode: &str,
    token: &str,
    challenge: &str,
) -> Result<String, Problem> {
    let credentials = integrations::credentials(tx, door(tx, integration).await?).await?;
    let is_right = signature::is_same(&credentials.verify_token, token);
    if is_right && mode == "subscribe" && challenge.len() <= MAX_CHALLENGE {
        Ok(challenge.to_owned())
    } else {
        Err(Problem::of(IntegrationProblem::VerificationFailed))
    }
}

/// A body of which is known that the provider sent it. Made by [`authenticate`] alone.
pub struct Authentic<'b> {
    integration: IntegrationId,
    body: &'b [u8],
}

impl fmt::Debug for Authentic<'_> {
    /// A body is what customers wrote and has no place in a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authentic").field("integration", &self.integration).finish_non_exhaustive()
    }
}

/// Checks that the raw `body` is signed with the integration's secret; `signature` is the header `X-Hub-Signature-256`.
///
/// `invalid_signature` when it is not. Apart from [`accept`] because it only reads: whoever knocks without a signature does not
/// get hold of the one writer that SQLite has.
pub async fn authenticate<'b>(
    tx: &ReadTx,
    integration: IntegrationId,
    body: &'b [u8],
    signature: Option<&str>,
) -> Result<Authentic<'b>, Problem> {
    let credentials = integrations::credentials(tx, door(tx, integration).await?).await?;
    if signature::is_valid(&credentials.app_secret, body, signature) {
        Ok(Authentic { integration, body })
    } else {
        Err(Problem::of(IntegrationProblem::InvalidSignature))
    }
}

/// Keeps the event as it came and queues the job that reads it. The same body again changes nothing: Meta sends it until it
/// is answered, at times more than once at the same moment.
pub async fn accept(tx: &WriteTx, authentic: Authentic<'_>, headers: BTreeMap<String, String>) -> Result<(), Problem> {
    let Authentic { integration, body } = authentic;
    // It may have been switched off since its signature was checked.
    let row = door(tx, integration).await?;
    let provider_event_id = hex::encode(&Sha256::digest(body));
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
    tx.enqueue(NewJob::new(PROCESS, json!({ "event_id": event_id }))).await
}

async fn door(tx: &ReadTx, integration: IntegrationId) -> Result<integration::Model, Problem> {
    let row = integrations::open(tx, integration, Provider::WhatsApp).await?;
    row.ok_or_else(|| Problem::not_found("integration"))
}

fn kept(headers: BTreeMap<String, String>) -> Headers {
    let kept = headers.into_iter().map(|(name, value)| (name.to_ascii_lowercase(), value));
    let kept = kept.filter(|(name, _)| KEPT_HEADERS.contains(&name.as_str()));
    Headers(kept.map(|(name, value)| (name, text::fit(&value, MAX_HEADER))).collect())
}
