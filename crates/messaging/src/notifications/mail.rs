//! The job that mails notifications: one by itself, or all of a digest.
use super::{Parties, letters};
use async_trait::async_trait;
use purser_entity_messaging::notification::{Column, Entity, Model};
use purser_kernel::{
    Actor, Links, PermissionSet, UserId,
    ids::NotificationId,
    ports::{Mail, Mailer},
};
use purser_store::{
    jobs::{Job, JobHandler},
    ports::Mailbox,
    prelude::*,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::Arc;

const KIND: &str = "notifications.mail";
/// Notifications that a digest shows.
const MAX_SHOWN: u64 = 50;

/// What is mailed.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum About {
    One {
        id: NotificationId,
    },
    /// What was put into the person's digest at that time.
    Digest {
        user_id: UserId,
        at: Timestamp,
    },
}

/// The job that mails this notification.
pub(super) fn one(id: NotificationId) -> NewJob {
    NewJob::new(KIND, json!(About::One { id }))
}

/// The job that mails the person's digest.
pub(super) fn digest(user_id: UserId, at: Timestamp) -> NewJob {
    NewJob::new(KIND, json!(About::Digest { user_id, at }))
}

/// Mails notifications. What they say and whether they are still to be said is looked up when the mail is sent.
pub struct SendNotifications {
    parties: Parties,
    mailer: Arc<dyn Mailer>,
    pages: Links,
}

impl SendNotifications {
    /// The handler.
    pub fn new(parties: Parties, mailer: Arc<dyn Mailer>, pages: Links) -> Self {
        Self { parties, mailer, pages }
    }

    /// What was not read, to whom, and how much there is beyond what is shown.
    async fn unread(&self, tx: &ReadTx, about: About) -> Result<Option<(UserId, Vec<Model>, i64)>, Problem> {
        let unread = || Column::ReadAt.is_null();
        match about {
            About::One { id } => {
                let row = tx.find::<Entity>().filter(unread().and(Column::Id.eq(id))).one().await?;
                Ok(row.map(|row| (row.user_id, vec![row], 0)))
            }
            About::Digest { user_id, at } => {
                let these = || unread().and(Column::UserId.eq(user_id)).and(Column::DigestedAt.eq(at));
                let rows = tx.find::<Entity>().filter(these()).order_by(Column::Number, Asc).all(MAX_SHOWN).await?;
                let all = tx.find::<Entity>().filter(these()).count().await?;
                let shown = i64::try_from(rows.len()).unwrap_or(i64::MAX);
                Ok(Some((user_id, rows, all - shown)))
            }
        }
    }

    /// The mail, unless there is nothing to be said any more or nobody to say it to.
    async fn compose(&self, store: &Store, job: &Job) -> Result<Option<Mail>, Problem> {
        let (about, scope) = (job.payload()?, job.scope()?);
        let tx = store.read(&scope).await?;
        let Some((person, rows, others)) = self.unread(&tx, about).await? else {
            return Ok(None);
        };
        drop(tx);
        // In the person's own scope: nobody else sees where mails reach them.
        let own = Scope { actor: Actor::User(person), permissions: PermissionSet::empty(), ..scope };
        let tx = store.read(&own).await?;
        let rows = self.parties.mailable(&tx, person, rows).await?;
        let mailbox = self.parties.people.mailbox(&tx, person).await?;
        let letter = match (about, rows.first()) {
            (_, None) => None,
            (About::One { .. }, Some(row)) => Some(letters::one(row, &self.pages)),
            (About::Digest { .. }, Some(_)) => Some(letters::digest(&rows, others, &self.pages)),
        };
        Ok(letter.zip(mailbox).map(|(letters::Letter { subject, text }, Mailbox { email, .. })| Mail {
            to: email,
            subject,
            text,
            html: None,
            reference: job.id().as_uuid(),
        }))
    }
}

#[async_trait]
impl JobHandler for SendNotifications {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn at_once(&self, slots: usize) -> usize {
        // The mail server may be slow, and there are other kinds of mails.
        slots / 4
    }

    async fn run(&self, store: &Store, job: &Job) -> Result<(), Problem> {
        // No transaction waits for a mail server.
        match self.compose(store, job).await? {
            Some(mail) => self.mailer.send(mail).await,
            None => Ok(()),
        }
    }
}
