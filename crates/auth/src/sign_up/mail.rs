//! The mails of who signs up by mail.
use super::by_mail::founded_by;
use async_trait::async_trait;
use chrono::TimeDelta;
use purser_entity_auth::{
    sign_up::{ActiveModel, Column, Entity, Model},
    user,
};
use purser_kernel::{
    Email, ExposeSecret, Links, SecretString,
    ids::SignUpId,
    ports::{Mail, Mailer},
};
use purser_store::{
    MailToken, MailTokens, MasterKey,
    jobs::{Job, JobHandler},
    prelude::*,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::Arc;

/// Mails that an address gets within [`WINDOW`]; what is asked for beyond is dropped.
const MOST: usize = 3;
const WINDOW: TimeDelta = TimeDelta::hours(1);
/// The page of the front end that asks for the rest.
const PAGE: &str = "complete-signup";

/// Sends them: the job that is queued when a mail is asked for. However often it runs, the token is the same.
pub struct MailSignUp {
    tokens: MailTokens,
    mailer: Arc<dyn Mailer>,
    links: Links,
}

#[derive(Serialize, Deserialize)]
struct Payload {
    sign_up_id: SignUpId,
}

impl MailSignUp {
    const KIND: &'static str = "auth.mail_sign_up";

    /// The handler, with the key that tokens follow from.
    pub fn new(master: &MasterKey, mailer: Arc<dyn Mailer>, links: Links) -> Result<Self, Problem> {
        Ok(Self { tokens: MailTokens::new(master, "auth/derive-sign-up-tokens")?, mailer, links })
    }

    pub(super) fn job(sign_up: SignUpId) -> NewJob {
        // Anybody can ask for any number of these: mails to people who have an account go first.
        NewJob::new(Self::KIND, json!(Payload { sign_up_id: sign_up })).priority(-10)
    }

    /// The mail to be sent; `None` when the sign-up is over, or the address got enough.
    async fn prepare(&self, system: System<'_>, id: SignUpId) -> Result<Option<Mail>, Problem> {
        let open = Column::Id.eq(id).and(Column::ExpiresAt.gt(system.now()));
        let Some(sign_up) = system.find::<Entity>().filter(open).one().await? else {
            return Ok(None);
        };
        if enough(system, &sign_up).await? {
            // What is dropped does not count against those who ask later.
            system.remove::<Entity>(Column::Id.eq(id)).await?;
            return Ok(None);
        }
        let account = user::Column::EmailNormalized.eq(sign_up.email_normalized.as_str());
        let to = Email::parse("/email", &sign_up.email)?;
        if system.find::<user::Entity>().filter(account).one().await?.is_some() {
            return Ok(Some(known(to, id)));
        }
        let token = self.token(system, &sign_up).await?;
        Ok(token.map(|token| unknown(to, &token.reveal(), &self.links, id)))
    }

    /// The token of which a run before this one kept the hash, or a new one. `None` when the master key that made it is gone: it may lie
    /// in the mailbox, where another would take its worth.
    async fn token(&self, system: System<'_>, sign_up: &Model) -> Result<Option<MailToken>, Problem> {
        let (organization, row) = (founded_by(sign_up.id), sign_up.id.as_uuid());
        if let Some(hash) = &sign_up.token_hash {
            return self.tokens.kept(organization, row, &[], hash);
        }
        let token = self.tokens.make(system, organization, row, &[]).await?;
        let keep = |row: &mut ActiveModel| row.token_hash = Set(Some(token.hash()));
        system.update_where(Column::Id.eq(sign_up.id), keep).await?;
        Ok(Some(token))
    }
}

/// Whether as many mails as an address gets were asked for shortly before this one.
async fn enough(system: System<'_>, sign_up: &Model) -> Result<bool, Problem> {
    let before = Column::EmailNormalized.eq(sign_up.email_normalized.as_str()).and(Column::Id.lt(sign_up.id));
    let lately = before.and(Column::CreatedAt.gt(sign_up.created_at - WINDOW));
    let most = u64::try_from(MOST).unwrap_or(u64::MAX);
    Ok(system.find::<Entity>().filter(lately).all(most).await?.len() >= MOST)
}

fn unknown(to: Email, token: &SecretString, links: &Links, id: SignUpId) -> Mail {
    let text = format!(
        "Hello,\n\nsomebody, probably you, wants to sign up with this mail address. Go on here; the link works once, for one \
         day:\n\n{}\n\nIf it was not you, you need not do anything: nothing is made without this link.\n",
        links.with_token(PAGE, token.expose_secret())
    );
    Mail { to, subject: "Finish signing up".to_owned(), text, html: None, reference: id.as_uuid() }
}

fn known(to: Email, id: SignUpId) -> Mail {
    let text = "Hello,\n\nsomebody, probably you, wants to sign up with this mail address. There is an account with it already: sign \
                in as before. If you have forgotten the password, you can have another mail sent by which you choose a new \
                one.\n\nIf it was not you, you need not do anything.\n";
    let subject = "You have an account already".to_owned();
    Mail { to, subject, text: text.to_owned(), html: None, reference: id.as_uuid() }
}

#[async_trait]
impl JobHandler for MailSignUp {
    fn kind(&self) -> &'static str {
        Self::KIND
    }

    fn at_once(&self, slots: usize) -> usize {
        // The mail server may be slow, and there are other kinds of mails.
        slots / 4
    }

    async fn run(&self, store: &Store, job: &Job) -> Result<(), Problem> {
        let Payload { sign_up_id } = job.payload()?;
        let tx = store.system().await?;
        let mail = self.prepare(tx.system(), sign_up_id).await?;
        tx.commit().await?;
        match mail {
            Some(mail) => self.mailer.send(mail).await,
            None => Ok(()),
        }
    }
}
