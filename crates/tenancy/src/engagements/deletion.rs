//! Deleted engagements: they come back with the list of those who have access, or go for good.
use async_trait::async_trait;
use purser_entity_tenancy::engagement::{Column, Entity};
use purser_store::{
    Deletion,
    ports::{Deletable, Progress, Restorable},
    prelude::*,
};

/// Engagements, as what is deleted.
pub(crate) struct DeletedEngagements;

#[async_trait]
impl Restorable for DeletedEngagements {
    fn about(&self) -> Deletable {
        Deletable {
            table: "engagements",
            resource: "engagement",
            parts: &[],
            // Whoever else sees engagements sees those that their list lets them in to.
            read: Permission::EngagementsManage,
            manage: Permission::EngagementsManage,
            is_personal: true,
            referred_to_by: &[],
            removed_first: &[],
        }
    }

    async fn restore(&self, tx: &WriteTx, deletion: &Deletion) -> Result<(), Problem> {
        tx.restore::<Entity>(deletion).await.map(|_| ())
    }

    async fn remove(&self, tx: &WriteTx, deletion: &Deletion) -> Result<Progress, Problem> {
        tx.purge::<Entity>(Column::Id.eq(deletion.resource_id)).await?;
        Ok(Progress::Done)
    }
}
