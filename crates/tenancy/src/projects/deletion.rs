//! Deleted projects: they come back with those who worked in them, or go for good.
use crate::limits::{self, Limit};
use async_trait::async_trait;
use purser_entity_tenancy::project::{Column, Entity};
use purser_store::{
    Deletion,
    ports::{Deletable, Progress, Restorable},
    prelude::*,
};

/// Projects, as what is deleted.
pub(crate) struct DeletedProjects;

#[async_trait]
impl Restorable for DeletedProjects {
    fn about(&self) -> Deletable {
        Deletable {
            table: "projects",
            resource: "project",
            parts: &[],
            read: Permission::ProjectsRead,
            manage: Permission::ProjectsManage,
            is_personal: false,
            referred_to_by: &[],
            removed_first: &[],
        }
    }

    async fn restore(&self, tx: &WriteTx, deletion: &Deletion) -> Result<(), Problem> {
        limits::take(tx, Limit::Projects).await?;
        tx.restore::<Entity>(deletion).await.map(|_| ())
    }

    async fn remove(&self, tx: &WriteTx, deletion: &Deletion) -> Result<Progress, Problem> {
        tx.purge::<Entity>(Column::Id.eq(deletion.resource_id)).await?;
        Ok(Progress::Done)
    }
}
