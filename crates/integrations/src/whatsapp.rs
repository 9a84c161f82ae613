//! The WhatsApp Cloud API of Meta.
mod credentials;
mod message;
pub(crate) mod payload;
pub(crate) mod signature;
mod status;

pub use credentials::{WhatsAppConfig, WhatsAppCredentials};

/// The channel, as conversations call it.
const CHANNEL: &str = "whatsapp";
