//! The mails that servers under test have sent.
use super::{TestApp, eventually};
use crate::database::TestDatabase;
use mailparse::{MailHeaderMap, ParsedMail, parse_mail};
use std::fs;

/// A mail that was sent.
#[derive(Clone, Debug)]
pub struct ReceivedMail {
    /// To whom.
    pub to: String,
    /// The subject.
    pub subject: String,
    /// The text.
    pub text: String,
    /// The HTML, if there is any.
    pub html: Option<String>,
    /// The Message-ID: the same for a mail that was sent again.
    pub message_id: String,
}

impl ReceivedMail {
    /// The token of the link in it.
    pub fn token(&self) -> String {
        let (_, rest) = self.text.split_once("#token=").unwrap_or_else(|| panic!("no link in {self:?}"));
        rest.chars().take_while(|c| c.is_ascii_alphanumeric() || "-_.".contains(*c)).collect()
    }

    fn read(content: &[u8]) -> Self {
        let mail = parse_mail(content).expect("a mail can be parsed");
        let header = |name: &str| mail.headers.get_first_value(name).unwrap_or_default();
        Self {
            to: header("To"),
            subject: header("Subject"),
            text: part(&mail, "text/plain").expect("a mail has a text"),
            html: part(&mail, "text/html"),
            message_id: header("Message-ID"),
        }
    }
}

fn part(mail: &ParsedMail<'_>, media_type: &str) -> Option<String> {
    let found = mail.parts().find(|part| part.ctype.mimetype == media_type)?;
    Some(found.get_body().expect("a part can be decoded"))
}

/// The mails to this address that servers over the database have sent, in the order of their references: the oldest first.
pub fn mails(database: &TestDatabase, to: &str) -> Vec<ReceivedMail> {
    let Ok(files) = fs::read_dir(database.folder.path().join("mail")) else { return Vec::new() };
    let mut files: Vec<_> = files.map(|file| file.expect("the mailbox can be listed").path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "eml"));
    files.sort();
    let all = files.iter().map(|file| ReceivedMail::read(&fs::read(file).expect("a mail can be read")));
    all.filter(|mail| mail.to.eq_ignore_ascii_case(to)).collect()
}

impl TestApp {
    /// The mails to this address so far, the oldest first.
    pub fn mails(&self, to: &str) -> Vec<ReceivedMail> {
        mails(&self.database, to)
    }

    /// Waits for the latest mail to this address whose subject has `subject` in it.
    pub async fn mail(&self, to: &str, subject: &str) -> ReceivedMail {
        eventually(&format!("a mail about {subject:?}"), || async {
            self.mails(to).into_iter().rfind(|mail| mail.subject.contains(subject))
        })
        .await
    }
}
