//! What providers sent, for operators: when, what became of it, and never what stood in it.
mod published;
mod retention;

pub use published::event_types;
pub(crate) use published::{InboundEventReceived, MailboxChanged};
pub use retention::InboundEvents;

use crate::webhooks;
pub use purser_entity_integrations::inbound_event::Status;
use purser_entity_integrations::inbound_event::{ActiveModel, Column, Entity, Model};
use purser_kernel::ids::{InboundEventId, IntegrationId};
use purser_store::prelude::*;

/// An event, without its body.
#[derive(Clone, Debug)]
pub struct InboundEvent {
    /// Its id.
    pub id: InboundEventId,
    /// Where it came in.
    pub integration_id: IntegrationId,
    /// Such as `whatsapp`.
    pub provider: String,
    /// What became of it.
    pub status: Status,
    /// How often it was read since it came, or since somebody last had it read again.
    pub attempts: i32,
    /// Why it failed, or why parts of it were left out: names, separated by commas.
    pub error: Option<String>,
    /// When it came.
    pub received_at: Timestamp,
    /// When it was done.
    pub processed_at: Option<Timestamp>,
}

/// Which events are asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct EventFilter {
    /// Only those of this integration.
    pub integration_id: Option<IntegrationId>,
    /// Only those of this status.
    pub status: Option<Status>,
    /// Only those that came then or later.
    pub since: Option<Moment>,
    /// Only those that came before.
    pub until: Option<Moment>,
}

/// The events, newest first.
pub async fn list(tx: &ReadTx, filter: EventFilter, page: &PageRequest) -> Result<Page<InboundEvent>, Problem> {
    tx.scope().require(Permission::IntegrationsRead)?;
    let EventFilter { integration_id, status, since, until } = filter;
    let events = tx
        .find::<Entity>()
        .without(Column::Body, Vec::<u8>::new())
        .filter_if(integration_id.map(|id| Column::IntegrationId.eq(id)))
        .filter_if(status.map(|status| Column::Status.eq(status)))
        .filter_if(since.map(|since| Column::ReceivedAt.gte(since)))
        .filter_if(until.map(|until| Column::ReceivedAt.lt(until)))
        .page(page)
        .await?;
    Ok(events.map(Into::into))
}

/// One event.
pub async fn get(tx: &ReadTx, id: InboundEventId) -> Result<InboundEvent, Problem> {
    tx.scope().require(Permission::IntegrationsRead)?;
    one(tx, id).await
}

/// Has an event read again, whatever became of it: what is known of it already stays as it is, because a message is one by the provider's
/// id of it and a status only goes forward. One that waits to be read goes on waiting; of two who ask at once, one queues it.
pub async fn reprocess(tx: &WriteTx, id: InboundEventId) -> Result<InboundEvent, Problem> {
    tx.scope().require(Permission::IntegrationsManage)?;
    let over = Column::Id.eq(id).and(Column::Status.ne(Status::Received));
    let queued = tx.update_where(over, |row: &mut ActiveModel| {
        row.status = Set(Status::Received);
        row.attempts = Set(0);
        row.error = Set(None);
        row.processed_at = Set(None);
    });
    if queued.await? == 1 {
        tx.audit(AuditEntry::new("inbound_event.reprocess", "inbound_event", id)).await?;
        tx.enqueue(webhooks::job(id)).await?;
    }
    one(tx, id).await
}

async fn one(tx: &ReadTx, id: InboundEventId) -> Result<InboundEvent, Problem> {
    let event = tx.find::<Entity>().without(Column::Body, Vec::<u8>::new()).filter(Column::Id.eq(id)).one().await?;
    event.map(Into::into).ok_or_else(|| Problem::not_found("inbound event"))
}

impl From<Model> for InboundEvent {
    fn from(row: Model) -> Self {
        Self {
            id: row.id,
            integration_id: row.integration_id,
            provider: row.provider,
            status: row.status,
            attempts: row.attempts,
            error: row.error,
            received_at: row.received_at,
            processed_at: row.processed_at,
        }
    }
}
