//! An event that nothing happened for.
use crate::delivery::{self, Envelope};
use purser_entity_integrations::{
    webhook_delivery::{self, Model},
    webhook_endpoint::Entity,
};
use purser_kernel::ids::{OutboxEventId, WebhookEndpointId};
use purser_store::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// Somebody wants to see whether events arrive. It is sent to the endpoint that is tried, and to no other.
#[derive(Serialize, ToSchema)]
pub(crate) struct WebhookTest {
    pub(crate) endpoint_id: WebhookEndpointId,
}

impl DomainEvent for WebhookTest {
    const TYPE: &'static str = "webhook.test";
    const RESOURCE: &'static str = "webhook_endpoint";
    const READERS: Readers = Readers::Holding(Permission::WebhooksRead);

    fn resource_id(&self) -> Uuid {
        self.endpoint_id.as_uuid()
    }

    fn example() -> Self {
        Self { endpoint_id: example_id() }
    }
}

/// Queues a test for the endpoint, whatever events it wants. `webhook_endpoint_disabled` for one that is switched off.
pub async fn send_test(tx: &WriteTx, id: WebhookEndpointId) -> Result<Model, Problem> {
    tx.scope().require(Permission::WebhooksManage)?;
    let endpoint = tx.get::<Entity>(id).await?;
    delivery::must_be_on(&endpoint)?;
    let event_id = OutboxEventId::generate();
    let data = serde_json::to_value(WebhookTest { endpoint_id: id }).map_err(Problem::internal)?;
    let envelope =
        Envelope { id: event_id, event_type: WebhookTest::TYPE, sequence: 0, occurred_at: tx.now(), data: &data };
    let row = webhook_delivery::ActiveModel {
        // About nothing: it waits for nothing and holds nothing back.
        resource_id: Set(event_id.as_uuid()),
        ..delivery::queued(tx, &endpoint, &envelope)
    };
    let row = tx.insert(row).await?;
    tx.audit(AuditEntry::new("webhook_endpoint.test", super::RESOURCE, id)).await?;
    tx.enqueue(delivery::wake(id)).await?;
    Ok(row)
}
