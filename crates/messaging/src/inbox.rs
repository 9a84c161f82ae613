//! Where messages arrive, and where they are read from.
mod attachments;
mod reader;
mod receive;
mod status;

use async_trait::async_trait;
use purser_kernel::ids::{ConversationId, MessageId};
use purser_store::{
    ports::{CustomerDirectory, InboundMessage, Inbox, Reading, ReceivedMessage, StatusUpdate},
    prelude::*,
};
use std::sync::Arc;

/// The inbox of every channel.
pub struct InboxService {
    customers: Arc<dyn CustomerDirectory>,
}

impl InboxService {
    /// An inbox that asks `customers` who writes.
    pub fn new(customers: Arc<dyn CustomerDirectory>) -> Self {
        Self { customers }
    }
}

#[async_trait]
impl Inbox for InboxService {
    async fn receive(&self, tx: &WriteTx, message: ReceivedMessage) -> Result<(), Problem> {
        tx.scope().require(Permission::ConversationsManage)?;
        receive::receive(tx, &*self.customers, message).await
    }

    async fn update_status(&self, tx: &WriteTx, update: StatusUpdate) -> Result<(), Problem> {
        tx.scope().require(Permission::ConversationsManage)?;
        status::update(tx, update).await
    }

    async fn message(&self, tx: &ReadTx, id: MessageId) -> Result<InboundMessage, Problem> {
        tx.scope().require(Permission::ConversationsRead)?;
        reader::message(tx, id).await
    }

    async fn unread_by_reader(&self, tx: &ReadTx, conversation: ConversationId) -> Result<Vec<MessageId>, Problem> {
        tx.scope().require(Permission::ConversationsRead)?;
        reader::unread(tx, conversation).await
    }

    async fn record_reading(&self, tx: &WriteTx, id: MessageId, reading: Reading) -> Result<bool, Problem> {
        tx.scope().require(Permission::ConversationsManage)?;
        reader::record(tx, id, reading).await
    }
}
