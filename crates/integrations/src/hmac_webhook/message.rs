//! A message where the connection says how one is read.
use super::config::MessageMap;
use crate::contents::{Parcel, is_id};
use purser_store::ports::ReceivedMessage;
use serde_json::Value;

/// The message, or `None` without a sender or a text.
pub(super) fn read(map: &MessageMap, body: &Value, parcel: Parcel<'_>) -> Option<ReceivedMessage> {
    let from = plain(body.pointer(&map.from)?)?.trim().to_owned();
    let name = map.name.as_ref().and_then(|pointer| plain(body.pointer(pointer)?));
    Some(ReceivedMessage {
        integration_id: parcel.integration_id,
        channel: "web",
        from: Some(from).filter(|from| is_id(from))?,
        from_name: name.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()),
        external_id: parcel.event_id.to_owned(),
        reply_to_external_id: None,
        text: body.pointer(&map.text)?.as_str()?.to_owned(),
        content_type: "text",
        payload: Value::Null,
        attachments: Vec::new(),
        sent_at: parcel.received_at,
    })
}

/// A text or a whole number as a text. Numbers of more than 64 bits are rounded when they are read: several would become one.
pub(super) fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) if !number.is_f64() => Some(number.to_string()),
        _ => None,
    }
}
