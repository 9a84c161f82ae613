//! The mail that carries an invitation.
use super::{Invitations, Status, token::Tokens};
use async_trait::async_trait;
use purser_entity_tenancy::{invitation, organization, role};
use purser_kernel::{
    Email, ExposeSecret, Links,
    ids::InvitationId,
    ports::{Mail, Mailer},
};
use purser_store::{
    jobs::{Job, JobHandler},
    ports::People,
    prelude::*,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::Arc;

const KIND: &str = "invitation.mail";
/// The page of the front end that shows the invitation and asks for a name and a password.
const PAGE: &str = "accept-invitation";

#[derive(Serialize, Deserialize)]
struct Payload {
    invitation_id: InvitationId,
    /// Which token is sent: a mail with one that is worth nothing any more is not.
    number: i32,
}

/// The job that sends the invitation's latest token.
pub(super) fn job(row: &invitation::Model) -> NewJob {
    NewJob::new(KIND, json!(Payload { invitation_id: row.id, number: row.number }))
}

/// Sends invitations: the job that they queue. The token is made again from the row; nothing that a mail carries waits in a
/// table.
pub struct SendInvitation {
    people: Arc<dyn People>,
    tokens: Tokens,
    mailer: Arc<dyn Mailer>,
    links: Links,
}

impl SendInvitation {
    /// The handler.
    pub fn new(invitations: &Invitations, mailer: Arc<dyn Mailer>, links: Links) -> Self {
        let Invitations { people, tokens, .. } = invitations.clone();
        Self { people, tokens, mailer, links }
    }

    /// The mail, unless the invitation was accepted, revoked or sent again meanwhile.
    async fn compose(&self, tx: &ReadTx, job: &Job) -> Result<Option<Mail>, Problem> {
        let Payload { invitation_id, number } = job.payload()?;
        let Some(row) = tx.find_by_id::<invitation::Entity>(invitation_id).await? else {
            return Ok(None);
        };
        let (Status::Pending, Some(role_id)) = (Status::of(&row, tx.now()), row.role_id) else {
            return Ok(None);
        };
        if row.number != number {
            return Ok(None);
        }
        let own = organization::Column::Id.eq(tx.organization());
        let organization = tx.global::<organization::Entity>().filter(own).one().await?;
        let organization = organization.ok_or_else(|| Problem::internal("a job's organization is there"))?;
        let role = tx.get::<role::Entity>(role_id).await?;
        let host = self.host(tx, &row).await?;
        let link = self.links.with_token(PAGE, self.tokens.latest(&row)?.reveal().expose_secret());
        Ok(Some(Mail {
            to: Email::parse("/email", &row.email)?,
            subject: format!("{host} invites you to join {}", organization.name),
            text: format!(
                "Hello,\n\n{host} invites you to join {} as {}.\n\nAccept the invitation here:\n{link}\n\nIt can be accepted once, until \
                 {} UTC. If you do not know what this is about, leave it: nothing happens.\n",
                organization.name,
                role.name,
                row.expires_at.format("%Y-%m-%d %H:%M"),
            ),
            html: None,
            reference: job.id().as_uuid(),
        }))
    }

    /// Who invites, by name.
    async fn host(&self, tx: &ReadTx, row: &invitation::Model) -> Result<String, Problem> {
        let Some(host) = row.invited_by else {
            return Ok("Purser".to_owned());
        };
        let mut people = self.people.briefs(tx, &[host]).await?;
        Ok(people.remove(&host).map_or_else(|| "A colleague".to_owned(), |person| person.full_name))
    }
}

#[async_trait]
impl JobHandler for SendInvitation {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn at_once(&self, slots: usize) -> usize {
        // The mail server may be slow, and there are other kinds of mails.
        slots / 4
    }

    async fn run(&self, store: &Store, job: &Job) -> Result<(), Problem> {
        let tx = store.read(&job.scope()?).await?;
        let mail = self.compose(&tx, job).await?;
        // No transaction waits for a mail server.
        drop(tx);
        match mail {
            Some(mail) => self.mailer.send(mail).await,
            None => Ok(()),
        }
    }
}
