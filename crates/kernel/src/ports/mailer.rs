//! Mails that Purser sends.
use crate::{Email, Problem};
use async_trait::async_trait;
use std::fmt;
use uuid::Uuid;

/// A mail to one person.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    /// To whom.
    pub to: Email,
    /// One line. What would begin another header is refused by the mailer.
    pub subject: String,
    /// The whole message as plain text.
    pub text: String,
    /// The same message as HTML, for programs that show it.
    pub html: Option<String>,
    /// Names this mail. Sent again, it has the same: it becomes the Message-ID (RFC 5322, section 3.6.4), by which the receiver's
    /// program knows a second copy. The id of the job that sends the mail, as a rule.
    pub reference: Uuid,
}

impl fmt::Debug for Mail {
    /// Address and text are personal data, and the text may hold a token.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mail").field("reference", &self.reference).finish_non_exhaustive()
    }
}

/// Sends mails.
///
/// Called by jobs, after the commit of what the mail is about, and never while a transaction is open: a mail server may take
/// its time. A job runs at least once, so a mail may arrive twice; its payload holds ids only, and whatever is secret in the
/// mail is made again from them.
#[async_trait]
pub trait Mailer: Send + Sync {
    /// Hands the mail over. Once it returns `Ok`, the mail is the mail server's to deliver, or lies in the mailbox.
    ///
    /// `internal` when it could not be handed over; the job tries again. The cause names no address: it goes to the log.
    async fn send(&self, mail: Mail) -> Result<(), Problem>;
}
