//! What people are told of.
use crate::table::{drop_tables, tenant_table};
use sea_orm_migration::prelude::{DbErr, DeriveMigrationName, MigrationTrait, SchemaManager, async_trait};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        notifications(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["notifications"]).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

/// It does not refer to the event, which may be gone before.
async fn notifications(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    tenant_table("notifications")
        .uuid("user_id")
        .person("user_id")
        .uuid("event_id")
        .long("number")
        .text("kind", 64)
        .uuid("resource_id")
        .text("title", 200)
        .text("body", 1000)
        .text_null("link", 200)
        .state("priority", &["low", "normal", "high"])
        .flag("in_app", true)
        .time_null("digest_from")
        .time_null("digested_at")
        .time_null("read_at")
        .created()
        // However often the event is delivered.
        .unique(&["event_id", "user_id", "kind"])
        .index(&["user_id", "number"])
        .index_where(&["user_id"], "read_at is null")
        .index_where(&["user_id", "digest_from"], "digest_from is not null")
        .index_where(&["user_id", "digested_at"], "digested_at is not null")
        // Questions that were answered, and by whomever.
        .index_where(&["resource_id"], "read_at is null")
        // What is not kept any longer.
        .index_where(&["read_at"], "read_at is not null")
        .index(&["in_app", "created_at"])
        .create(manager)
        .await
}
