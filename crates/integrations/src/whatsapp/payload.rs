//! What Meta posts, as far as it concerns us.
//!
//! Meta, "WhatsApp Business Platform: messages webhook reference". A body has entries (one for each business account), those
//! have changes, and a change of the field `messages` has contacts, messages and statuses. Fields that we do not know are left
//! alone: it is Meta's format and it grows. What cannot be read is left out without its siblings.
use super::{message, status};
use purser_kernel::ids::IntegrationId;
use purser_store::ports::{ReceivedMessage, StatusUpdate};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;
use std::collections::BTreeSet;

/// What a body holds for the integration.
#[derive(Debug, Default)]
pub(crate) struct Delivery {
    /// In the order in which they stand.
    pub(crate) messages: Vec<ReceivedMessage>,
    /// In the order in which they stand.
    pub(crate) statuses: Vec<StatusUpdate>,
    /// Why something was left out.
    pub(crate) skipped: BTreeSet<Skipped>,
}

/// Why a part of a body was left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Skipped {
    /// It has not the shape that Meta documents.
    Malformed,
    /// It is about a telephone number that is not the integration's.
    OtherPhoneNumber,
    /// It is about something else than messages, such as the state of a template or of an account.
    OtherSubject,
}

impl Skipped {
    /// The name that operators see.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Malformed => "malformed_part",
            Self::OtherPhoneNumber => "other_phone_number",
            Self::OtherSubject => "other_subject",
        }
    }
}

/// A body of which nothing can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unreadable {
    /// It is not JSON.
    NotJson,
    /// It is not a notification of the Cloud API.
    WrongShape,
}

impl Unreadable {
    /// The name that operators see.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::NotJson => "not_json",
            Self::WrongShape => "wrong_shape",
        }
    }
}

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
pub(crate) fn parse(body: &[u8], integration_id: IntegrationId, phone_number_id: &str) -> Result<Delivery, Unreadable> {
    let body: Value = serde_json::from_slice(body).map_err(|_| Unreadable::NotJson)?;
    let envelope: Envelope = read(&body).ok_or(Unreadable::WrongShape)?;
    if envelope.object != "whatsapp_business_account" {
        return Err(Unreadable::WrongShape);
    }
    let mut delivery = Delivery::default();
    for entry in &envelope.entry {
        match read::<Entry>(entry) {
            Some(entry) => entry.changes.iter().for_each(|change| {
                if let Err(reason) = add_change(&mut delivery, change, integration_id, phone_number_id) {
                    delivery.skipped.insert(reason);
                }
            }),
            None => {
                delivery.skipped.insert(Skipped::Malformed);
            }
        }
    }
    Ok(delivery)
}

fn add_change(
    delivery: &mut Delivery,
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
            Some(message) => delivery.messages.push(message),
            None if message::is_system(given) => {}
            None => {
                delivery.skipped.insert(Skipped::Malformed);
            }
        }
    }
    for given in &value.statuses {
        match status::read(given, integration_id) {
            Some(status) => delivery.statuses.push(status),
            None if status::is_other(given) => {}
            None => {
                delivery.skipped.insert(Skipped::Malformed);
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
