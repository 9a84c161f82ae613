//! Twilio: messages by SMS and WhatsApp, and how far those have come that were sent.
mod config;
mod content;
mod params;
mod signature;
mod status;

pub use config::TwilioConfig;
pub(crate) use signature::is_valid;

use crate::{
    contents::{Contents, Parcel, Skipped, Unreadable},
    webhooks::Knock,
};
use params::Params;

/// The provider's id of the event: a message comes once, and each of its states once.
pub(crate) fn event_id(knock: Knock<'_>) -> Option<String> {
    let params = Params::read(knock.header("content-type"), knock.body).ok()?;
    let message = params.message_id()?;
    match params.get("MessageStatus") {
        Some(status) => Some(format!("{message}:{status}")),
        None => Some(message.to_owned()),
    }
}

/// Reads what Twilio posts.
///
/// Twilio, "Twilio's request to your application" for messages and "Status callbacks" for states. Parameters that we do not know are
/// left alone: it is Twilio's format and it grows.
pub(crate) fn read(config: &TwilioConfig, parcel: Parcel<'_>) -> Result<Contents, Unreadable> {
    let params = Params::read(parcel.content_type, parcel.body)?;
    let mut contents = Contents::default();
    let part = if params.message_id().is_none() {
        Err(Skipped::OtherSubject)
    } else if params.get("AccountSid") != Some(&config.account_sid) {
        Err(Skipped::OtherAccount)
    } else if let Some(given) = params.get("MessageStatus") {
        status::read(&params, given, parcel).map(|status| contents.statuses.push(status))
    } else {
        let message = content::read(&params, parcel).ok_or(Skipped::Malformed);
        message.map(|message| contents.messages.push(message))
    };
    contents.skipped.extend(part.err());
    Ok(contents)
}

#[cfg(test)]
mod tests;
