//! Tables of connections to providers, and of webhooks.
#![expect(
    missing_docs,
    reason = "what a column means stands in docs/schema.md and, where its name does not say it, beside it"
)]
pub mod external_mapping;
pub mod inbound_event;
pub mod inbound_event_key;
pub mod inbound_position;
pub mod integration;
pub mod webhook_attempt;
pub mod webhook_delivery;
pub mod webhook_endpoint;
pub mod webhook_endpoint_state;

use purser_entity_core::{TableShape, shape};

/// Every table of this crate.
pub fn shapes() -> Vec<TableShape> {
    vec![
        shape::<external_mapping::Entity>(),
        shape::<inbound_event::Entity>(),
        shape::<inbound_event_key::Entity>(),
        shape::<inbound_position::Entity>(),
        shape::<integration::Entity>(),
        shape::<webhook_attempt::Entity>(),
        shape::<webhook_delivery::Entity>(),
        shape::<webhook_endpoint::Entity>(),
        shape::<webhook_endpoint_state::Entity>(),
    ]
}
