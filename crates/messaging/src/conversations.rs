//! What people do with conversations.
use crate::events::ConversationLinked;
use purser_entity_messaging::{
    conversation::{ActiveModel, Column, Entity, Model, Status},
    message, message_attachment,
};
use purser_kernel::{
    UserId,
    ids::{ConversationId, CustomerId},
};
use purser_store::{name_of, ports::CustomerDirectory, prelude::*};
use serde::Serialize;

/// Which conversations are asked for.
#[derive(Clone, Copy, Debug, Default)]
pub struct ConversationFilter {
    /// Only those of this status.
    pub status: Option<Status>,
    /// Only those with this customer.
    pub customer_id: Option<CustomerId>,
    /// Only those of this member.
    pub assignee_id: Option<UserId>,
    /// Only those of which nobody knows who writes.
    pub unlinked: bool,
}

/// A message, and the files that came or went with it.
#[derive(Clone, Debug)]
pub struct MessageWithAttachments {
    /// The message.
    pub message: message::Model,
    /// Its files.
    pub attachments: Vec<message_attachment::Model>,
}

/// What the audit trail shows.
#[derive(Serialize)]
struct View {
    customer_id: Option<CustomerId>,
    status: String,
}

impl From<&Model> for View {
    fn from(conversation: &Model) -> Self {
        Self { customer_id: conversation.customer_id, status: name_of(&conversation.status) }
    }
}

/// The conversations, the one with the newest message first.
pub async fn list(tx: &ReadTx, filter: ConversationFilter, page: &PageRequest) -> Result<Page<Model>, Problem> {
    tx.scope().require(Permission::ConversationsRead)?;
    let ConversationFilter { status, customer_id, assignee_id, unlinked } = filter;
    tx.find::<Entity>()
        .filter_if(status.map(|status| Column::Status.eq(status)))
        .filter_if(customer_id.map(|id| Column::CustomerId.eq(id)))
        .filter_if(assignee_id.map(|id| Column::AssigneeId.eq(id)))
        .filter_if(unlinked.then(|| Column::CustomerId.is_null()))
        // A conversation begins with a message. The condition keeps an empty value out of the page's comparison.
        .filter(Column::LastMessageAt.is_not_null())
        .order_by(Column::LastMessageAt, Desc)
        .page(page)
        .await
}

/// One conversation.
pub async fn get(tx: &ReadTx, id: ConversationId) -> Result<Model, Problem> {
    tx.scope().require(Permission::ConversationsRead)?;
    tx.get::<Entity>(id).await
}

/// The messages of a conversation, newest first.
pub async fn messages(
    tx: &ReadTx,
    id: ConversationId,
    page: &PageRequest,
) -> Result<Page<MessageWithAttachments>, Problem> {
    tx.scope().require(Permission::ConversationsRead)?;
    let conversation = tx.get::<Entity>(id).await?;
    let page =
        tx.find::<message::Entity>().of(&conversation).order_by(message::Column::CreatedAt, Desc).page(page).await?;
    let attachments = tx.find::<message_attachment::Entity>().of_each(&page.data).await?;
    let with_attachments = |(message, attachments)| MessageWithAttachments { message, attachments };
    Ok(Page { data: page.data.into_iter().zip(attachments).map(with_attachments).collect(), next: page.next })
}

/// Says that people have seen what is in the conversation.
pub async fn mark_read(tx: &WriteTx, id: ConversationId) -> Result<Model, Problem> {
    tx.scope().require(Permission::ConversationsManage)?;
    let conversation = tx.get_for_update::<Entity>(id).await?;
    if conversation.unread_count == 0 {
        return Ok(conversation);
    }
    tx.update(conversation, |row: &mut ActiveModel| row.unread_count = Set(0)).await
}

/// Says who the contact is. What waits in the conversation is read for orders then.
///
/// A conversation that has another customer already is linked anew; orders that were made before stay with their customer.
/// `validation_failed` when there is no such customer.
pub async fn link(
    tx: &WriteTx,
    customers: &dyn CustomerDirectory,
    id: ConversationId,
    customer_id: CustomerId,
) -> Result<Model, Problem> {
    tx.scope().require(Permission::ConversationsManage)?;
    let before = tx.get_for_update::<Entity>(id).await?;
    if !customers.exists(tx, customer_id).await? {
        return Err(Problem::unknown_reference("/customer_id", "customer"));
    }
    if before.customer_id == Some(customer_id) {
        return Ok(before);
    }
    let view = View::from(&before);
    let after = tx.update(before, |row: &mut ActiveModel| row.customer_id = Set(Some(customer_id))).await?;
    let entry = AuditEntry::new("conversation.link", "conversation", id);
    tx.audit(entry.before(&view).after(&View::from(&after))).await?;
    tx.emit(&ConversationLinked { conversation_id: id, customer_id }).await?;
    Ok(after)
}
