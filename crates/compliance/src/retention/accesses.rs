//! Who read what, long ago.
use async_trait::async_trait;
use purser_entity_compliance::data_access::{Column, Entity};
use purser_kernel::Kept;
use purser_store::{
    prelude::*,
    retention::{BATCH, Expiring},
};

/// Rows of `data_access_audit`. For the owner of the tables: the server may only add to them.
pub struct Accesses;

#[async_trait]
impl Expiring for Accesses {
    fn what(&self) -> Kept {
        Kept::DataAccess
    }

    async fn remove_some(&self, tx: &WriteTx, before: Timestamp) -> Result<bool, Problem> {
        let old = tx.find::<Entity>().without(Column::RecordIds, serde_json::Value::Null);
        let old = old.filter(Column::CreatedAt.lt(before)).order_by(Column::CreatedAt, Asc).all(BATCH).await?;
        let removed = tx.remove::<Entity>(Column::Id.is_in(old.iter().map(|row| row.id))).await?;
        Ok(removed == BATCH)
    }
}
