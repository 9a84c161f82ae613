//! Whom it concerns that nothing is sent to an endpoint any more: whoever made it.
use async_trait::async_trait;
use purser_entity_integrations::{webhook_delivery, webhook_endpoint, webhook_endpoint_state};
use purser_kernel::{Id, ids::WebhookEndpointId};
use purser_store::{
    outbox::Event,
    ports::{Concern, Concerns},
    prelude::*,
};
use serde_json::Value;

/// Who made an endpoint.
#[derive(Clone, Copy, Debug)]
pub struct EndpointOwners;

#[async_trait]
impl Concerns for EndpointOwners {
    fn resource(&self) -> &'static str {
        "webhook_endpoint"
    }

    /// `None` for an endpoint that is on again, or gone.
    async fn of(&self, tx: &ReadTx, event: &Event) -> Result<Option<Concern>, Problem> {
        let id: WebhookEndpointId = Id::from_uuid(event.resource_id);
        let endpoint = tx.find_by_id::<webhook_endpoint::Entity>(id).await?.filter(|endpoint| !endpoint.is_active);
        let Some(endpoint) = endpoint else {
            return Ok(None);
        };
        let state = webhook_endpoint_state::Column::EndpointId.eq(id);
        let state = tx.find::<webhook_endpoint_state::Entity>().filter(state).one().await?;
        // What is taken yet of that which was on its way ends its failing, and not that it is off.
        let failing = state.and_then(|state| state.failing_since).into_iter().chain(endpoint.disabled_at).min();
        let since = match failing {
            Some(failing) => missed_since(tx, id, failing).await?,
            None => None,
        };
        // Never its address: that may hold a secret of the receiver's.
        let about = endpoint.description.unwrap_or_else(|| "An endpoint without a description".to_owned());
        Ok(Some(Concern { people: endpoint.created_by.into_iter().collect(), about, since }))
    }
}

/// When the first was queued of what has failed since then: before it failed, by as long as it waited for its turn and for an answer. A replay
/// goes by that time.
async fn missed_since(tx: &ReadTx, id: WebhookEndpointId, time: Timestamp) -> Result<Option<Timestamp>, Problem> {
    use webhook_delivery::{Column, Entity, Status};
    let missed = Column::EndpointId.eq(id).and(Column::Status.eq(Status::Failed)).and(Column::CompletedAt.gte(time));
    let missed = tx.find::<Entity>().without(Column::Payload, Value::Null).filter(missed);
    Ok(missed.order_by(Column::CreatedAt, Asc).one().await?.map(|delivery| delivery.created_at))
}
