//! What became of mails that were sent.
//!
//! SendGrid, "Event Webhook reference". A batch is a list of events. A mail of ours is found by what SendGrid answered when it took it
//! (`X-Message-Id`, with which `sg_message_id` begins) or by its own `Message-ID` (`smtp-id`).
use crate::contents::{self, Contents, Parcel, Skipped, Unreadable, is_id};
use purser_store::ports::{DeliveryStatus, StatusUpdate};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct Event {
    #[serde(rename = "event")]
    name: String,
    timestamp: i64,
    sg_message_id: Option<String>,
    #[serde(rename = "smtp-id")]
    smtp_id: Option<String>,
    /// Opened by a program of the recipient's provider, and by nobody.
    #[serde(default)]
    sg_machine_open: bool,
    status: Option<String>,
    bounce_classification: Option<String>,
}

impl Event {
    fn status(&self) -> Option<DeliveryStatus> {
        match self.name.as_str() {
            "processed" => Some(DeliveryStatus::Sent),
            "delivered" => Some(DeliveryStatus::Delivered),
            "open" if !self.sg_machine_open => Some(DeliveryStatus::Read),
            "click" => Some(DeliveryStatus::Read),
            "bounce" | "dropped" => Some(DeliveryStatus::Failed),
            _ => None,
        }
    }

    /// Such as `bounce 5.1.1 Invalid Address`. Not the server's answer, which may name the recipient.
    fn error(&self) -> String {
        let code = self.status.as_deref().filter(|code| code.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'));
        let parts = [Some(self.name.as_str()), code, self.bounce_classification.as_deref()];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
    }

    /// What the mail may be known by.
    fn ids(&self) -> Vec<String> {
        let answered = self.sg_message_id.as_deref().and_then(|id| id.split('.').next());
        let own = self.smtp_id.as_deref().map(|id| id.trim().trim_matches(['<', '>']));
        answered.into_iter().chain(own).filter(|id| is_id(id)).map(str::to_owned).collect()
    }
}

/// Reads a batch of events.
pub(super) fn read(parcel: Parcel<'_>) -> Result<Contents, Unreadable> {
    let batch: Value = serde_json::from_slice(parcel.body).map_err(|_| Unreadable::NotJson)?;
    let mut contents = Contents::default();
    for given in batch.as_array().ok_or(Unreadable::WrongShape)? {
        if let Err(reason) = add(&mut contents, given, parcel) {
            contents.skipped.insert(reason);
        }
    }
    Ok(contents)
}

fn add(contents: &mut Contents, given: &Value, parcel: Parcel<'_>) -> Result<(), Skipped> {
    let event = Event::deserialize(given).map_err(|_| Skipped::Malformed)?;
    let status = event.status().ok_or(Skipped::OtherStatus)?;
    let at = contents::time(event.timestamp).ok_or(Skipped::Malformed)?;
    let ids = event.ids();
    if ids.is_empty() {
        return Err(Skipped::Malformed);
    }
    let error = (status == DeliveryStatus::Failed).then(|| event.error());
    contents.statuses.extend(ids.into_iter().map(|external_id| StatusUpdate {
        integration_id: parcel.integration_id,
        external_id,
        status,
        at,
        error: error.clone(),
    }));
    Ok(())
}
