//! What was deleted, as it is looked up.
use super::Deletions;
use purser_entity_platform::deletion::{Column, Entity, Model};
use purser_kernel::{UserId, ids::DeletionId};
use purser_store::prelude::*;
use serde_json::Value;
use uuid::Uuid;

/// Which deletions are asked for.
#[derive(Clone, Debug, Default)]
pub struct DeletionFilter {
    /// Only of this kind of resource, such as `customer`.
    pub resource: Option<String>,
    /// Only of this row.
    pub resource_id: Option<Uuid>,
    /// Only by this person.
    pub deleted_by: Option<UserId>,
    /// Only of then or later.
    pub since: Option<Moment>,
}

/// A deletion, without what was deleted.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The deletion; its snapshot is left out.
    pub deletion: Model,
    /// Until when it can be taken back.
    pub restorable_until: Timestamp,
}

/// A deletion with what was deleted.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The deletion.
    pub deletion: Model,
    /// Until when it can be taken back.
    pub restorable_until: Timestamp,
    /// What was deleted, as deletions name it.
    pub resource: &'static str,
    /// Whether it may be about people.
    pub is_personal: bool,
}

impl Deletions {
    /// Deletions of what the caller may read otherwise, the latest first.
    pub async fn list(&self, tx: &ReadTx, filter: DeletionFilter, page: &PageRequest) -> Result<Page<Listed>, Problem> {
        tx.scope().require(Permission::DeletionsRead)?;
        let retention = self.retention(tx).await?;
        let page = tx
            .find::<Entity>()
            .without(Column::Snapshot, Value::Null)
            .filter(Column::Resource.is_in(self.seen(tx.scope())))
            .filter_if(filter.resource.map(|resource| Column::Resource.eq(resource)))
            .filter_if(filter.resource_id.map(|id| Column::ResourceId.eq(id)))
            .filter_if(filter.deleted_by.map(|person| Column::DeletedBy.eq(person)))
            .filter_if(filter.since.map(|time| Column::CreatedAt.gte(time)))
            .order_by(Column::CreatedAt, Desc)
            .page(page)
            .await?;
        Ok(page.map(|deletion| Listed { restorable_until: deletion.created_at + retention, deletion }))
    }

    /// One deletion. What the caller must not read is `not_found`.
    pub async fn get(&self, tx: &ReadTx, id: DeletionId) -> Result<Shown, Problem> {
        tx.scope().require(Permission::DeletionsRead)?;
        let deletion = tx.get::<Entity>(id).await?;
        let about = self.of(&deletion)?.about();
        if !tx.scope().permissions.contains(about.read) {
            return Err(Problem::not_found("deletion"));
        }
        let restorable_until = deletion.created_at + self.retention(tx).await?;
        Ok(Shown { deletion, restorable_until, resource: about.resource, is_personal: about.is_personal })
    }
}
