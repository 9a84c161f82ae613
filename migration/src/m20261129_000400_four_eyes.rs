//! Promotions that wait for a second person, and the links by which people decide.
use crate::table::{drop_tables, tenant_table};
use sea_orm_migration::prelude::{DbErr, DeriveMigrationName, MigrationTrait, SchemaManager, async_trait};

const STATES: &[&str] = &["pending", "applied", "rejected", "expired", "withdrawn", "superseded"];

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        role_change_requests(manager).await?;
        approval_links(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["approval_links", "role_change_requests"]).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

async fn role_change_requests(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    tenant_table("role_change_requests")
        .uuid_null("membership_id")
        .reference("membership_id", "memberships")
        .json("change", "{}")
        .text_null("reason", 2000)
        .uuid_null("requested_by")
        .person("requested_by")
        .state("status", STATES)
        .uuid_null("approval_id")
        .timestamps()
        .version()
        .index(&["status"])
        .create(manager)
        .await
}

async fn approval_links(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    tenant_table("approval_links")
        .uuid("request_id")
        .part_of("request_id", "approval_requests")
        .uuid("user_id")
        .person("user_id")
        .int("step")
        .check("step", "step > 0")
        .bytes("token_hash")
        .time("expires_at")
        .time_null("used_at")
        .created()
        // A step is somebody's to decide by one link at a time.
        .unique(&["request_id", "user_id", "step"])
        .index(&["user_id", "created_at"])
        .create(manager)
        .await
}
