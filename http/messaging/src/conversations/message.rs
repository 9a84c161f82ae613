//! A message as it is shown.
use chrono::{DateTime, Utc};
use purser_kernel::{
    UserId,
    ids::{ConversationId, MediaFileId, MessageId},
};
use purser_messaging::{conversations::MessageWithAttachments, entity::message_attachment};
use purser_store::name_of;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// A message, in or out.
#[derive(Debug, Serialize, ToSchema)]
pub struct MessageView {
    id: MessageId,
    conversation_id: ConversationId,
    /// `inbound` or `outbound`.
    direction: String,
    is_from_customer: bool,
    /// The member who sent it.
    sender_id: Option<UserId>,
    /// Such as `text`, `image`, `order` or `unsupported`.
    content_type: String,
    /// What can be read as text; empty for a picture without words.
    content: String,
    /// The structured part: items of an order, a reaction, a choice, a place.
    payload: Option<Value>,
    attachments: Vec<AttachmentView>,
    /// `received`; for what was sent `queued`, `sent`, `delivered`, `read` or `failed`.
    status: String,
    /// When the status was reached, by the provider's clock.
    status_at: DateTime<Utc>,
    /// Why it failed.
    error: Option<String>,
    /// By the provider's clock.
    sent_at: Option<DateTime<Utc>>,
    /// The message that this one answers, if it reached us.
    reply_to_id: Option<MessageId>,
    /// Whether a reader has read it, or there is nothing in it to read.
    ai_processed: bool,
    /// `order`, `question`, `complaint`, `greeting` or `other`.
    ai_extracted_intent: Option<String>,
    /// From 0 to 1.
    ai_confidence: Option<f64>,
    /// Replies that can be sent as they are, best first.
    ai_suggested_responses: Vec<String>,
    created_at: DateTime<Utc>,
}

/// A file of a message.
#[derive(Debug, Serialize, ToSchema)]
pub struct AttachmentView {
    media_file_id: MediaFileId,
    /// `image`, `document`, `audio`, `video` or `sticker`.
    kind: String,
    caption: Option<String>,
}

impl From<MessageWithAttachments> for MessageView {
    fn from(MessageWithAttachments { message, attachments }: MessageWithAttachments) -> Self {
        Self {
            id: message.id,
            conversation_id: message.conversation_id,
            direction: name_of(&message.direction),
            is_from_customer: message.is_from_customer,
            sender_id: message.sender_id,
            content_type: name_of(&message.content_type),
            content: message.content,
            payload: message.payload,
            attachments: attachments.into_iter().map(AttachmentView::from).collect(),
            status: name_of(&message.status),
            status_at: message.status_at,
            error: message.error,
            sent_at: message.sent_at,
            reply_to_id: message.reply_to_id,
            ai_processed: message.ai_processed,
            ai_extracted_intent: message.ai_extracted_intent.as_ref().map(name_of),
            ai_confidence: message.ai_confidence,
            ai_suggested_responses: message.ai_suggested_responses.0,
            created_at: message.created_at,
        }
    }
}

impl From<message_attachment::Model> for AttachmentView {
    fn from(attachment: message_attachment::Model) -> Self {
        Self { media_file_id: attachment.media_file_id, kind: name_of(&attachment.kind), caption: attachment.caption }
    }
}
