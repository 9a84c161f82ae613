//! What people have deleted, and what became of it.
use crate::table::{drop_tables, tenant_table};
use sea_orm_migration::prelude::{DbErr, DeriveMigrationName, MigrationTrait, SchemaManager, async_trait};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        tenant_table("deletions")
            .text("resource", 64)
            .uuid("resource_id")
            .uuid_null("deleted_by")
            .person("deleted_by")
            .text_null("reason", 200)
            .json_null("snapshot")
            .time_null("restored_at")
            .uuid_null("restored_by")
            .person("restored_by")
            .time_null("purging_since")
            .time_null("purged_at")
            .uuid_null("purged_by")
            .person("purged_by")
            .text_null("purge_reason", 500)
            .json_null("kept_for")
            .timestamps()
            // Nothing is deleted twice before it came back.
            .unique_where(&["resource", "resource_id"], "restored_at is null and purged_at is null")
            .index(&["created_at"])
            .index(&["resource", "created_at"])
            // What waits for its end.
            .index_where(&["created_at", "id"], "restored_at is null and purged_at is null")
            .check("restored_at", "restored_at is null or purging_since is null")
            .check("purged_at", "purged_at is null or purging_since is not null")
            // Nobody who asked for it to go finds it here.
            .check("snapshot", "snapshot is null or purging_since is null")
            .create(manager)
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["deletions"]).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
