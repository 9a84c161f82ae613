//! Keys with which programs act for an organization.
use crate::table::{drop_tables, tenant_table};
use sea_orm_migration::prelude::{DbErr, DeriveMigrationName, MigrationTrait, SchemaManager, async_trait};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        tenant_table("api_keys")
            .text("name", 100)
            .bytes("key_hash")
            // Whoever made the secret has seen it.
            .uuid("secret_by")
            .person("secret_by")
            // What was rotated away works on for a while.
            .bytes_null("previous_key_hash")
            .uuid_null("previous_secret_by")
            .person("previous_secret_by")
            .time_null("previous_expires_at")
            .json("scopes", "[]")
            .json_null("allowed_ips")
            // A key can never do more than this person.
            .uuid("created_by")
            .person("created_by")
            .time_null("expires_at")
            .time_null("last_used_at")
            .time_null("revoked_at")
            .timestamps()
            .create(manager)
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["api_keys"]).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
