//! A message that came in.
use super::params::Params;
use crate::contents::{Parcel, file_kind, is_id};
use purser_kernel::text;
use purser_store::ports::{AttachmentKind, NewAttachment, ReceivedMessage};
use serde_json::{Value, json};

/// Twilio sends up to ten files with a message.
const MOST_FILES: usize = 10;
/// The longest sender: a name that stands for a number has eleven characters.
const MAX_SENDER: usize = 40;

/// The message, or `None` without a sender.
pub(super) fn read(params: &Params, parcel: Parcel<'_>) -> Option<ReceivedMessage> {
    let from = params.get("From")?.trim();
    let (channel, from) = match from.strip_prefix("whatsapp:") {
        Some(from) => ("whatsapp", from),
        None => ("sms", from),
    };
    let name = params.get("ProfileName").map(str::trim).filter(|name| !name.is_empty());
    let text = params.get("Body").unwrap_or_default();
    let attachments = files(params);
    let (content_type, payload) = kind(params, &attachments);
    Some(ReceivedMessage {
        integration_id: parcel.integration_id,
        channel,
        from: sender(from)?,
        from_name: name.map(str::to_owned),
        external_id: params.message_id()?.to_owned(),
        reply_to_external_id: params.get("OriginalRepliedMessageSid").filter(|id| is_id(id)).map(str::to_owned),
        text: if text.is_empty() { params.get("ButtonText").unwrap_or_default() } else { text }.to_owned(),
        content_type,
        payload,
        attachments,
        // Twilio says nothing of when.
        sent_at: parcel.received_at,
    })
}

/// A number as contacts have it; a short code, or a name that stands for a number, as it is.
fn sender(from: &str) -> Option<String> {
    text::phone_digits(from)
        .or_else(|| Some(from.to_lowercase()).filter(|from| is_id(from) && from.chars().count() <= MAX_SENDER))
}

fn files(params: &Params) -> Vec<NewAttachment> {
    let count = params.get("NumMedia").and_then(|count| count.parse::<usize>().ok()).unwrap_or_default();
    let file = |number: usize| {
        let url = params.get(&format!("MediaUrl{number}")).filter(|url| is_id(url))?;
        let content_type = params.get(&format!("MediaContentType{number}")).unwrap_or("application/octet-stream");
        Some(NewAttachment {
            kind: file_kind(content_type),
            external_id: url.to_owned(),
            content_type: content_type.to_owned(),
            filename: None,
            sha256: None,
            caption: None,
        })
    };
    (0..count.min(MOST_FILES)).filter_map(file).collect()
}

/// What kind of message it is, and its structured part.
fn kind(params: &Params, files: &[NewAttachment]) -> (&'static str, Value) {
    if let (Some(latitude), Some(longitude)) = (params.get("Latitude"), params.get("Longitude")) {
        let (address, label) = (params.get("Address"), params.get("Label"));
        let place = json!({ "latitude": latitude, "longitude": longitude, "address": address, "name": label });
        return ("location", place);
    }
    if let Some(button) = params.get("ButtonPayload") {
        return ("button", json!({ "payload": button }));
    }
    let kind = match files.first().map(|file| file.kind) {
        None => "text",
        Some(AttachmentKind::Image) => "image",
        Some(AttachmentKind::Audio) => "audio",
        Some(AttachmentKind::Video) => "video",
        Some(AttachmentKind::Document) => "document",
    };
    (kind, Value::Null)
}
