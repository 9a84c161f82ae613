//! What people write into orders.
use async_trait::async_trait;
use purser_entity_ordering::order::{Column, Entity, Model};
use purser_kernel::ids::OrderId;
use purser_store::{
    ports::{FreeText, FreeTexts},
    prelude::*,
};
use uuid::Uuid;

/// The texts of orders: their notes, and what the customer calls them.
pub struct OrderTexts;

#[async_trait]
impl FreeTexts for OrderTexts {
    fn resource(&self) -> &'static str {
        "order"
    }

    fn event_types(&self) -> &'static [&'static str] {
        &["order.drafted", "order.amended", "order.updated"]
    }

    async fn texts(&self, tx: &WriteTx, ids: &[Uuid]) -> Result<Vec<FreeText>, Problem> {
        let limit = u64::try_from(ids.len()).unwrap_or(u64::MAX);
        let ids = Column::Id.is_in(ids.iter().copied().map(OrderId::from_uuid));
        let orders = tx.find_for_update::<Entity>().filter(ids).order_by(Column::Id, Asc).all(limit).await?;
        Ok(orders.into_iter().map(text).collect())
    }

    async fn page(&self, tx: &ReadTx, after: Option<Uuid>, limit: u64) -> Result<Vec<Uuid>, Problem> {
        let behind = after.map(|id| Column::Id.gt(OrderId::from_uuid(id)));
        let orders = tx.find::<Entity>().filter_if(behind).order_by(Column::Id, Asc).all(limit).await?;
        Ok(orders.into_iter().map(|order| order.id.as_uuid()).collect())
    }
}

fn text(Model { id, notes, customer_reference, .. }: Model) -> FreeText {
    let fields = [("notes", notes), ("customer_reference", customer_reference)];
    FreeText { id: id.as_uuid(), fields: fields.into_iter().filter_map(|(name, text)| Some((name, text?))).collect() }
}
