//! Messages on their way in: from a provider's door to the inbox, and from the inbox to whoever reads them.
use crate::{ReadTx, WriteTx};
use async_trait::async_trait;
use purser_kernel::{
    Problem, Quantity, Timestamp,
    ids::{ConversationId, CustomerId, IntegrationId, MessageId},
};
use serde_json::Value;

/// A message as a provider delivered it, in terms that all providers share.
#[derive(Clone, Debug)]
pub struct ReceivedMessage {
    /// The connection it came through.
    pub integration_id: IntegrationId,
    /// `whatsapp`, `sms`, `email` or `web`.
    pub channel: &'static str,
    /// Who sent it, normalised: digits of a telephone number, a mail address in lower case.
    pub from: String,
    /// What the sender calls themselves.
    pub from_name: Option<String>,
    /// The provider's id of the message.
    pub external_id: String,
    /// The provider's id of the message that this one answers.
    pub reply_to_external_id: Option<String>,
    /// The text, a caption, or the title of a choice; empty where there is none.
    pub text: String,
    /// Such as `text`, `image`, `order`, `unsupported`.
    pub content_type: &'static str,
    /// The structured part: items of an order, a reaction, a choice, a place.
    pub payload: Value,
    /// Files that came with it.
    pub attachments: Vec<NewAttachment>,
    /// When it was sent, by the provider's clock.
    pub sent_at: Timestamp,
}

/// What kind of file it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AttachmentKind {
    /// A picture, a sticker among them.
    Image,
    /// A recording.
    Audio,
    /// A film.
    Video,
    /// Any other file.
    Document,
}

/// A file that came with a message. Its bytes are still at the provider.
#[derive(Clone, Debug)]
pub struct NewAttachment {
    /// What kind.
    pub kind: AttachmentKind,
    /// The provider's id of the file.
    pub external_id: String,
    /// The media type.
    pub content_type: String,
    /// The name.
    pub filename: Option<String>,
    /// Lower-case hexadecimal.
    pub sha256: Option<String>,
    /// What the sender wrote under it.
    pub caption: Option<String>,
}

/// How far a message that we sent has come. Only forward: what was read is not delivered again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DeliveryStatus {
    /// The provider has it.
    Sent,
    /// The device has it.
    Delivered,
    /// The person has seen it.
    Read,
    /// It did not arrive.
    Failed,
}

/// A provider's word on a message that we sent.
#[derive(Clone, Debug)]
pub struct StatusUpdate {
    /// The connection it came through.
    pub integration_id: IntegrationId,
    /// The provider's id of the message.
    pub external_id: String,
    /// How far it has come.
    pub status: DeliveryStatus,
    /// When, by the provider's clock.
    pub at: Timestamp,
    /// Why it failed.
    pub error: Option<String>,
}

/// An item that a customer chose from the catalogue at the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderItem {
    /// The SKU.
    pub sku: String,
    /// How many.
    pub quantity: Quantity,
}

/// A message, as its reader needs it.
#[derive(Clone, Debug)]
pub struct InboundMessage {
    /// Its id.
    pub id: MessageId,
    /// Its conversation.
    pub conversation_id: ConversationId,
    /// The customer of the conversation, once it is linked.
    pub customer_id: Option<CustomerId>,
    /// `whatsapp`, `sms`, `email` or `web`.
    pub channel: String,
    /// What was written.
    pub text: String,
    /// Items of an order message, exact; empty for all others.
    pub items: Vec<OrderItem>,
    /// Whether it was read already.
    pub is_read: bool,
}

/// What a reader found in a message.
#[derive(Clone, Copy, Debug)]
pub struct Reading {
    /// `order`, `question`, `complaint`, `greeting` or `other`.
    pub intent: &'static str,
    /// From 0 to 1.
    pub confidence: f64,
}

/// Where messages arrive and are read from. Implemented by messaging.
#[async_trait]
pub trait Inbox: Send + Sync {
    /// Takes a message in. The same one twice (by the provider's id) changes nothing.
    async fn receive(&self, tx: &WriteTx, message: ReceivedMessage) -> Result<(), Problem>;

    /// Moves a message that we sent forward. What is unknown or behind changes nothing.
    async fn update_status(&self, tx: &WriteTx, update: StatusUpdate) -> Result<(), Problem>;

    /// A message.
    async fn message(&self, tx: &ReadTx, id: MessageId) -> Result<InboundMessage, Problem>;

    /// The conversation's messages that nobody has read for orders yet, oldest first.
    async fn unread_by_reader(&self, tx: &ReadTx, conversation: ConversationId) -> Result<Vec<MessageId>, Problem>;

    /// Writes down what was found in a message, if nobody has yet. `false` when somebody has: one compare-and-set, which waits
    /// for a transaction that does the same at this moment. Whoever gets `true` acts on the message in this transaction.
    async fn record_reading(&self, tx: &WriteTx, id: MessageId, reading: Reading) -> Result<bool, Problem>;
}

/// Who writes from an address. Implemented by ordering.
#[async_trait]
pub trait CustomerDirectory: Send + Sync {
    /// The customer who has a contact with this address on this channel.
    async fn customer_at(&self, tx: &ReadTx, channel: &str, address: &str) -> Result<Option<CustomerId>, Problem>;

    /// Whether there is such a customer.
    async fn exists(&self, tx: &ReadTx, customer: CustomerId) -> Result<bool, Problem>;
}
