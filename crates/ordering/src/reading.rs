//! Messages that become orders: their events start a job that reads them.
//!
//! Reading takes time and the index takes more, so both happen while no transaction is open. What was found is then written in
//! one transaction that begins by marking the message as read: of two that read the same message at once, one acts.
mod catalogue;
mod job;

use purser_kernel::ids::ConversationId;
use purser_store::{
    outbox::{Event, Trigger},
    prelude::*,
};
use serde::Deserialize;
use serde_json::json;

pub use job::ReadConversation;

/// The agent that answers to messages with orders.
pub const AGENT_TYPE: &str = "order_processing";

/// The job that reads what waits in a conversation.
#[derive(Debug, Deserialize)]
struct ConversationToRead {
    conversation_id: ConversationId,
}

/// Starts the reading of a conversation when a message has arrived in it, or when it is known at last whose it is.
pub struct ReadMessages;

impl Trigger for ReadMessages {
    fn event_types(&self) -> &'static [&'static str] {
        &["message.received", "conversation.linked"]
    }

    fn job(&self, event: &Event) -> Option<NewJob> {
        // Of the payload, only the conversation matters here. Without one the job fails, where operators see it.
        let conversation_id = event.payload.get("conversation_id");
        Some(NewJob::new(job::READ_CONVERSATION, json!({ "conversation_id": conversation_id })))
    }
}
