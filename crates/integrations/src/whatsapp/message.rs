//! One message of a notification.
mod content;

use super::{CHANNEL, payload};
use crate::contents::{self, is_id};
use content::Content;
use purser_kernel::{Timestamp, ids::IntegrationId, text};
use purser_store::ports::ReceivedMessage;
use serde::Deserialize;
use serde_json::Value;

/// What all types of messages have.
#[derive(Deserialize)]
struct Head {
    id: String,
    /// The sender's telephone number. Left out for people with a username who never showed us their number.
    from: Option<String>,
    /// Meta, "Business-scoped user IDs": who the sender is, when there is no number.
    from_user_id: Option<String>,
    timestamp: Value,
    #[serde(rename = "type", default)]
    kind: String,
    #[serde(default)]
    context: Value,
}

#[derive(Deserialize)]
struct Contact {
    wa_id: Option<String>,
    user_id: Option<String>,
    profile: Option<Profile>,
}

#[derive(Deserialize)]
struct Profile {
    name: Option<String>,
}

/// Whether WhatsApp itself speaks, such as about a customer's new number: no message of a person.
pub(super) fn is_system(given: &Value) -> bool {
    given.get("type").and_then(Value::as_str) == Some("system")
}

/// The message, or `None` for one of the system, and for one without an id, a sender or a time.
pub(super) fn read(given: &Value, contacts: &[Value], integration_id: IntegrationId) -> Option<ReceivedMessage> {
    let head: Head = payload::read(given).filter(|_| !is_system(given))?;
    let number = head.from.as_deref().and_then(text::phone_digits);
    let from = number.or_else(|| head.from_user_id.clone().filter(|id| is_id(id)))?;
    let Content { kind: content_type, text, payload, attachments, about } = content::of(&head.kind, given);
    let reply_to = head.context.get("id").and_then(Value::as_str).map(str::to_owned).or(about);
    Some(ReceivedMessage {
        integration_id,
        channel: CHANNEL,
        from,
        from_name: name_of(&head, contacts),
        external_id: Some(head.id).filter(|id| is_id(id))?,
        reply_to_external_id: reply_to.filter(|id| is_id(id)),
        text,
        content_type,
        payload,
        attachments,
        sent_at: time(&head.timestamp)?,
    })
}

/// Meta tells the name beside the messages, once for each sender.
fn name_of(head: &Head, contacts: &[Value]) -> Option<String> {
    let is_sender = |contact: &Contact| {
        let same = |a: &Option<String>, b: &Option<String>| a.is_some() && a == b;
        same(&contact.wa_id, &head.from) || same(&contact.user_id, &head.from_user_id)
    };
    let sender = contacts.iter().filter_map(payload::read::<Contact>).find(is_sender)?;
    sender.profile?.name.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty())
}

/// Seconds since 1970, which Meta sends as text, in some notifications as a number.
pub(super) fn time(given: &Value) -> Option<Timestamp> {
    let seconds = given.as_i64().or_else(|| given.as_str()?.parse().ok())?;
    contents::time(seconds)
}
