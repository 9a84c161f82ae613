//! What an organization gives Purser to keep for it, such as its key at a provider of models.
use crate::table::{drop_tables, tenant_table};
use sea_orm_migration::prelude::{DbErr, DeriveMigrationName, MigrationTrait, SchemaManager, async_trait};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        tenant_table("organization_secrets")
            .text("name", 64)
            .bytes("ciphertext")
            .uuid("key_id")
            .reference("key_id", "encryption_keys")
            .time("last_rotated_at")
            .timestamps()
            .unique(&["name"])
            .create(manager)
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["organization_secrets"]).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
