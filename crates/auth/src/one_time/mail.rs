//! The job that makes a token and mails it.
use super::letter::letter;
use crate::{
    people,
    tokens::{OneTimeTokens, Subject},
};
use async_trait::async_trait;
use chrono::TimeDelta;
use purser_entity_auth::{
    one_time_token::{ActiveModel, Column, Entity, Purpose},
    user, user_credential,
};
use purser_kernel::{
    Email, Id, Links, UserId,
    ids::OneTimeTokenId,
    ports::{Mail, Mailer},
};
use purser_store::{
    MasterKey,
    jobs::{Job, JobHandler},
    prelude::*,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::Arc;

/// Mails of one purpose that a person gets within [`WINDOW`]; what is asked for beyond is dropped.
const MOST: usize = 3;
const WINDOW: TimeDelta = TimeDelta::hours(1);

/// Makes a token and mails it to its owner, once for each job however often that runs: the token's id is the job's, the token
/// follows from it, and a mail that is sent again is the same.
pub struct MailToken {
    tokens: OneTimeTokens,
    mailer: Arc<dyn Mailer>,
    links: Links,
}

#[derive(Serialize, Deserialize)]
struct Payload {
    user_id: UserId,
    purpose: For,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum For {
    VerifyEmail,
    ResetPassword,
}

impl MailToken {
    const KIND: &'static str = "auth.mail_token";

    /// The handler, with the key that tokens follow from.
    pub fn new(master: &MasterKey, mailer: Arc<dyn Mailer>, links: Links) -> Result<Self, Problem> {
        Ok(Self { tokens: OneTimeTokens::new(master)?, mailer, links })
    }

    /// The job that mails `user` a token.
    pub(crate) fn job(user: UserId, purpose: Purpose) -> NewJob {
        let purpose = match purpose {
            Purpose::VerifyEmail => For::VerifyEmail,
            Purpose::ResetPassword => For::ResetPassword,
        };
        NewJob::new(Self::KIND, json!(Payload { user_id: user, purpose }))
    }

    /// The mail to be sent; `None` when there is nobody to send it to, or it has been enough.
    async fn prepare(
        &self,
        system: System<'_>,
        id: OneTimeTokenId,
        user: UserId,
        purpose: Purpose,
    ) -> Result<Option<Mail>, Problem> {
        // Locked, so that jobs of one person count each other's tokens.
        let own = user_credential::Column::UserId.eq(user);
        let credential = system.find::<user_credential::Entity>().filter(own).for_update().one().await?;
        let Some(person) = people::active_in(system, user).await?.filter(|person| wanted(person, purpose)) else {
            return Ok(None);
        };
        if credential.is_none_or(|credential| credential.password_hash.is_none()) {
            return Ok(None);
        }
        // Who has no claim on an address has nothing to prove by a mail.
        let Some(email) = person.email_normalized.as_deref() else {
            return Ok(None);
        };
        let subject = Subject { user, id, purpose, email };
        let token = match system.find::<Entity>().filter(Column::Id.eq(id)).one().await? {
            // This job was here before and may not have come to sending the mail.
            Some(kept) if kept.used_at.is_none() && kept.expires_at > system.now() => {
                self.tokens.kept(subject, &kept.token_hash)?
            }
            Some(_) => None,
            None => {
                let token = self.tokens.of(system, subject).await?;
                keep(system, id, user, purpose, token.hash()).await?.then_some(token)
            }
        };
        let Some(token) = token else {
            return Ok(None);
        };
        let to = Email::parse("/email", &person.email)?;
        Ok(Some(letter(purpose, to, &token.reveal(), &self.links, id.as_uuid())))
    }
}

/// An address is verified once.
fn wanted(person: &user::Model, purpose: Purpose) -> bool {
    purpose != Purpose::VerifyEmail || person.email_verified_at.is_none()
}

fn lifetime(purpose: Purpose) -> TimeDelta {
    match purpose {
        Purpose::VerifyEmail => TimeDelta::days(3),
        Purpose::ResetPassword => TimeDelta::hours(1),
    }
}

/// Keeps the hash of a token that is about to be mailed. `false` when there were enough lately.
async fn keep(
    system: System<'_>,
    id: OneTimeTokenId,
    user: UserId,
    purpose: Purpose,
    token_hash: Vec<u8>,
) -> Result<bool, Problem> {
    let now = system.now();
    let old = Column::UserId.eq(user).and(Column::CreatedAt.lt(now - WINDOW)).and(Column::ExpiresAt.lt(now));
    system.remove::<Entity>(old).await?;
    let lately = Column::UserId.eq(user).and(Column::Purpose.eq(purpose)).and(Column::CreatedAt.gt(now - WINDOW));
    let most = u64::try_from(MOST).unwrap_or(u64::MAX);
    if system.find::<Entity>().filter(lately).all(most).await?.len() >= MOST {
        return Ok(false);
    }
    let row = ActiveModel {
        id: Set(id),
        user_id: Set(user),
        purpose: Set(purpose),
        token_hash: Set(token_hash),
        expires_at: Set(now + lifetime(purpose)),
        used_at: Set(None),
        ..Default::default()
    };
    system.insert(row).await.map(|_| true)
}

#[async_trait]
impl JobHandler for MailToken {
    fn kind(&self) -> &'static str {
        Self::KIND
    }

    fn at_once(&self, slots: usize) -> usize {
        // The mail server may be slow, and there are other kinds of mails.
        slots / 4
    }

    async fn run(&self, store: &Store, job: &Job) -> Result<(), Problem> {
        let Payload { user_id, purpose } = job.payload()?;
        let purpose = match purpose {
            For::VerifyEmail => Purpose::VerifyEmail,
            For::ResetPassword => Purpose::ResetPassword,
        };
        let tx = store.person(user_id).await?;
        let mail = self.prepare(tx.system(), Id::from_uuid(job.id().as_uuid()), user_id, purpose).await?;
        tx.commit().await?;
        match mail {
            Some(mail) => self.mailer.send(mail).await,
            None => Ok(()),
        }
    }
}
