//! What people have deleted, and what became of it. Written by whoever marks a row as deleted.
use purser_kernel::{
    OrganizationId,
    ids::{DeletionId, UserId},
};
use sea_orm::entity::prelude::*;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "deletions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub organization_id: OrganizationId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DeletionId,
    /// The table in the singular, such as `customer`.
    pub resource: String,
    /// The row.
    pub resource_id: Uuid,
    /// Empty for a program.
    pub deleted_by: Option<UserId>,
    /// What whoever deleted it said it was for.
    pub reason: Option<String>,
    /// `{"row": {…}, "parts": {"customer_contacts": [{…}]}}`: what was deleted, and what went with it. Empty as soon as it is purged.
    pub snapshot: Option<Json>,
    pub restored_at: Option<DateTimeUtc>,
    pub restored_by: Option<UserId>,
    /// Since when its rows go, batch by batch.
    pub purging_since: Option<DateTimeUtc>,
    /// When there was nothing left to remove.
    pub purged_at: Option<DateTimeUtc>,
    /// Empty where its time was over.
    pub purged_by: Option<UserId>,
    pub purge_reason: Option<String>,
    /// The tables that refer to the row, for which it was emptied and not removed.
    pub kept_for: Option<Json>,
    /// When it was deleted.
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
}

impl Model {
    /// What the deleted row held, in the column `name`.
    pub fn held(&self, name: &str) -> Option<&Json> {
        self.snapshot.as_ref()?.get("row")?.get(name)
    }

    /// The ids of the rows of `table` that went with it.
    pub fn parts(&self, table: &str) -> Vec<Uuid> {
        let rows = self.snapshot.as_ref().and_then(|snapshot| snapshot.get("parts")?.get(table)?.as_array());
        let ids = rows.into_iter().flatten().filter_map(|row| row.get("id")?.as_str());
        ids.filter_map(|id| id.parse().ok()).collect()
    }
}

impl ActiveModelBehavior for ActiveModel {}
