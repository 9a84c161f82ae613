//! The job that sends a mail about a request.
use crate::{DecisionLinks, letters, requests::decisions_of};
use async_trait::async_trait;
use purser_entity_approvals::{approval_link, approval_request};
use purser_kernel::{
    Actor, ExposeSecret, Links, PermissionSet, UserId,
    ids::{ApprovalLinkId, ApprovalRequestId},
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

const KIND: &str = "approvals.mail";
/// The page of the front end that shows what the link is about, and asks.
const PAGE: &str = "decide";

/// What a mail is about.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum About {
    /// A question, and the link to answer it.
    Decide { link_id: ApprovalLinkId, reminder: bool },
    /// What came of a question.
    Outcome { request_id: ApprovalRequestId },
}

#[derive(Serialize, Deserialize)]
struct Payload {
    user_id: UserId,
    about: About,
}

/// The job that sends this person a mail.
pub(crate) fn job(user_id: UserId, about: About) -> NewJob {
    NewJob::new(KIND, json!(Payload { user_id, about }))
}

/// Sends mails about requests. A link's token is made again from its row; nothing that a mail carries waits in a table.
pub struct SendApprovalMail {
    links: DecisionLinks,
    mailer: Arc<dyn Mailer>,
    pages: Links,
}

impl SendApprovalMail {
    /// The handler.
    pub fn new(links: DecisionLinks, mailer: Arc<dyn Mailer>, pages: Links) -> Self {
        Self { links, mailer, pages }
    }

    /// The mail, unless there is nothing to be said any more or nobody to say it to.
    async fn compose(&self, tx: &ReadTx, person: UserId, about: About) -> Result<Option<letters::Letter>, Problem> {
        match about {
            About::Decide { link_id, reminder } => self.question(tx, person, link_id, reminder).await,
            About::Outcome { request_id } => self.outcome(tx, request_id).await,
        }
    }

    async fn question(
        &self,
        tx: &ReadTx,
        person: UserId,
        id: ApprovalLinkId,
        reminder: bool,
    ) -> Result<Option<letters::Letter>, Problem> {
        let Some(link) = tx.find_by_id::<approval_link::Entity>(id).await? else {
            return Ok(None);
        };
        let request = tx.get::<approval_request::Entity>(link.request_id).await?;
        let open = request.status == approval_request::Status::Pending && request.step == link.step;
        if !open || link.used_at.is_some() || link.expires_at <= tx.now() {
            return Ok(None);
        }
        let asks = self.requester(tx, &request).await?;
        let token = if self.links.suffices(tx, person).await? { self.links.kept(&link, &request)? } else { None };
        let way = match token {
            Some(token) => {
                let address = self.pages.with_token(PAGE, token.reveal().expose_secret());
                letters::Way::Link(address, link.expires_at)
            }
            None => letters::Way::Inbox(self.page(&request)),
        };
        Ok(Some(letters::question(&request, &asks, &way, reminder)))
    }

    async fn outcome(&self, tx: &ReadTx, id: ApprovalRequestId) -> Result<Option<letters::Letter>, Problem> {
        let Some(request) = tx.find_by_id::<approval_request::Entity>(id).await? else {
            return Ok(None);
        };
        let decisions = decisions_of(tx, &request).await?;
        let decider = decisions.last().map(|decision| decision.decided_by);
        let mut people = self.links.people.briefs(tx, decider.as_slice()).await?;
        let name = decider.and_then(|decider| people.remove(&decider)).map(|person| person.full_name);
        let reason = decisions.last().and_then(|decision| decision.reason.as_deref());
        Ok(letters::outcome(&request, name.as_deref(), reason, &self.page(&request)))
    }

    /// Who asks, as people say it.
    async fn requester(&self, tx: &ReadTx, request: &approval_request::Model) -> Result<String, Problem> {
        let mut people = self.links.people.briefs(tx, request.accountable_user.as_slice()).await?;
        let name = request.accountable_user.and_then(|user| people.remove(&user)).map(|person| person.full_name);
        Ok(match (request.requested_by_kind.as_str(), name) {
            ("user", Some(name)) => name,
            ("api_key", Some(name)) => format!("A program of {name}"),
            ("agent", _) => "An agent".to_owned(),
            ("system", _) => "Purser".to_owned(),
            _ => "Somebody".to_owned(),
        })
    }

    fn page(&self, request: &approval_request::Model) -> String {
        self.pages.page(&format!("approvals/{}", request.id))
    }
}

#[async_trait]
impl JobHandler for SendApprovalMail {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn at_once(&self, slots: usize) -> usize {
        // The mail server may be slow, and there are other kinds of mails.
        slots / 4
    }

    async fn run(&self, store: &Store, job: &Job) -> Result<(), Problem> {
        let Payload { user_id, about } = job.payload()?;
        // In the person's own scope: nobody else sees whether they have a second factor.
        let person = Scope { actor: Actor::User(user_id), permissions: PermissionSet::empty(), ..job.scope()? };
        let tx = store.read(&person).await?;
        let held = self.links.approvals.tenants.permissions_of(&tx, &[user_id]).await?;
        let mailbox = self.links.people.mailbox(&tx, user_id).await?;
        let (true, Some(Mailbox { email, .. })) = (held.contains_key(&user_id), mailbox) else {
            return Ok(());
        };
        let letter = self.compose(&tx, user_id, about).await?;
        // No transaction waits for a mail server.
        drop(tx);
        let Some(letters::Letter { subject, text }) = letter else {
            return Ok(());
        };
        self.mailer.send(Mail { to: email, subject, text, html: None, reference: job.id().as_uuid() }).await
    }
}
