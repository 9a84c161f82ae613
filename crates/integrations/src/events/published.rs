//! What is published of what providers sent, where it is neither a message nor a status.
use purser_kernel::ids::{InboundEventId, IntegrationId};
use purser_store::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A provider sent something that Purser takes in and does not read.
#[derive(Serialize, ToSchema)]
pub(crate) struct InboundEventReceived {
    /// The event.
    pub(crate) inbound_event_id: InboundEventId,
    /// The connection it came through.
    pub(crate) integration_id: IntegrationId,
    /// Such as `hmac`.
    pub(crate) provider: String,
}

impl DomainEvent for InboundEventReceived {
    const TYPE: &'static str = "inbound_event.received";
    const RESOURCE: &'static str = "inbound_event";
    const READERS: Readers = Readers::Holding(Permission::IntegrationsRead);

    fn resource_id(&self) -> Uuid {
        self.inbound_event_id.as_uuid()
    }

    fn example() -> Self {
        Self { inbound_event_id: example_id(), integration_id: example_id(), provider: "hmac".to_owned() }
    }
}

/// Something has changed in a mailbox: mails are there that were not before, or others are gone.
#[derive(Serialize, ToSchema)]
pub(crate) struct MailboxChanged {
    /// The connection with the mailbox.
    pub(crate) integration_id: IntegrationId,
    /// How far its history has come, as the provider counts it. It only grows.
    pub(crate) history_id: String,
}

impl DomainEvent for MailboxChanged {
    const TYPE: &'static str = "mailbox.changed";
    const RESOURCE: &'static str = "integration";
    const READERS: Readers = Readers::Holding(Permission::IntegrationsRead);

    fn resource_id(&self) -> Uuid {
        self.integration_id.as_uuid()
    }

    fn example() -> Self {
        Self { integration_id: example_id(), history_id: "9876543210".to_owned() }
    }
}

/// The events that are published of what providers sent.
pub fn event_types() -> Vec<EventType> {
    vec![EventType::of::<InboundEventReceived>(), EventType::of::<MailboxChanged>()]
}
