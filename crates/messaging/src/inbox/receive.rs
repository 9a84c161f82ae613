//! How a message is taken in.
use super::attachments;
use crate::events::MessageReceived;
use purser_entity_messaging::{
    conversation::{self, Channel, Column, Status},
    message::{self, ContentType, Direction, Intent, SuggestedResponses},
};
use purser_kernel::ids::{ConversationId, IntegrationId, MessageId};
use purser_store::{
    name_of, named,
    ports::{CustomerDirectory, ReceivedMessage},
    prelude::*,
};
use serde_json::Value;

/// What the tables hold, in characters.
const MAX_CONTENT: usize = 65_536;
const MAX_NAME: usize = 200;
const MAX_ADDRESS: usize = 320;

/// Takes a message in, once.
///
/// The conversation's row is locked from here to the end of the transaction: messages of one contact that arrive at once are
/// taken in one after the other, and none is counted twice or lost.
pub(super) async fn receive(
    tx: &WriteTx,
    customers: &dyn CustomerDirectory,
    message: ReceivedMessage,
) -> Result<(), Problem> {
    // Asked before a conversation is opened: what comes again after the conversation was closed must not open another.
    if by_external_id(tx, message.integration_id, &message.external_id).await?.is_some() {
        return Ok(());
    }
    let conversation = open_conversation(tx, &message).await?;
    let customer_id = match conversation.customer_id {
        Some(known) if customers.exists(tx, known).await? => Some(known),
        // Nobody's yet, or of a customer who was deleted.
        _ => customers.customer_at(tx, message.channel, &conversation.channel_address).await?,
    };
    let id = MessageId::generate();
    if !tx.insert_if_absent(row(tx, id, conversation.id, &message).await?).await? {
        return Ok(());
    }
    attachments::add(tx, id, &message).await?;
    let event = MessageReceived {
        message_id: id,
        conversation_id: conversation.id,
        customer_id,
        channel: message.channel,
        content_type: name_of(&content_type(&message)),
    };
    // A provider's clock that is ahead must not hold the conversation at the top of the list.
    let at = message.sent_at.min(tx.now());
    let (unread, last_message, last_inbound) =
        (conversation.unread_count, conversation.last_message_at, conversation.last_inbound_at);
    tx.update(conversation, |row| {
        row.customer_id = Set(customer_id);
        // A new message wakes a conversation that was put aside.
        row.status = Set(Status::Open);
        row.unread_count = Set(unread.saturating_add(1));
        row.last_message_at = Set(last_message.max(Some(at)));
        row.last_inbound_at = Set(last_inbound.max(Some(at)));
        if let Some(name) = &message.from_name {
            row.contact_name = Set(Some(text::fit(name, MAX_NAME)));
        }
    })
    .await?;
    tx.emit(&event).await
}

/// The message that the provider calls so.
async fn by_external_id(
    tx: &ReadTx,
    integration: IntegrationId,
    external_id: &str,
) -> Result<Option<message::Model>, Problem> {
    tx.find::<message::Entity>()
        .filter(message::Column::IntegrationId.eq(integration))
        .filter(message::Column::ExternalId.eq(external_id))
        .one()
        .await
}

/// How often a conversation is looked for that others may open and close meanwhile.
const LOOKS: usize = 3;

/// The contact's one conversation that is not closed, locked. Opens it when there is none.
async fn open_conversation(tx: &WriteTx, message: &ReceivedMessage) -> Result<conversation::Model, Problem> {
    // Channels are named by our own code: another one is a mistake there and no customer's fault.
    let channel = named::<Channel>("/channel", message.channel).map_err(Problem::internal)?;
    let address = text::fit(&message.from, MAX_ADDRESS);
    for _ in 0..LOOKS {
        let found = tx
            .find_for_update::<conversation::Entity>()
            .filter(Column::IntegrationId.eq(message.integration_id))
            .filter(Column::Channel.eq(channel))
            .filter(Column::ChannelAddress.eq(address.as_str()))
            .filter(Column::Status.ne(Status::Closed));
        if let Some(conversation) = found.one().await? {
            return Ok(conversation);
        }
        // Of two at once, one waits here for the other to commit and then finds the other's conversation.
        tx.insert_if_absent(new_conversation(message, channel, address.clone())).await?;
    }
    Err(Problem::of(CommonProblem::Unavailable))
}

fn new_conversation(message: &ReceivedMessage, channel: Channel, address: String) -> conversation::ActiveModel {
    conversation::ActiveModel {
        customer_id: Set(None),
        channel: Set(channel),
        channel_address: Set(address),
        contact_name: Set(message.from_name.as_ref().map(|name| text::fit(name, MAX_NAME))),
        integration_id: Set(message.integration_id),
        status: Set(Status::Open),
        assignee_id: Set(None),
        unread_count: Set(0),
        last_message_at: Set(None),
        last_inbound_at: Set(None),
        ai_context_summary: Set(None),
        deleted_at: Set(None),
        deleted_by: Set(None),
        ..Default::default()
    }
}

async fn row(
    tx: &WriteTx,
    id: MessageId,
    conversation: ConversationId,
    message: &ReceivedMessage,
) -> Result<message::ActiveModel, Problem> {
    let reply_to = match &message.reply_to_external_id {
        Some(external_id) => by_external_id(tx, message.integration_id, external_id).await?,
        None => None,
    };
    let content = text::fit(&message.text, MAX_CONTENT);
    let content_type = content_type(message);
    let is_readable = is_readable(content_type, &content);
    Ok(message::ActiveModel {
        id: Set(id),
        conversation_id: Set(conversation),
        integration_id: Set(message.integration_id),
        direction: Set(Direction::Inbound),
        is_from_customer: Set(true),
        sender_id: Set(None),
        content: Set(content),
        content_type: Set(content_type),
        payload: Set(without_nul(message.payload.clone())),
        external_id: Set(Some(message.external_id.clone())),
        status: Set(message::Status::Received),
        status_at: Set(message.sent_at),
        error: Set(None),
        sent_at: Set(Some(message.sent_at)),
        ai_processed: Set(!is_readable),
        ai_extracted_intent: Set((!is_readable).then_some(Intent::Other)),
        ai_confidence: Set(None),
        ai_suggested_responses: Set(SuggestedResponses::default()),
        reply_to_id: Set(reply_to.map(|message| message.id)),
        reply_to_external_id: Set(message.reply_to_external_id.clone()),
        ..Default::default()
    })
}

/// The type of the content; what is not known is not supported.
pub(super) fn content_type(message: &ReceivedMessage) -> ContentType {
    named("/content_type", message.content_type).unwrap_or(ContentType::Unsupported)
}

/// Whether there is something in it that a reader of orders can read. A reaction, a place or a picture without words is kept
/// for people and needs no reader.
fn is_readable(content_type: ContentType, content: &str) -> bool {
    match content_type {
        ContentType::Order => true,
        ContentType::Reaction | ContentType::Unsupported => false,
        _ => !content.trim().is_empty(),
    }
}

/// The structured part without NUL characters, which PostgreSQL refuses in JSON; `None` for null.
fn without_nul(value: Value) -> Option<Value> {
    fn clean(value: Value) -> Value {
        match value {
            Value::String(text) => Value::String(text.replace('\0', "")),
            Value::Array(items) => items.into_iter().map(clean).collect(),
            Value::Object(members) => {
                members.into_iter().map(|(name, value)| (name.replace('\0', ""), clean(value))).collect()
            }
            other => other,
        }
    }
    (!value.is_null()).then(|| clean(value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    #[test]
    fn what_a_reader_reads() {
        assert!(is_readable(ContentType::Text, "10 x A4"));
        assert!(is_readable(ContentType::Image, "two of these please"));
        assert!(is_readable(ContentType::Order, ""));
        assert!(!is_readable(ContentType::Image, " \n"));
        assert!(!is_readable(ContentType::Audio, ""));
        assert!(!is_readable(ContentType::Reaction, "👍"));
    }

    #[test]
    fn nul_is_dropped_everywhere() {
        let given = json!({ "a\u{0}": ["\u{0}b", { "c": "\u{0}" }], "n": 1 });
        assert_eq!(without_nul(given), Some(json!({ "a": ["b", { "c": "" }], "n": 1 })));
        assert_eq!(without_nul(Value::Null), None);
    }

    proptest! {
        /// Whatever a provider sends as text can be kept: no NUL, not too long.
        #[test]
        fn every_text_can_be_kept(given in any::<String>()) {
            let kept = text::fit(&given, 10);
            prop_assert!(!kept.contains('\0') && kept.chars().count() <= 10);
        }
    }
}
