//! Connections to providers, and what they send.
//!
//! An [`integrations`] row holds where a provider is and, sealed, how to speak with it. A provider's door is in [`webhooks`]:
//! it checks the signature over the raw bytes, keeps the event as it came and queues a job. [`ProcessInbound`] does that job:
//! it reads the event in the provider's terms and hands it to the inbox in ours. Whoever operates it looks at [`events`].
//!
//! The other way, [`webhook_endpoints`] are where an organization has its own events sent, and [`delivery`] sends them there. Whoever
//! would rather come for them follows [`streams`].
pub mod connections;
mod contents;
pub mod delivery;
pub mod events;
pub mod gmail;
pub mod hmac_webhook;
mod http;
pub mod integrations;
pub mod ldap;
pub mod mappings;
pub mod oidc;
mod problem;
mod process;
mod provider;
mod reach;
pub mod sendgrid;
pub mod streams;
mod tls;
pub mod twilio;
mod vouching;
pub mod webhook_deliveries;
pub mod webhook_endpoints;
pub mod webhooks;
mod whatsapp;

pub use problem::IntegrationProblem;
pub use process::ProcessInbound;
pub use provider::{Kind, Provider};
pub use reach::Reach;
pub use vouching::Providers;
pub use whatsapp::{WhatsAppConfig, WhatsAppCredentials};

use purser_store::ports::Restorable;
use std::sync::Arc;

/// What of this crate's people delete and can bring back.
pub fn restorables() -> Vec<Arc<dyn Restorable>> {
    vec![Arc::new(integrations::deletion::DeletedIntegrations), Arc::new(webhook_endpoints::deletion::DeletedEndpoints)]
}
