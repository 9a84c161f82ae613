//! Deleted endpoints: they come back with their secret, or go for good with what was sent there.
use super::{has_room, switch::begin_anew};
use async_trait::async_trait;
use purser_entity_integrations::{
    webhook_delivery,
    webhook_endpoint::{Column, Entity},
    webhook_endpoint_state,
};
use purser_kernel::ids::WebhookEndpointId;
use purser_store::{
    Deletion,
    ports::{Deletable, Progress, Restorable},
    prelude::*,
};

/// Endpoints, as what is deleted.
pub(crate) struct DeletedEndpoints;

/// Deliveries that one transaction removes, with their attempts.
const BATCH: u64 = 500;

#[async_trait]
impl Restorable for DeletedEndpoints {
    fn about(&self) -> Deletable {
        Deletable {
            table: "webhook_endpoints",
            resource: "webhook_endpoint",
            parts: &[],
            read: Permission::WebhooksRead,
            manage: Permission::WebhooksManage,
            is_personal: false,
            referred_to_by: &[],
            removed_first: &["webhook_deliveries"],
        }
    }

    /// What was given up when it was deleted is sent to it only if somebody asks for that. Of what has happened since there are no deliveries.
    async fn restore(&self, tx: &WriteTx, deletion: &Deletion) -> Result<(), Problem> {
        has_room(tx).await?;
        tx.restore::<Entity>(deletion).await?;
        begin_anew(tx, WebhookEndpointId::from_uuid(deletion.resource_id)).await
    }

    async fn remove(&self, tx: &WriteTx, deletion: &Deletion) -> Result<Progress, Problem> {
        let id = WebhookEndpointId::from_uuid(deletion.resource_id);
        // As everybody who needs more of an endpoint than its row: the state first.
        let state = webhook_endpoint_state::Column::EndpointId.eq(id);
        tx.find_for_update::<webhook_endpoint_state::Entity>().filter(state).one().await?;
        let sent = webhook_delivery::Column::EndpointId.eq(id);
        if tx.remove_some::<webhook_delivery::Entity>(sent, BATCH).await? == BATCH {
            return Ok(Progress::Partly);
        }
        tx.purge::<Entity>(Column::Id.eq(id)).await?;
        Ok(Progress::Done)
    }
}
