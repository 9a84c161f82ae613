//! What Meta posts, as far as it concerns us.
//!
//! Meta, "WhatsApp Business Platform: messages webhook reference". A body has entries (one for each business account), those
//! have changes, and a change of the field `messages` has contacts, messages and statuses. Fields that we do not know are left
//! alone: it is Meta's format and it grows. What cannot be read is left out without its siblings.
use super::{message, status};
use crate::contents::{Contents, Skipped, Unreadable};
use purser_kernel::ids::IntegrationId;
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

#[derive(Deserialize)]
struct Envelope {
    object: String,
    entry: Vec<Value>,
}

#[derive(Deserialize)]
struct Entry {
    changes: Vec<Value>,
}

#[derive(Deserialize)]
struct Change {
    field: String,
    #[serde(default)]
    value: Value,
}

#[derive(Deserialize)]
struct News {
    metadata: Metadata,
    #[serde(default)]
    contacts: Vec<Value>,
    #[serde(default)]
    messages: Vec<Value>,
    #[serde(default)]
    statuses: Vec<Value>,
}

#[derive(Deserialize)]
struct Metadata {
    phone_number_id: String,
}

/// Reads a body for the integration whose telephone number has this id.
pub(crate) fn parse(body: &[u8], integration_id: IntegrationId, phone_number_id: &str) -> Result<Contents, Unreadable> {
    let body: Value = serde_json::from_slice(body).map_err(|_| Unreadable::NotJson)?;
    let envelope: Envelope = read(&body).ok_or(Unreadable::WrongShape)?;
    if envelope.object != "whatsapp_business_account" {
        return Err(Unreadable::WrongShape);
    }
    let mut contents = Contents::default();
    for entry in &envelope.entry {
        match read::<Entry>(entry) {
            Some(entry) => entry.changes.iter().for_each(|change| {
                if let Err(reason) = add_change(&mut contents, change, integration_id, phone_number_id) {
                    contents.skipped.insert(reason);
                }
            }),
            None => {
                contents.skipped.insert(Skipped::Malformed);
            }
        }
    }
    Ok(contents)
}

fn add_change(
    contents: &mut Contents,
    change: &Value,
    integration_id: IntegrationId,
    phone_number_id: &str,
) -> Result<(), Skipped> {
    let change: Change = read(change).ok_or(Skipped::Malformed)?;
    if change.field != "messages" {
        return Err(Skipped::OtherSubject);
    }
    let value: News = read(&change.value).ok_or(Skipped::Malformed)?;
    if value.metadata.phone_number_id != phone_number_id {
        return Err(Skipped::OtherPhoneNumber);
    }
    for given in &value.messages {
        match message::read(given, &value.contacts, integration_id) {
            Some(message) => contents.messages.push(message),
            None if message::is_system(given) => {}
            None => {
                contents.skipped.insert(Skipped::Malformed);
            }
        }
    }
    for given in &value.statuses {
        match status::read(given, integration_id) {
            Some(status) => contents.statuses.push(status),
            None if status::is_other(given) => {}
            None => {
                contents.skipped.insert(Skipped::Malformed);
            }
        }
    }
    Ok(())
}

/// The value as a `T`, if it has that shape.
pub(super) fn read<T: DeserializeOwned>(value: &Value) -> Option<T> {
    T::deserialize(value).ok()
}

#[cfg(test)]
mod tests;
