//! Notifications that are not kept any longer.
use async_trait::async_trait;
use purser_entity_messaging::notification::{Column, Entity};
use purser_kernel::Kept;
use purser_store::{
    prelude::*,
    retention::{BATCH, Expiring},
};

/// Notifications that were read long ago; of those that were only mailed, those that were made long ago.
pub struct Notifications;

#[async_trait]
impl Expiring for Notifications {
    fn what(&self) -> Kept {
        Kept::Notifications
    }

    async fn remove_some(&self, tx: &WriteTx, before: Timestamp) -> Result<bool, Problem> {
        let mailed = Column::InApp.eq(false).and(Column::CreatedAt.lt(before));
        let old = tx.find::<Entity>().filter(Column::ReadAt.lt(before).or(mailed)).all(BATCH).await?;
        let removed = tx.remove::<Entity>(Column::Id.is_in(old.iter().map(|row| row.id))).await?;
        Ok(removed == BATCH)
    }
}
