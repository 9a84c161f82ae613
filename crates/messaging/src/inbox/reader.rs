//! What a reader of orders needs of messages, and what it found in them.
use purser_entity_messaging::{
    conversation,
    message::{ActiveModel, Column, ContentType, Direction, Entity, Intent, Model},
};
use purser_kernel::{
    Quantity,
    ids::{ConversationId, MessageId},
};
use purser_store::{
    name_of, named,
    ports::{InboundMessage, OrderItem, Reading},
    prelude::*,
};
use serde::Deserialize;

/// A message, as its reader needs it.
pub(super) async fn message(tx: &ReadTx, id: MessageId) -> Result<InboundMessage, Problem> {
    let message = tx.get::<Entity>(id).await?;
    let conversation = tx.get::<conversation::Entity>(message.conversation_id).await?;
    Ok(InboundMessage {
        id,
        conversation_id: conversation.id,
        customer_id: conversation.customer_id,
        channel: name_of(&conversation.channel),
        items: items(&message)?,
        text: message.content,
        is_read: message.ai_processed,
    })
}

#[derive(Deserialize)]
struct Basket {
    items: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    sku: String,
    quantity: Quantity,
}

/// The items of a basket from a provider's catalogue. One that cannot be read is `internal`: an order without an item would
/// be another order.
fn items(message: &Model) -> Result<Vec<OrderItem>, Problem> {
    let Some(payload) = message.payload.as_ref().filter(|_| message.content_type == ContentType::Order) else {
        return Ok(Vec::new());
    };
    let basket = Basket::deserialize(payload).map_err(Problem::internal)?;
    Ok(basket.items.into_iter().map(|Item { sku, quantity }| OrderItem { sku, quantity }).collect())
}

/// Every message of the conversation that waits for a reader, oldest first.
pub(super) async fn unread(tx: &ReadTx, conversation: ConversationId) -> Result<Vec<MessageId>, Problem> {
    let mut ids = Vec::new();
    let mut cursor = None;
    loop {
        let waiting = tx
            .find::<Entity>()
            .filter(Column::ConversationId.eq(conversation))
            .filter(Column::Direction.eq(Direction::Inbound))
            .filter(Column::AiProcessed.eq(false))
            .order_by(Column::CreatedAt, Asc);
        let page = waiting.page(&PageRequest::new(Some(PageRequest::MAX_LIMIT), cursor)?).await?;
        ids.extend(page.data.iter().map(|message| message.id));
        cursor = page.next;
        if cursor.is_none() {
            return Ok(ids);
        }
    }
}

/// Writes down what was found, unless somebody has: a compare-and-set in one statement.
pub(super) async fn record(tx: &WriteTx, id: MessageId, reading: Reading) -> Result<bool, Problem> {
    let intent = named::<Intent>("/intent", reading.intent).map_err(Problem::internal)?;
    let confidence = reading.confidence.clamp(0.0, 1.0);
    let recorded = tx
        .update_where(Column::Id.eq(id).and(Column::AiProcessed.eq(false)), |row: &mut ActiveModel| {
            row.ai_processed = Set(true);
            row.ai_extracted_intent = Set(Some(intent));
            row.ai_confidence = Set((!confidence.is_nan()).then_some(confidence));
        })
        .await?;
    if recorded == 0 {
        // Somebody was faster, unless there is no such message.
        tx.get::<Entity>(id).await?;
    }
    Ok(recorded == 1)
}
