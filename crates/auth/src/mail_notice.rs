//! Mails that tell people what was done to their account.
use crate::people;
use async_trait::async_trait;
use purser_kernel::{
    Email, UserId,
    ports::{Mail, Mailer},
};
use purser_store::{
    jobs::{Job, JobHandler},
    prelude::*,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::Arc;

/// What they are told.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Notice {
    /// An administrator has taken their second factor away.
    MfaReset,
}

impl Notice {
    fn subject(self) -> &'static str {
        match self {
            Self::MfaReset => "Your second factor was taken away",
        }
    }

    fn text(self) -> &'static str {
        match self {
            Self::MfaReset => {
                "Hello,\n\nan administrator has taken the second factor of your account away, recovery codes included, and has ended \
                 all your sessions. From now on you sign in with your password alone.\n\nIf you have asked for this: sign in and set \
                 a new one up.\n\nIf you have not: choose another password at once, set a new second factor up, and tell whoever runs \
                 this installation.\n"
            }
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Payload {
    user_id: UserId,
    notice: Notice,
}

/// Sends them: the job that is queued with the deed.
pub struct MailNotice {
    mailer: Arc<dyn Mailer>,
}

impl MailNotice {
    const KIND: &'static str = "auth.mail_notice";

    /// The handler.
    pub fn new(mailer: Arc<dyn Mailer>) -> Self {
        Self { mailer }
    }

    /// The job that tells the person.
    pub(crate) fn job(person: UserId, notice: Notice) -> NewJob {
        NewJob::new(Self::KIND, json!(Payload { user_id: person, notice }))
    }
}

#[async_trait]
impl JobHandler for MailNotice {
    fn kind(&self) -> &'static str {
        Self::KIND
    }

    fn at_once(&self, slots: usize) -> usize {
        // The mail server may be slow, and there are other kinds of mails.
        slots / 4
    }

    async fn run(&self, store: &Store, job: &Job) -> Result<(), Problem> {
        let Payload { user_id, notice } = job.payload()?;
        let tx = store.system_read().await?;
        let person = people::active_in(tx.system(), user_id).await?;
        drop(tx);
        // Who has no claim on an address is told nothing there.
        let Some(person) = person.filter(|person| person.email_normalized.is_some()) else {
            return Ok(());
        };
        let to = Email::parse("/email", &person.email)?;
        let (subject, text) = (notice.subject().to_owned(), notice.text().to_owned());
        self.mailer.send(Mail { to, subject, text, html: None, reference: job.id().as_uuid() }).await
    }
}
