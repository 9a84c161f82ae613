//! Twilio SendGrid: mails that came in (Inbound Parse), and what became of those that were sent (Event Webhook).
//!
//! Both come through one door. A form is a mail, JSON is events, and each is signed with a key of its own.
mod config;
mod events;
mod form;
mod mail;
mod signature;
mod words;

pub use config::SendGridConfig;
pub(crate) use signature::is_valid;

use crate::{
    contents::{Contents, Parcel, Unreadable},
    webhooks::Knock,
};
use std::panic::{self, AssertUnwindSafe};

/// The provider's id of the event: of a mail, its own and whom it came for. A batch of events has none.
pub(crate) async fn event_id(knock: Knock<'_>) -> Option<String> {
    let content_type = knock.header("content-type").filter(|content_type| form::is_form(content_type))?;
    let parts = form::read(content_type, knock.body).await.ok()?;
    // Whoever can send us a mail has written what is read here: what makes its reader panic must not take the request along.
    panic::catch_unwind(AssertUnwindSafe(|| mail::event_id(&parts))).ok().flatten()
}

/// Reads what SendGrid posts.
pub(crate) async fn read(config: &SendGridConfig, parcel: Parcel<'_>) -> Result<Contents, Unreadable> {
    match parcel.content_type.filter(|content_type| form::is_form(content_type)) {
        Some(content_type) => mail::read(config, &form::read(content_type, parcel.body).await?, parcel),
        None => events::read(parcel),
    }
}

#[cfg(test)]
mod tests;
