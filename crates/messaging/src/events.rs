//! What messaging publishes. Ids only: whoever needs the words reads them, with the permission to.
use purser_kernel::ids::{ConversationId, CustomerId, MessageId};
use purser_store::prelude::*;
use serde::Serialize;
use uuid::Uuid;

/// A message came in.
#[derive(Clone, Debug, Serialize)]
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

    fn resource_id(&self) -> Uuid {
        self.message_id.as_uuid()
    }
}

/// A person said who the contact of a conversation is. What was waiting in it can be read now.
#[derive(Clone, Debug, Serialize)]
pub struct ConversationLinked {
    /// The conversation.
    pub conversation_id: ConversationId,
    /// The customer.
    pub customer_id: CustomerId,
}

impl DomainEvent for ConversationLinked {
    const TYPE: &'static str = "conversation.linked";
    const RESOURCE: &'static str = "conversation";

    fn resource_id(&self) -> Uuid {
        self.conversation_id.as_uuid()
    }
}
