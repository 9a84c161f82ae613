//! What messaging publishes. Ids only: whoever needs the words reads them, with the permission to.
use purser_kernel::ids::{ConversationId, CustomerId, MessageId};
use purser_store::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A message came in.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MessageReceived {
    /// The message.
    pub message_id: MessageId,
    /// Its conversation.
    pub conversation_id: ConversationId,
    /// Who wrote, if that is known.
    pub customer_id: Option<CustomerId>,
    /// Such as `whatsapp`.
    pub channel: &'static str,
    /// Such as `text` or `order`.
    pub content_type: String,
}

impl DomainEvent for MessageReceived {
    const TYPE: &'static str = "message.received";
    const RESOURCE: &'static str = "message";
    const READERS: Readers = Readers::Holding(Permission::ConversationsRead);

    fn resource_id(&self) -> Uuid {
        self.message_id.as_uuid()
    }

    fn example() -> Self {
        Self {
            message_id: example_id(),
            conversation_id: example_id(),
            customer_id: Some(example_id()),
            channel: "whatsapp",
            content_type: "text".to_owned(),
        }
    }
}

/// A person said who the contact of a conversation is. What was waiting in it can be read now.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ConversationLinked {
    /// The conversation.
    pub conversation_id: ConversationId,
    /// The customer.
    pub customer_id: CustomerId,
}

impl DomainEvent for ConversationLinked {
    const TYPE: &'static str = "conversation.linked";
    const RESOURCE: &'static str = "conversation";
    const READERS: Readers = Readers::Holding(Permission::ConversationsRead);

    fn resource_id(&self) -> Uuid {
        self.conversation_id.as_uuid()
    }

    fn example() -> Self {
        Self { conversation_id: example_id(), customer_id: example_id() }
    }
}

/// The events that this crate publishes.
pub fn event_types() -> Vec<EventType> {
    vec![EventType::of::<MessageReceived>(), EventType::of::<ConversationLinked>()]
}
