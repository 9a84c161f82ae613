//! Telling whoever made an endpoint that Purser has switched it off.
use super::Payload;
use async_trait::async_trait;
use purser_entity_integrations::webhook_endpoint::{DisabledReason, Entity, Model};
use purser_kernel::{
    Actor, Links, PermissionSet,
    ids::WebhookEndpointId,
    ports::{Mail, Mailer},
};
use purser_store::{
    jobs::{Job, JobHandler},
    ports::{Mailbox, People, Tenants},
    prelude::*,
};
use serde_json::json;
use std::sync::Arc;

const KIND: &str = "webhooks.tell_disabled";

/// Sends the mail.
pub struct Told {
    people: Arc<dyn People>,
    tenants: Arc<dyn Tenants>,
    mailer: Arc<dyn Mailer>,
    pages: Links,
}

impl Told {
    /// The handler.
    pub fn new(people: Arc<dyn People>, tenants: Arc<dyn Tenants>, mailer: Arc<dyn Mailer>, pages: Links) -> Self {
        Self { people, tenants, mailer, pages }
    }

    /// The job.
    pub(crate) fn job(endpoint: WebhookEndpointId) -> NewJob {
        NewJob::new(KIND, json!(Payload { endpoint_id: endpoint }))
    }

    /// The mail, unless it is on again or there is nobody to be told.
    async fn compose(&self, store: &Store, job: &Job) -> Result<Option<Mail>, Problem> {
        let Payload { endpoint_id } = job.payload()?;
        let scope = job.scope()?;
        let tx = store.read(&scope).await?;
        let endpoint = tx.find_by_id::<Entity>(endpoint_id).await?.filter(|endpoint| !endpoint.is_active);
        let Some((endpoint, person)) = endpoint.and_then(|endpoint| endpoint.created_by.map(|by| (endpoint, by)))
        else {
            return Ok(None);
        };
        drop(tx);
        // In the person's own scope: nobody else sees where mails reach them.
        let person_scope = Scope { actor: Actor::User(person), permissions: PermissionSet::empty(), ..scope };
        let tx = store.read(&person_scope).await?;
        let held = self.tenants.permissions_of(&tx, &[person]).await?;
        let reads = held.get(&person).is_some_and(|held| held.contains(Permission::WebhooksRead));
        let mailbox = self.people.mailbox(&tx, person).await?.filter(|_| reads);
        let page = self.pages.page(&format!("webhook-endpoints/{endpoint_id}"));
        let text = text(&endpoint, &page);
        let subject = "A webhook endpoint was switched off".to_owned();
        Ok(mailbox.map(|Mailbox { email, .. }| Mail {
            to: email,
            subject,
            text,
            html: None,
            reference: job.id().as_uuid(),
        }))
    }
}

fn text(endpoint: &Model, page: &str) -> String {
    let name = endpoint.description.as_deref().unwrap_or("without a description");
    let why = match endpoint.disabled_reason {
        Some(DisabledReason::Gone) => "It answered that it is gone for good (410).",
        _ => "Nothing that was sent to it in the last five days was taken.",
    };
    format!(
        "Hello,\n\nPurser does not send events to this webhook endpoint any more:\n\n{name}\n{page}\n\n{why}\n\nOnce it works again, \
         switch it on. Then you can have sent again what it has missed: everything since a time that you name (replay), as long as \
         deliveries are kept.\n"
    )
}

#[async_trait]
impl JobHandler for Told {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn at_once(&self, slots: usize) -> usize {
        // The mail server may be slow, and there are other kinds of mails.
        slots / 4
    }

    async fn run(&self, store: &Store, job: &Job) -> Result<(), Problem> {
        match self.compose(store, job).await? {
            Some(mail) => self.mailer.send(mail).await,
            None => Ok(()),
        }
    }
}
