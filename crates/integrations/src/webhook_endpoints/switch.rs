//! Switching endpoints off and on.
use super::{RESOURCE, state, view};
use crate::delivery;
use purser_entity_integrations::{
    webhook_delivery::{self, Status},
    webhook_endpoint::{DisabledReason, Entity, Model},
    webhook_endpoint_state,
};
use purser_kernel::ids::WebhookEndpointId;
use purser_store::{name_of, prelude::*};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Nothing is sent to an endpoint any more, until it is switched on again.
#[derive(Serialize, ToSchema)]
pub(crate) struct WebhookEndpointDisabled {
    pub(crate) endpoint_id: WebhookEndpointId,
    pub(crate) description: Option<String>,
    /// `requested`, `failing` or `gone`.
    pub(crate) reason: String,
}

impl DomainEvent for WebhookEndpointDisabled {
    const TYPE: &'static str = "webhook_endpoint.disabled";
    const RESOURCE: &'static str = "webhook_endpoint";
    const READERS: Readers = Readers::Holding(Permission::WebhooksRead);

    fn resource_id(&self) -> Uuid {
        self.endpoint_id.as_uuid()
    }

    fn example() -> Self {
        Self { endpoint_id: example_id(), description: Some("Warehouse".to_owned()), reason: "failing".to_owned() }
    }
}

/// Switches an endpoint on. What it has missed is sent to it only if somebody asks for that.
pub async fn enable(tx: &WriteTx, id: WebhookEndpointId) -> Result<Model, Problem> {
    tx.scope().require(Permission::WebhooksManage)?;
    state::lock(tx, id).await?;
    let before = tx.get_for_update::<Entity>(id).await?;
    if before.is_active {
        return Ok(before);
    }
    let was = view(&before);
    let endpoint = tx
        .update(before, |row| {
            row.is_active = Set(true);
            row.disabled_reason = Set(None);
            row.disabled_at = Set(None);
        })
        .await?;
    begin_anew(tx, id).await?;
    tx.audit(AuditEntry::new("webhook_endpoint.enable", RESOURCE, id).before(&was).after(&view(&endpoint))).await?;
    Ok(endpoint)
}

/// Switches an endpoint off. What was not sent yet has failed, as has what happens while it is off; it can be replayed.
pub async fn disable(tx: &WriteTx, id: WebhookEndpointId) -> Result<Model, Problem> {
    tx.scope().require(Permission::WebhooksManage)?;
    state::lock(tx, id).await?;
    let endpoint = tx.get_for_update::<Entity>(id).await?;
    if !endpoint.is_active {
        return Ok(endpoint);
    }
    off(tx, endpoint, DisabledReason::Requested).await
}

/// Switches it off, in a transaction that has it [locked](state::lock), and publishes it.
pub(crate) async fn off(tx: &WriteTx, endpoint: Model, reason: DisabledReason) -> Result<Model, Problem> {
    let (id, now, was) = (endpoint.id, tx.now(), view(&endpoint));
    let endpoint = tx
        .update(endpoint, |row| {
            row.is_active = Set(false);
            row.disabled_reason = Set(Some(reason));
            row.disabled_at = Set(Some(now));
        })
        .await?;
    give_up(tx, id, delivery::DISABLED).await?;
    tx.audit(AuditEntry::new("webhook_endpoint.disable", RESOURCE, id).before(&was).after(&view(&endpoint))).await?;
    let event = WebhookEndpointDisabled {
        endpoint_id: id,
        description: endpoint.description.clone(),
        reason: name_of(&reason),
    };
    tx.emit(&event).await?;
    Ok(endpoint)
}

/// What is still to be sent there has failed.
pub(crate) async fn give_up(tx: &WriteTx, id: WebhookEndpointId, why: &'static str) -> Result<(), Problem> {
    let now = tx.now();
    let change = |row: &mut webhook_delivery::ActiveModel| {
        row.status = Set(Status::Failed);
        row.next_attempt_at = Set(None);
        row.leased_until = Set(None);
        row.error = Set(Some(why.to_owned()));
        row.completed_at = Set(Some(now));
    };
    tx.update_where(delivery::open_at(id), change).await.map(|_| ())
}

/// What was held back is due.
pub(crate) async fn go_on(tx: &WriteTx, id: WebhookEndpointId) -> Result<(), Problem> {
    let (now, held) = (tx.now(), delivery::open_at(id).and(webhook_delivery::Column::NextAttemptAt.is_null()));
    let change = |row: &mut webhook_delivery::ActiveModel| row.next_attempt_at = Set(Some(now));
    tx.update_where(held, change).await.map(|_| ())
}

/// How sending went before says nothing of how it goes from now on.
pub(super) async fn begin_anew(tx: &WriteTx, id: WebhookEndpointId) -> Result<(), Problem> {
    let change = |row: &mut webhook_endpoint_state::ActiveModel| {
        row.failing_since = Set(None);
        row.last_failed_at = Set(None);
        row.paused_until = Set(None);
        row.paced_until = Set(None);
    };
    tx.update_where(webhook_endpoint_state::Column::EndpointId.eq(id), change).await.map(|_| ())
}
