//! Sending events to endpoints: at least once, signed, and again until they are taken.
//!
//! [`Fanout`] writes a delivery for each event and each endpoint that wants it, in the transaction that numbers the events, and queues a
//! job for the endpoint. [`Deliver`] does these jobs: one at a time for each endpoint, its *lane*, so that an endpoint that hangs
//! keeps nobody waiting but itself. An attempt is written down and committed before its request is sent, and what came of it after;
//! no transaction is open in between.
mod answer;
mod claim;
mod fanout;
mod lane;
mod options;
mod outcome;
mod pace;
mod post;
mod retention;
mod shares;
mod signature;
mod sweep;

pub use fanout::Fanout;
pub use lane::Deliver;
pub use options::WebhookOptions;
pub use retention::Deliveries;
pub use sweep::SweepDeliveries;

pub(crate) use fanout::{Envelope, queued};

use purser_entity_integrations::{
    webhook_delivery::{Column, Entity},
    webhook_endpoint,
};
use purser_kernel::ids::WebhookEndpointId;
use purser_store::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// The kind of the job that sends what is due at an endpoint.
pub(crate) const KIND: &str = "webhooks.deliver";
/// Why there is no attempt: the endpoint is switched off.
pub(crate) const DISABLED: &str = "endpoint_disabled";

/// What such a job holds.
#[derive(Serialize, Deserialize)]
pub(crate) struct Payload {
    endpoint_id: WebhookEndpointId,
}

/// The job that looks at an endpoint now. One that waits already will do.
pub(crate) fn wake(endpoint: WebhookEndpointId) -> NewJob {
    NewJob::new(KIND, json!(Payload { endpoint_id: endpoint })).unique(format!("{KIND}:{endpoint}"))
}

/// The job that looks at it then.
pub(crate) fn wake_at(endpoint: WebhookEndpointId, time: Timestamp) -> NewJob {
    let key = format!("{KIND}:{endpoint}:{}", time.timestamp_micros());
    NewJob::new(KIND, json!(Payload { endpoint_id: endpoint })).unique(key).at(time)
}

/// What is still to be sent: pending, or to be tried again. Asked for by what its indexes say, which PostgreSQL knows beforehand.
pub(crate) fn open() -> Filter<Entity> {
    Column::CompletedAt.is_null()
}

/// What is still to be sent to this endpoint.
pub(crate) fn open_at(endpoint: WebhookEndpointId) -> Filter<Entity> {
    Column::EndpointId.eq(endpoint).and(open())
}

/// `webhook_endpoint_disabled` for an endpoint that is switched off.
pub(crate) fn must_be_on(endpoint: &webhook_endpoint::Model) -> Result<(), Problem> {
    if endpoint.is_active {
        return Ok(());
    }
    Err(Problem::of(crate::IntegrationProblem::WebhookEndpointDisabled))
}
