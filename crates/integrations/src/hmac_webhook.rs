//! Anybody who signs what they send with a shared secret: how, the connection says.
mod config;
mod message;
mod signature;

pub use config::{Algorithm, DigestEncoding, HmacConfig, MessageMap, SecretEncoding};
pub(crate) use signature::is_valid;

use crate::{
    contents::{Contents, News, Parcel, Skipped, Unreadable},
    webhooks::Knock,
};
use serde_json::Value;

/// The provider's id of the event: from a header, or from where the connection says in the body.
pub(crate) fn event_id(config: &HmacConfig, knock: Knock<'_>) -> Option<String> {
    if let Some(name) = &config.id_header {
        return knock.header(name).map(|id| id.trim().to_owned()).filter(|id| !id.is_empty());
    }
    let pointer = config.id_pointer.as_ref()?;
    let body: Value = serde_json::from_slice(knock.body).ok()?;
    message::plain(body.pointer(pointer)?)
}

/// Reads what came: a message where the connection says how one is read; else it is news that it came.
pub(crate) fn read(config: &HmacConfig, parcel: Parcel<'_>) -> Result<Contents, Unreadable> {
    let Some(map) = &config.message else {
        return Ok(Contents { news: Some(News::Received), ..Contents::default() });
    };
    let body: Value = serde_json::from_slice(parcel.body).map_err(|_| Unreadable::NotJson)?;
    let mut contents = Contents::default();
    match message::read(map, &body, parcel) {
        Some(message) => contents.messages.push(message),
        None => contents.skipped.extend([Skipped::Malformed]),
    }
    Ok(contents)
}
