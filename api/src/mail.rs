//! How mails leave: by SMTP, or as files while somebody develops.
mod compose;
mod mailbox;
mod smtp;

pub use mailbox::{FileMailbox, directory};
pub use smtp::{Relay, SmtpMailer};

use crate::Config;
use compose::Composer;
use lettre::{Address, message::Mailbox};
use purser_auth::SignUpMode;
use purser_kernel::{Clock, Email, Problem, ports::Mailer};
use std::sync::Arc;

/// What an operator is told whose mails nobody gets. `None` where they leave, or nobody expects them to.
pub fn stay_here(config: &Config) -> Option<&'static str> {
    match config.sign_up {
        _ if !config.mails_stay_here() => None,
        SignUpMode::AtOnce => Some("without PURSER_SMTP_URL nobody gets them; they stay in the data directory"),
        SignUpMode::ByMail => Some(
            "without PURSER_SMTP_URL nobody gets them and nobody can sign up (PURSER_SIGN_UP); they stay in the data directory",
        ),
    }
}

/// Who mails are from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sender(Mailbox);

impl Sender {
    /// Reads an address, with or without a name: `Purser <purser@example.com>`.
    pub fn parse(text: &str) -> Option<Self> {
        let mailbox: Mailbox = text.trim().parse().ok()?;
        Email::parse("/mail_from", mailbox.email.as_ref()).ok()?;
        let plain = mailbox.name.as_deref().is_none_or(|name| !name.chars().any(char::is_control));
        plain.then_some(Self(mailbox))
    }
}

/// The mailer that the configuration asks for.
pub fn mailer(config: &Config, clock: Clock) -> Result<Arc<dyn Mailer>, Problem> {
    let from = match config.mail_from.clone() {
        Some(Sender(mailbox)) => mailbox,
        // For mails that stay here. Nobody is at this address, ever (RFC 2606).
        None => Mailbox::new(None, Address::new("purser", "purser.invalid").map_err(Problem::internal)?),
    };
    let composer = Composer::new(from, clock);
    Ok(match &config.smtp_url {
        Some(relay) => Arc::new(SmtpMailer::new(relay, composer)?),
        None => Arc::new(FileMailbox::new(directory(&config.data_dir), composer)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sender_is_an_address_with_or_without_a_name() {
        for text in ["purser@example.com", "Purser <purser@example.com>", " \"Purser, Inc.\" <purser@example.com> "] {
            assert!(Sender::parse(text).is_some(), "{text}");
        }
        for text in ["", "Purser", "a@example.com, b@example.com", "a@example.com\r\nBcc: b@example.com", "a@localhost"]
        {
            assert!(Sender::parse(text).is_none(), "{text}");
        }
    }
}
