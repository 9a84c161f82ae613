//! What providers sent goes once it is old.
use async_trait::async_trait;
use chrono::TimeDelta;
use purser_entity_integrations::{
    inbound_event::{Column, Entity, Status},
    inbound_event_key,
};
use purser_kernel::Kept;
use purser_store::{
    prelude::*,
    retention::{BATCH, Expiring},
};

/// How much longer than an event it is known that it came: a provider that sends it once more is not taken at its word.
const KEYS_LONGER: TimeDelta = TimeDelta::days(30);

/// Events that nobody comes back to by themselves.
pub struct InboundEvents;

#[async_trait]
impl Expiring for InboundEvents {
    fn what(&self) -> Kept {
        Kept::InboundEvents
    }

    async fn remove_some(&self, tx: &WriteTx, before: Timestamp) -> Result<bool, Problem> {
        let over = [Status::Processed, Status::Dead, Status::Ignored];
        let old = Column::ReceivedAt.lt(before).and(Column::Status.is_in(over));
        let rows = tx.find::<Entity>().without(Column::Body, Vec::<u8>::new()).filter(old);
        let rows = rows.order_by(Column::ReceivedAt, Asc).all(BATCH).await?;
        let events = tx.remove::<Entity>(Column::Id.is_in(rows.iter().map(|row| row.id))).await?;
        let keys = tx.find::<inbound_event_key::Entity>();
        let keys = keys.filter(inbound_event_key::Column::CreatedAt.lt(before - KEYS_LONGER)).all(BATCH).await?;
        let ids = inbound_event_key::Column::Id.is_in(keys.iter().map(|key| key.id));
        let keys = tx.remove::<inbound_event_key::Entity>(ids).await?;
        Ok(events == BATCH || keys == BATCH)
    }
}
