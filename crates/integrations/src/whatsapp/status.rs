//! One status of a notification: how far a message that we sent has come.
//!
//! Meta, "status messages webhook reference".
use super::{message, payload};
use crate::contents::is_id;
use purser_kernel::ids::IntegrationId;
use purser_store::ports::{DeliveryStatus, StatusUpdate};
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
struct Report {
    id: String,
    status: String,
    timestamp: Value,
    #[serde(default)]
    errors: Vec<Fault>,
}

#[derive(Deserialize)]
struct Fault {
    code: i64,
    title: Option<String>,
}

/// What the names mean to us. A voice message that was played was read.
fn named(status: &str) -> Option<DeliveryStatus> {
    match status {
        "sent" => Some(DeliveryStatus::Sent),
        "delivered" => Some(DeliveryStatus::Delivered),
        "read" | "played" => Some(DeliveryStatus::Read),
        "failed" => Some(DeliveryStatus::Failed),
        _ => None,
    }
}

/// Whether it has a name that says nothing of how far the message has come, such as `deleted` or `warning`.
pub(super) fn is_other(given: &Value) -> bool {
    given.get("status").and_then(Value::as_str).is_some_and(|status| named(status).is_none())
}

/// The status, or `None` for one that is malformed or [other](is_other).
pub(super) fn read(given: &Value, integration_id: IntegrationId) -> Option<StatusUpdate> {
    let report: Report = payload::read(given)?;
    Some(StatusUpdate {
        integration_id,
        status: named(&report.status)?,
        at: message::time(&report.timestamp)?,
        error: report.errors.into_iter().next().map(Fault::describe),
        external_id: Some(report.id).filter(|id| is_id(id))?,
    })
}

impl Fault {
    /// Such as `131026 Message undeliverable`. Not the details, which may name the recipient.
    fn describe(self) -> String {
        match self.title {
            Some(title) => format!("{} {title}", self.code),
            None => self.code.to_string(),
        }
    }
}
