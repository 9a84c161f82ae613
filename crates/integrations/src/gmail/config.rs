//! What it takes to hear from Gmail.
use crate::{connections::Connects, provider::Provider};
use purser_kernel::{Email, Problem, text, text::Findings};
use serde::{Deserialize, Serialize};

/// Which mailbox it is, and who may push. Not secret: what is pushed is signed with Google's keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GmailConfig {
    /// The mailbox.
    pub email_address: String,
    /// The audience of the push subscription.
    pub audience: String,
    /// The service account of the push subscription.
    pub service_account: String,
}

const MAX_AUDIENCE: usize = 500;

impl Connects for GmailConfig {
    const PROVIDER: Provider = Provider::Gmail;
    const SECRET: Option<&'static str> = None;

    fn checked(self) -> Result<Self, Problem> {
        let mut findings = Findings::new();
        let mailbox = findings.check(Email::parse("/config/email_address", &self.email_address))?;
        let audience = findings.check(text::line("/config/audience", &self.audience, MAX_AUDIENCE))?;
        let account = findings.check(Email::parse("/config/service_account", &self.service_account))?;
        findings.finish()?;
        match (mailbox, audience, account) {
            (Some(mailbox), Some(audience), Some(account)) => {
                Ok(Self { email_address: mailbox.normalized(), audience, service_account: account.normalized() })
            }
            _ => Err(Problem::internal("what is missing was found before")),
        }
    }

    fn account(&self) -> Option<String> {
        Some(self.email_address.clone())
    }
}
