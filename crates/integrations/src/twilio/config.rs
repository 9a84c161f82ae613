//! What it takes to hear from Twilio.
use crate::{connections::Connects, provider::Provider};
use purser_kernel::{Problem, text};
use serde::{Deserialize, Serialize};

/// Where our side is. Not secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TwilioConfig {
    /// Twilio's id of the account: `AC` and 32 hexadecimal digits.
    pub account_sid: String,
}

const DIGITS: usize = 32;

impl Connects for TwilioConfig {
    const PROVIDER: Provider = Provider::Twilio;
    const SECRET: Option<&'static str> = Some("auth_token");

    fn checked(self) -> Result<Self, Problem> {
        const POINTER: &str = "/config/account_sid";
        let account_sid = text::line(POINTER, &self.account_sid, DIGITS + 2)?;
        let digits = account_sid.strip_prefix("AC").unwrap_or_default();
        if digits.len() != DIGITS || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            let why = "must be Twilio's id of the account: AC and 32 hexadecimal digits";
            return Err(Problem::invalid(POINTER, "not_an_id", why));
        }
        Ok(Self { account_sid })
    }

    fn account(&self) -> Option<String> {
        Some(self.account_sid.clone())
    }
}
