//! Which events go where.
use super::{DISABLED, wake};
use crate::webhook_endpoints;
use async_trait::async_trait;
use purser_entity_integrations::{
    webhook_delivery::{self, Status},
    webhook_endpoint::Model,
};
use purser_kernel::ids::OutboxEventId;
use purser_store::{
    outbox::{Audience, Event},
    prelude::*,
};
use serde_json::{Value, json};

/// Writes a delivery for each event and each endpoint that wants it.
#[derive(Clone, Copy, Debug)]
pub struct Fanout;

#[async_trait]
impl Audience for Fanout {
    async fn hear(&self, tx: &WriteTx, events: &[Event]) -> Result<(), Problem> {
        let endpoints = webhook_endpoints::all(tx).await?;
        let mut rows = Vec::new();
        for event in events {
            for endpoint in endpoints.iter().filter(|endpoint| wants(endpoint, &event.event_type)) {
                rows.push(webhook_delivery::ActiveModel {
                    resource_id: Set(event.resource_id),
                    ..queued(tx, endpoint, &Envelope::of(event))
                });
            }
        }
        if rows.is_empty() {
            return Ok(());
        }
        tx.insert_many(rows).await?;
        let heard = |endpoint: &&Model| endpoint.is_active && events.iter().any(|it| wants(endpoint, &it.event_type));
        tx.enqueue_many(endpoints.iter().filter(heard).map(|endpoint| wake(endpoint.id)).collect()).await
    }
}

fn wants(endpoint: &Model, event_type: &str) -> bool {
    endpoint.event_types.as_ref().is_none_or(|types| types.0.iter().any(|wanted| wanted == event_type))
}

/// What is sent of an event.
pub(crate) struct Envelope<'e> {
    pub(crate) id: OutboxEventId,
    pub(crate) event_type: &'e str,
    pub(crate) sequence: i64,
    pub(crate) occurred_at: Timestamp,
    pub(crate) data: &'e Value,
}

impl<'e> Envelope<'e> {
    fn of(event: &'e Event) -> Self {
        let Event { id, sequence, event_type, payload, occurred_at, .. } = event;
        Self { id: *id, event_type, sequence: *sequence, occurred_at: *occurred_at, data: payload }
    }

    /// Standard Webhooks, "Payload structure": type, timestamp and data; beside them what tells a receiver of several organizations'
    /// events whose it is, and in which order they happened.
    fn body(&self, tx: &WriteTx) -> Value {
        let Self { id, event_type, sequence, occurred_at, data } = self;
        json!({
            "type": event_type, "timestamp": occurred_at, "data": data, "id": id, "sequence": sequence,
            "organization_id": tx.organization(),
        })
    }
}

/// A delivery that is due at once; for an endpoint that is switched off, one that was missed. Without its resource, which is the
/// caller's to say.
pub(crate) fn queued(tx: &WriteTx, endpoint: &Model, event: &Envelope<'_>) -> webhook_delivery::ActiveModel {
    let on = endpoint.is_active;
    webhook_delivery::ActiveModel {
        endpoint_id: Set(endpoint.id),
        event_id: Set(event.id),
        event_type: Set(event.event_type.to_owned()),
        sequence: Set(event.sequence),
        payload: Set(event.body(tx)),
        status: Set(if on { Status::Pending } else { Status::Failed }),
        attempts: Set(0),
        tries: Set(0),
        next_attempt_at: Set(on.then(|| tx.now())),
        leased_until: Set(None),
        error: Set((!on).then(|| DISABLED.to_owned())),
        completed_at: Set((!on).then(|| tx.now())),
        ..Default::default()
    }
}
