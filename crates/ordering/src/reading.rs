//! Messages that become orders: a subscriber hears of them, a job reads them.
//!
//! Reading takes time and the index takes more, so both happen while no transaction is open. What was found is then written in
//! one transaction that begins by marking the message as read: of two that read the same message at once, one acts.
mod catalogue;
mod job;

use async_trait::async_trait;
use purser_kernel::ids::ConversationId;
use purser_store::{
    outbox::{Event, Subscriber},
    prelude::*,
};
use serde::{Deserialize, Serialize};
use serde_json::json;

pub use job::ReadConversation;

/// The agent that answers to messages with orders.
pub const AGENT_TYPE: &str = "order_processing";

/// The job that reads what waits in a conversation.
#[derive(Debug, Serialize, Deserialize)]
struct ConversationToRead {
    conversation_id: ConversationId,
}

/// Queues the reading of a conversation when a message has arrived in it, or when it is known at last whose it is.
pub struct MessageSubscriber;

#[async_trait]
impl Subscriber for MessageSubscriber {
    fn name(&self) -> &'static str {
        "ordering.read_messages"
    }

    fn event_types(&self) -> &'static [&'static str] {
        &["message.received", "conversation.linked"]
    }

    async fn handle(&self, tx: &WriteTx, event: &Event) -> Result<(), Problem> {
        // Of the payload, only the conversation matters here.
        let to_read: ConversationToRead = serde_json::from_value(event.payload.clone()).map_err(Problem::internal)?;
        tx.enqueue(NewJob::new(job::READ_CONVERSATION, json!(to_read))).await
    }
}
