//! What was sent to endpoints, or will be, and what they answered.
use crate::{delivery, streams::Streams, webhook_endpoints::lock};
use purser_entity_integrations::{
    webhook_attempt,
    webhook_delivery::{ActiveModel, Column, Entity},
    webhook_endpoint,
};
use purser_kernel::ids::{WebhookDeliveryId, WebhookEndpointId};
use purser_store::prelude::*;
use serde_json::Value;

pub use purser_entity_integrations::webhook_attempt::Model as Attempt;
pub use purser_entity_integrations::webhook_delivery::{Model, Status};

/// Deliveries that one call queues again.
const MOST_REPLAYED: u64 = 10_000;
/// Attempts that are shown of one delivery.
const MOST_ATTEMPTS: u64 = 100;

/// Which deliveries.
#[derive(Clone, Debug, Default)]
pub struct DeliveryFilter {
    /// To this endpoint.
    pub endpoint_id: Option<WebhookEndpointId>,
    /// Of this type.
    pub event_type: Option<String>,
    /// That stand so.
    pub status: Option<Status>,
    /// Queued then or later.
    pub since: Option<Moment>,
    /// Queued before.
    pub until: Option<Moment>,
}

/// Deliveries, the newest first, without what was sent.
pub async fn list(tx: &ReadTx, filter: DeliveryFilter, page: &PageRequest) -> Result<Page<Model>, Problem> {
    tx.scope().require(Permission::WebhooksRead)?;
    let DeliveryFilter { endpoint_id, event_type, status, since, until } = filter;
    tx.find::<Entity>()
        .without(Column::Payload, Value::Null)
        .filter_if(endpoint_id.map(|id| Column::EndpointId.eq(id)))
        .filter_if(event_type.map(|name| Column::EventType.eq(name)))
        .filter_if(status.map(|status| Column::Status.eq(status)))
        .filter_if(since.map(|time| Column::CreatedAt.gte(time)))
        .filter_if(until.map(|time| Column::CreatedAt.lt(time)))
        .page(page)
        .await
}

/// A delivery with all that its reader may know of it.
pub struct WholeDelivery {
    /// The delivery.
    pub delivery: Model,
    /// What is sent; `None` for who may not read the event itself.
    pub payload: Option<Value>,
    /// The latest, the latest last. What the endpoint answered may repeat what was sent, and is left out with it.
    pub attempts: Vec<Attempt>,
}

/// One delivery, as `streams` would tell the caller of its event.
pub async fn get(tx: &ReadTx, streams: &Streams, id: WebhookDeliveryId) -> Result<WholeDelivery, Problem> {
    tx.scope().require(Permission::WebhooksRead)?;
    let mut delivery = tx.get::<Entity>(id).await?;
    let is_shown = streams.shows(tx, &delivery.event_type, delivery.resource_id).await?;
    let payload = Some(std::mem::take(&mut delivery.payload)).filter(|_| is_shown);
    let attempts = tx.find::<webhook_attempt::Entity>().filter(webhook_attempt::Column::DeliveryId.eq(id));
    let mut attempts = attempts.order_by(webhook_attempt::Column::Number, Desc).all(MOST_ATTEMPTS).await?;
    attempts.reverse();
    if !is_shown {
        for attempt in &mut attempts {
            attempt.response_body = None;
        }
    }
    Ok(WholeDelivery { delivery, payload, attempts })
}

/// Sends an event to its endpoint again, whatever became of it, by a schedule that begins anew. One that is still to be sent is sent
/// now, unless it has to wait for another. `webhook_endpoint_disabled` for an endpoint that is switched off or gone.
pub async fn resend(tx: &WriteTx, id: WebhookDeliveryId) -> Result<Model, Problem> {
    tx.scope().require(Permission::WebhooksManage)?;
    let endpoint_id = tx.get::<Entity>(id).await?.endpoint_id;
    receiver(tx, endpoint_id).await?;
    let now = tx.now();
    let over = Column::Id.eq(id).and(!delivery::open());
    if tx.update_where(over, |row| queue(row, now)).await? == 0 {
        let waits = Column::Id.eq(id).and(delivery::open()).and(Column::NextAttemptAt.gt(now));
        tx.update_where(waits, |row: &mut ActiveModel| row.next_attempt_at = Set(Some(now))).await?;
    }
    tx.audit(AuditEntry::new("webhook_delivery.resend", "webhook_delivery", id)).await?;
    tx.enqueue(delivery::wake(endpoint_id)).await?;
    tx.get::<Entity>(id).await
}

/// What a replay came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Replayed {
    /// Deliveries that were queued again.
    pub queued: u64,
    /// Whether there are more: the same call again queues them.
    pub more: bool,
}

/// Sends again what failed at an endpoint among all that was queued since then, the oldest first, by a schedule that begins anew.
pub async fn replay(tx: &WriteTx, endpoint: WebhookEndpointId, since: Moment) -> Result<Replayed, Problem> {
    tx.scope().require(Permission::WebhooksManage)?;
    tx.get::<webhook_endpoint::Entity>(endpoint).await?;
    receiver(tx, endpoint).await?;
    let failed =
        Column::EndpointId.eq(endpoint).and(Column::Status.eq(Status::Failed)).and(Column::CreatedAt.gte(since));
    let rows = tx.find::<Entity>().without(Column::Payload, Value::Null).filter(failed);
    let mut rows = rows.order_by(Column::CreatedAt, Asc).order_by(Column::Sequence, Asc).all(MOST_REPLAYED + 1).await?;
    let most = usize::try_from(MOST_REPLAYED).unwrap_or(usize::MAX);
    let more = rows.len() > most;
    rows.truncate(most);
    let (now, ids) = (tx.now(), Column::Id.is_in(rows.iter().map(|row| row.id)));
    let queued = tx.update_where(ids.and(Column::Status.eq(Status::Failed)), |row| queue(row, now)).await?;
    let about = serde_json::json!({ "since": since, "queued": queued });
    tx.audit(AuditEntry::new("webhook_endpoint.replay", "webhook_endpoint", endpoint).after(&about)).await?;
    tx.enqueue(delivery::wake(endpoint)).await?;
    Ok(Replayed { queued, more })
}

fn queue(row: &mut ActiveModel, now: Timestamp) {
    row.status = Set(Status::Pending);
    row.tries = Set(0);
    row.next_attempt_at = Set(Some(now));
    row.leased_until = Set(None);
    row.error = Set(None);
    row.completed_at = Set(None);
}

/// The endpoint stays on until the transaction ends: else what is queued for it would wait for ever.
async fn receiver(tx: &WriteTx, id: WebhookEndpointId) -> Result<(), Problem> {
    lock(tx, id).await?;
    match tx.find_by_id::<webhook_endpoint::Entity>(id).await? {
        Some(endpoint) => delivery::must_be_on(&endpoint),
        None => Err(Problem::of(crate::IntegrationProblem::WebhookEndpointDisabled)),
    }
}
