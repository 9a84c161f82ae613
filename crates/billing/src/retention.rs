//! What was used long ago goes.
use async_trait::async_trait;
use chrono::TimeDelta;
use purser_entity_billing::{
    usage_event::{Column, Entity},
    usage_event_key,
};
use purser_kernel::Kept;
use purser_store::{
    prelude::*,
    retention::{BATCH, Expiring},
};

/// How much longer than a use it is known that it was counted.
const KEYS_LONGER: TimeDelta = TimeDelta::days(30);

/// Uses.
pub struct UsageEvents;

#[async_trait]
impl Expiring for UsageEvents {
    fn what(&self) -> Kept {
        Kept::UsageEvents
    }

    async fn remove_some(&self, tx: &WriteTx, before: Timestamp) -> Result<bool, Problem> {
        let old = tx.find::<Entity>().without(Column::Extra, serde_json::Value::Null);
        let old = old.filter(Column::OccurredAt.lt(before)).order_by(Column::OccurredAt, Asc).all(BATCH).await?;
        let events = tx.remove::<Entity>(Column::Id.is_in(old.iter().map(|row| row.id))).await?;
        let keys = tx.find::<usage_event_key::Entity>();
        let keys = keys.filter(usage_event_key::Column::CreatedAt.lt(before - KEYS_LONGER)).all(BATCH).await?;
        let ids = usage_event_key::Column::Id.is_in(keys.iter().map(|key| key.id));
        let keys = tx.remove::<usage_event_key::Entity>(ids).await?;
        Ok(events == BATCH || keys == BATCH)
    }
}
