//! What it takes to hear from SendGrid.
use super::signature::key;
use crate::{connections::Connects, provider::Provider};
use purser_kernel::{Email, Problem, text::Findings};
use serde::{Deserialize, Serialize};

/// Whom mails come for, and what SendGrid signs with. Not secret: its keys are public ones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SendGridConfig {
    /// Mails to these addresses are taken in.
    pub addresses: Vec<String>,
    /// What mails are signed with ("security policy" of the Parse setting), in Base64.
    pub inbound_public_key: Option<String>,
    /// What events are signed with ("Signed Event Webhook"), in Base64.
    pub event_public_key: Option<String>,
}

const MOST_ADDRESSES: usize = 50;
const MAX_KEY: usize = 500;

impl Connects for SendGridConfig {
    const PROVIDER: Provider = Provider::SendGrid;
    const SECRET: Option<&'static str> = None;

    fn checked(self) -> Result<Self, Problem> {
        let Self { addresses, inbound_public_key, event_public_key } = self;
        let mut findings = Findings::new();
        let mut kept = Vec::new();
        if addresses.len() > MOST_ADDRESSES {
            findings.check(Err::<(), _>(invalid("addresses", "too_many", "must have at most 50 entries")))?;
        }
        for (position, address) in addresses.iter().take(MOST_ADDRESSES).enumerate() {
            let email = findings.check(Email::parse(&format!("/config/addresses/{position}"), address))?;
            kept.extend(email.map(|email| email.normalized()).filter(|email| !kept.contains(email)));
        }
        if inbound_public_key.is_none() && event_public_key.is_none() {
            let why = "must be given, or event_public_key: what is not signed is not taken";
            findings.check(Err::<(), _>(invalid("inbound_public_key", "required", why)))?;
        }
        if inbound_public_key.is_some() && addresses.is_empty() {
            let why = "must name an address that mails come for";
            findings.check(Err::<(), _>(invalid("addresses", "required", why)))?;
        }
        let keys = [("inbound_public_key", &inbound_public_key), ("event_public_key", &event_public_key)];
        for (name, given) in keys {
            if given.as_ref().is_some_and(|given| given.len() > MAX_KEY || key(given).is_none()) {
                let why = "must be a public key as SendGrid shows it: P-256, in Base64";
                findings.check(Err::<(), _>(invalid(name, "not_a_key", why)))?;
            }
        }
        findings.finish()?;
        Ok(Self { addresses: kept, inbound_public_key, event_public_key })
    }
}

fn invalid(name: &str, code: &'static str, why: &'static str) -> Problem {
    Problem::invalid(format!("/config/{name}"), code, why)
}
