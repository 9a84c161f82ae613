//! Deliveries that are not kept any longer.
use super::open;
use async_trait::async_trait;
use purser_entity_integrations::webhook_delivery::{Column, Entity};
use purser_kernel::Kept;
use purser_store::{
    prelude::*,
    retention::{BATCH, Expiring},
};

/// Deliveries that are over, with their attempts.
pub struct Deliveries;

#[async_trait]
impl Expiring for Deliveries {
    fn what(&self) -> Kept {
        Kept::WebhookDeliveries
    }

    async fn remove_some(&self, tx: &WriteTx, before: Timestamp) -> Result<bool, Problem> {
        let old = Column::CreatedAt.lt(before).and(!open());
        let rows = tx.find::<Entity>().without(Column::Payload, serde_json::Value::Null).filter(old);
        let rows = rows.order_by(Column::CreatedAt, Asc).all(BATCH).await?;
        let removed = tx.remove::<Entity>(Column::Id.is_in(rows.iter().map(|row| row.id))).await?;
        Ok(removed == BATCH)
    }
}
