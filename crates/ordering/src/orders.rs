//! Orders: from draft to confirmation.
//!
//! | from | moves |
//! | --- | --- |
//! | draft, review, pending | edit, confirm, ask for confirmation, cancel |
//! | confirmed | cancel |
//! | fulfilled, cancelled | none |
//!
//! A reader drafts an order as `review` when anything in it is uncertain, else as `pending`. A person who edits what is
//! uncertain makes it `pending`; a person confirms. Where the organization's policies want somebody else to approve, it waits as it
//! is until they have, and `approval_id` names the question; what changes it closes the question. Each move, its history, its audit row and its event are one transaction.
mod approval;
mod cancel;
mod confirm;
mod draft;
mod edit;
mod events;
mod history;
mod lines;
mod status;
mod texts;

use purser_entity_ordering::{
    customer,
    order::{self, Column, Status},
    order_line, order_message, order_status_change,
};
use purser_kernel::ids::{ConversationId, CustomerId, MessageId, OrderId};
use purser_store::{
    ports::{Answers, Approvals},
    prelude::*,
};
use std::sync::Arc;

pub use approval::OrderConfirmation;
pub use confirm::Confirmation;
pub use draft::{DraftLine, OrderDraft, amend, cancel_by_message, create, open_draft};
pub use edit::{EditLine, OrderEdit};
pub(crate) use events::event_types;
pub use lines::MAX_LINES;
pub use texts::OrderTexts;

/// An order and its lines in their order.
#[derive(Clone, Debug)]
pub struct OrderWithLines {
    /// The order.
    pub order: order::Model,
    /// Its lines.
    pub lines: Vec<order_line::Model>,
    /// The messages that made it what it is, the oldest first.
    pub messages: Vec<order_message::Model>,
}

/// What people do to orders, with what it needs from other domains.
#[derive(Clone)]
pub struct Orders {
    /// Where corrections are kept.
    pub answers: Arc<dyn Answers>,
    /// Who is asked before an order becomes binding.
    pub approvals: Arc<dyn Approvals>,
}

/// Which orders are asked for.
#[derive(Clone, Debug, Default)]
pub struct OrderFilter {
    /// Only those of this status.
    pub status: Option<Status>,
    /// Only those of this customer.
    pub customer_id: Option<CustomerId>,
    /// Only those that came from this conversation.
    pub conversation_id: Option<ConversationId>,
    /// Only the one with this number.
    pub number: Option<String>,
}

/// Orders with their lines, the newest first.
pub async fn list(tx: &ReadTx, filter: OrderFilter, page: &PageRequest) -> Result<Page<OrderWithLines>, Problem> {
    tx.scope().require(Permission::OrdersRead)?;
    let page = tx
        .find::<order::Entity>()
        .filter_if(filter.status.map(|status| Column::Status.eq(status)))
        .filter_if(filter.customer_id.map(|id| Column::CustomerId.eq(id)))
        .filter_if(filter.conversation_id.map(|id| Column::ConversationId.eq(id)))
        .filter_if(filter.number.map(|number| Column::Number.eq(number)))
        .order_by(Column::CreatedAt, Desc)
        .page(page)
        .await?;
    let lines =
        tx.find::<order_line::Entity>().order_by(order_line::Column::LineNumber, Asc).of_each(&page.data).await?;
    let messages = messages_of(tx, &page.data).await?;
    let parts = lines.into_iter().zip(messages);
    let order = |(order, (lines, messages))| OrderWithLines { order, lines, messages };
    Ok(Page { data: page.data.into_iter().zip(parts).map(order).collect(), next: page.next })
}

/// One order with its lines.
pub async fn get(tx: &ReadTx, id: OrderId) -> Result<OrderWithLines, Problem> {
    tx.scope().require(Permission::OrdersRead)?;
    load(tx, tx.get::<order::Entity>(id).await?).await
}

/// The order's changes of status, the oldest first.
pub async fn status_history(
    tx: &ReadTx,
    id: OrderId,
    page: &PageRequest,
) -> Result<Page<order_status_change::Model>, Problem> {
    tx.scope().require(Permission::OrdersRead)?;
    let order = tx.get::<order::Entity>(id).await?;
    tx.find::<order_status_change::Entity>()
        .filter(order_status_change::Column::OrderId.eq(order.id))
        .order_by(order_status_change::Column::Id, Asc)
        .page(page)
        .await
}

/// The order's lines and messages.
async fn load(tx: &ReadTx, order: order::Model) -> Result<OrderWithLines, Problem> {
    let lines = lines::of(tx, &order).await?;
    let messages = messages_of(tx, std::slice::from_ref(&order)).await?.into_iter().flatten().collect();
    Ok(OrderWithLines { order, lines, messages })
}

/// The order, locked against everybody who would change it.
async fn load_for_update(tx: &WriteTx, id: OrderId) -> Result<OrderWithLines, Problem> {
    load(tx, tx.get_for_update::<order::Entity>(id).await?).await
}

/// The messages of each order, the oldest first.
async fn messages_of(tx: &ReadTx, orders: &[order::Model]) -> Result<Vec<Vec<order_message::Model>>, Problem> {
    if orders.iter().all(|order| order.conversation_id.is_none()) {
        return Ok(vec![Vec::new(); orders.len()]);
    }
    tx.find::<order_message::Entity>().order_by(order_message::Column::Id, Asc).of_each(orders).await
}

impl OrderWithLines {
    /// The message that it began with.
    pub fn source_message(&self) -> Option<MessageId> {
        self.messages.first().map(|row| row.message_id)
    }

    /// The names of the lines that nobody has found a product for.
    fn unmatched(&self) -> Vec<i32> {
        self.lines.iter().filter(|line| line.product_id.is_none()).map(|line| line.line_number).collect()
    }
}

/// The customer of an order, deleted or not found being the same fault here.
async fn customer_of(tx: &ReadTx, id: CustomerId) -> Result<Option<customer::Model>, Problem> {
    tx.find_by_id::<customer::Entity>(id).await
}
