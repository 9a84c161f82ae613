//! Gmail: Google's Pub/Sub pushes that a mailbox has changed.
//!
//! Google, "Gmail API: push notifications" and "Authenticate push subscriptions". A push says how far the mailbox's history has come and
//! nothing of what is in it: the mails themselves are fetched with an OAuth token of the mailbox, which Purser does not have.
mod config;
mod keys;
mod payload;
pub(crate) mod position;
mod token;

pub use config::GmailConfig;
pub use keys::GOOGLE_KEYS;
pub(crate) use keys::Keys;
pub(crate) use payload::{event_id, read};
pub(crate) use token::is_valid;
