//! What is written in messages.
use async_trait::async_trait;
use purser_entity_messaging::message::{Column, Entity};
use purser_kernel::ids::MessageId;
use purser_store::{
    ports::{FreeText, FreeTexts},
    prelude::*,
};
use uuid::Uuid;

/// The texts of messages, in and out.
pub struct MessageTexts;

#[async_trait]
impl FreeTexts for MessageTexts {
    fn resource(&self) -> &'static str {
        "message"
    }

    fn event_types(&self) -> &'static [&'static str] {
        &["message.received"]
    }

    async fn texts(&self, tx: &WriteTx, ids: &[Uuid]) -> Result<Vec<FreeText>, Problem> {
        let limit = u64::try_from(ids.len()).unwrap_or(u64::MAX);
        let ids = Column::Id.is_in(ids.iter().copied().map(MessageId::from_uuid));
        let messages = tx.find_for_update::<Entity>().filter(ids).order_by(Column::Id, Asc).all(limit).await?;
        let text = |message: purser_entity_messaging::message::Model| FreeText {
            id: message.id.as_uuid(),
            fields: vec![("content", message.content)],
        };
        Ok(messages.into_iter().map(text).collect())
    }

    async fn page(&self, tx: &ReadTx, after: Option<Uuid>, limit: u64) -> Result<Vec<Uuid>, Problem> {
        let behind = after.map(|id| Column::Id.gt(MessageId::from_uuid(id)));
        let page = tx.find::<Entity>().without(Column::Content, "").filter_if(behind).order_by(Column::Id, Asc);
        Ok(page.all(limit).await?.into_iter().map(|message| message.id.as_uuid()).collect())
    }
}
