//! What opens a door, and who has it.
use super::door;
use crate::{
    IntegrationProblem, Provider, Reach, connections,
    contents::is_id,
    gmail::{self, GmailConfig, Keys},
    hmac_webhook::{self, HmacConfig},
    integrations,
    sendgrid::{self, SendGridConfig},
    twilio, whatsapp,
};
use purser_kernel::{Links, SecretString, hex, ids::IntegrationId};
use purser_store::prelude::*;
use sha2::{Digest, Sha256};
use std::{collections::BTreeMap, fmt, sync::Arc};

/// A request at a door, as it came.
#[derive(Clone, Copy)]
pub struct Knock<'r> {
    /// Path and query, as they were sent.
    pub target: &'r str,
    /// By lower-case name.
    pub headers: &'r BTreeMap<String, String>,
    /// The bytes.
    pub body: &'r [u8],
}

impl<'r> Knock<'r> {
    /// A header, by its lower-case name.
    pub(crate) fn header(&self, name: &str) -> Option<&'r str> {
        self.headers.get(name).map(String::as_str)
    }
}

impl fmt::Debug for Knock<'_> {
    /// A body is what customers wrote and has no place in a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Knock").finish_non_exhaustive()
    }
}

/// A body of which is known that the provider sent it. Made by [`Doors::check`] alone.
pub struct Authentic<'b> {
    pub(super) integration: IntegrationId,
    pub(super) provider: Provider,
    /// The provider's id of the event; the body's SHA-256 where there is none.
    pub(super) provider_event_id: String,
    pub(super) body: &'b [u8],
}

impl fmt::Debug for Authentic<'_> {
    /// A body is what customers wrote and has no place in a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authentic").field("integration", &self.integration).finish_non_exhaustive()
    }
}

/// What is needed to see who knocks at a door.
pub struct Lock {
    integration: IntegrationId,
    now: Timestamp,
    key: Key,
}

enum Key {
    WhatsApp(SecretString),
    Twilio(SecretString),
    SendGrid(SendGridConfig),
    Gmail(GmailConfig),
    Hmac(HmacConfig, SecretString),
}

impl fmt::Debug for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lock").field("integration", &self.integration).finish_non_exhaustive()
    }
}

impl Lock {
    /// The lock of a door. `not_found` when it is not open.
    ///
    /// Apart from [`accept`](super::accept) because it only reads: whoever knocks without a signature does not get hold of the one
    /// writer that SQLite has. Apart from [`Doors::check`] because that may ask the provider for its keys.
    pub async fn of(tx: &ReadTx, provider: Provider, integration: IntegrationId) -> Result<Self, Problem> {
        let row = door(tx, integration, provider).await?;
        let key = match provider {
            Provider::WhatsApp => Key::WhatsApp(integrations::credentials(tx, &row).await?.app_secret),
            Provider::Twilio => Key::Twilio(connections::secret(tx, &row).await?),
            Provider::SendGrid => Key::SendGrid(connections::config(&row.config)?),
            Provider::Gmail => Key::Gmail(connections::config(&row.config)?),
            Provider::Hmac => Key::Hmac(connections::config(&row.config)?, connections::secret(tx, &row).await?),
            Provider::Ldap | Provider::Oidc => return Err(Problem::not_found("integration")),
        };
        Ok(Self { integration, now: tx.now(), key })
    }

    fn provider(&self) -> Provider {
        match self.key {
            Key::WhatsApp(_) => Provider::WhatsApp,
            Key::Twilio(_) => Provider::Twilio,
            Key::SendGrid(_) => Provider::SendGrid,
            Key::Gmail(_) => Provider::Gmail,
            Key::Hmac(..) => Provider::Hmac,
        }
    }
}

/// Sees who knocks.
#[derive(Clone)]
pub struct Doors {
    links: Links,
    google: Arc<Keys>,
}

impl fmt::Debug for Doors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Doors").field("links", &self.links).finish_non_exhaustive()
    }
}

impl Doors {
    /// Doors below `links`, the address that providers know. Google's keys are fetched from `google_keys`.
    pub fn new(links: Links, google_keys: &str, reach: Reach) -> Result<Self, Problem> {
        Ok(Self { links, google: Arc::new(Keys::new(google_keys, reach)?) })
    }

    /// Sees whether the provider knocks. `invalid_signature` when it does not.
    pub async fn check<'r>(&self, lock: &Lock, knock: Knock<'r>) -> Result<Authentic<'r>, Problem> {
        // What nobody has signed is not taken apart.
        let (is_right, id) = match &lock.key {
            Key::WhatsApp(secret) => {
                let signature = knock.header("x-hub-signature-256");
                (whatsapp::signature::is_valid(secret, knock.body, signature), None)
            }
            Key::Twilio(token) => {
                let url = self.links.page(knock.target.trim_start_matches('/'));
                let is_right = twilio::is_valid(token, &url, knock);
                (is_right, if is_right { twilio::event_id(knock) } else { None })
            }
            Key::SendGrid(config) => {
                let is_right = sendgrid::is_valid(config, knock);
                (is_right, if is_right { sendgrid::event_id(knock).await } else { None })
            }
            Key::Gmail(config) => {
                let is_right = gmail::is_valid(config, &self.google, knock, lock.now).await?;
                (is_right, if is_right { gmail::event_id(knock.body) } else { None })
            }
            Key::Hmac(config, secret) => {
                let is_right = hmac_webhook::is_valid(config, secret, knock, lock.now);
                (is_right, if is_right { hmac_webhook::event_id(config, knock) } else { None })
            }
        };
        if !is_right {
            return Err(Problem::of(IntegrationProblem::InvalidSignature));
        }
        // What has an empty id has none: by it, every event would be the same.
        let id = id.filter(|id| !id.trim().is_empty());
        let provider_event_id =
            id.map_or_else(|| digest(knock.body), |id| if is_id(&id) { id } else { digest(id.as_bytes()) });
        Ok(Authentic { integration: lock.integration, provider: lock.provider(), provider_event_id, body: knock.body })
    }
}

fn digest(bytes: &[u8]) -> String {
    hex::encode(&Sha256::digest(bytes))
}
