//! The names of states and kinds on the wire, which are those in the tables.
use purser_entity_messaging::{
    conversation::{Channel, Status as ConversationStatus},
    message::{ContentType, Direction, Intent, Status},
    message_attachment::Kind,
};
use purser_kernel::Problem;

/// The name of a channel.
pub const fn channel_name(channel: Channel) -> &'static str {
    match channel {
        Channel::Whatsapp => "whatsapp",
        Channel::Sms => "sms",
        Channel::Email => "email",
        Channel::Web => "web",
    }
}

/// The channel with this name. `internal` when there is none: names come from our own code.
pub(crate) fn channel(name: &str) -> Result<Channel, Problem> {
    let all = [Channel::Whatsapp, Channel::Sms, Channel::Email, Channel::Web];
    all.into_iter()
        .find(|channel| channel_name(*channel) == name)
        .ok_or_else(|| Problem::internal(format!("there is no channel {name}")))
}

const CONVERSATION_STATUSES: [ConversationStatus; 3] =
    [ConversationStatus::Open, ConversationStatus::Snoozed, ConversationStatus::Closed];

/// The name of a conversation's status.
pub const fn status_name(status: ConversationStatus) -> &'static str {
    match status {
        ConversationStatus::Open => "open",
        ConversationStatus::Snoozed => "snoozed",
        ConversationStatus::Closed => "closed",
    }
}

/// Parses the name of a conversation's status in the field at `pointer`.
pub fn conversation_status(pointer: &str, name: &str) -> Result<ConversationStatus, Problem> {
    let found = CONVERSATION_STATUSES.into_iter().find(|status| status_name(*status) == name);
    found.ok_or_else(|| Problem::invalid(pointer, "unknown_status", "must be open, snoozed or closed"))
}

/// The name of a direction.
pub const fn direction_name(direction: Direction) -> &'static str {
    match direction {
        Direction::Inbound => "inbound",
        Direction::Outbound => "outbound",
    }
}

/// The name of a message's status.
pub const fn message_status_name(status: Status) -> &'static str {
    match status {
        Status::Received => "received",
        Status::Queued => "queued",
        Status::Sent => "sent",
        Status::Delivered => "delivered",
        Status::Read => "read",
        Status::Failed => "failed",
    }
}

const CONTENT_TYPES: [ContentType; 13] = [
    ContentType::Text,
    ContentType::Image,
    ContentType::Document,
    ContentType::Audio,
    ContentType::Video,
    ContentType::Sticker,
    ContentType::Location,
    ContentType::Contacts,
    ContentType::Interactive,
    ContentType::Button,
    ContentType::Order,
    ContentType::Reaction,
    ContentType::Unsupported,
];

/// The name of a type of content.
pub const fn content_type_name(content_type: ContentType) -> &'static str {
    match content_type {
        ContentType::Text => "text",
        ContentType::Image => "image",
        ContentType::Document => "document",
        ContentType::Audio => "audio",
        ContentType::Video => "video",
        ContentType::Sticker => "sticker",
        ContentType::Location => "location",
        ContentType::Contacts => "contacts",
        ContentType::Interactive => "interactive",
        ContentType::Button => "button",
        ContentType::Order => "order",
        ContentType::Reaction => "reaction",
        ContentType::Unsupported => "unsupported",
    }
}

/// The type of content with this name; what is not known is not supported.
pub(crate) fn content_type(name: &str) -> ContentType {
    let found = CONTENT_TYPES.into_iter().find(|content_type| content_type_name(*content_type) == name);
    found.unwrap_or(ContentType::Unsupported)
}

const INTENTS: [Intent; 5] =
    [Intent::Order, Intent::Question, Intent::Complaint, Intent::Greeting, Intent::Other];

/// The name of an intent.
pub const fn intent_name(intent: Intent) -> &'static str {
    match intent {
        Intent::Order => "order",
        Intent::Question => "question",
        Intent::Complaint => "complaint",
        Intent::Greeting => "greeting",
        Intent::Other => "other",
    }
}

/// The intent with this name. `internal` when there is none: names come from our own code.
pub(crate) fn intent(name: &str) -> Result<Intent, Problem> {
    let found = INTENTS.into_iter().find(|intent| intent_name(*intent) == name);
    found.ok_or_else(|| Problem::internal(format!("there is no intent {name}")))
}

/// The name of a kind of attachment.
pub const fn attachment_kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Image => "image",
        Kind::Document => "document",
        Kind::Audio => "audio",
        Kind::Video => "video",
        Kind::Sticker => "sticker",
    }
}
