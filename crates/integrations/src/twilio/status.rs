//! How far a message that was sent has come.
//!
//! Twilio, "Track the message status of outbound messages".
use super::params::Params;
use crate::contents::{Parcel, Skipped};
use purser_store::ports::{DeliveryStatus, StatusUpdate};

/// The status, or why it is none.
pub(super) fn read(params: &Params, given: &str, parcel: Parcel<'_>) -> Result<StatusUpdate, Skipped> {
    let status = match given {
        "sent" => DeliveryStatus::Sent,
        "delivered" => DeliveryStatus::Delivered,
        "read" => DeliveryStatus::Read,
        "failed" | "undelivered" => DeliveryStatus::Failed,
        _ => return Err(Skipped::OtherStatus),
    };
    // The number alone: what Twilio says beside it may name the recipient.
    let code =
        params.get("ErrorCode").filter(|code| code.len() <= 10 && code.bytes().all(|byte| byte.is_ascii_digit()));
    Ok(StatusUpdate {
        integration_id: parcel.integration_id,
        external_id: params.message_id().ok_or(Skipped::Malformed)?.to_owned(),
        status,
        // Twilio says nothing of when.
        at: parcel.received_at,
        error: code.filter(|_| status == DeliveryStatus::Failed).map(|code| format!("twilio {code}")),
    })
}
