//! The keys that sign access tokens.
use crate::table::{drop_tables, global_table};
use sea_orm_migration::prelude::{DbErr, DeriveMigrationName, MigrationTrait, SchemaManager, async_trait};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        global_table("signing_keys")
            .text("kid", 64)
            .text("algorithm", 16)
            .state("state", &["next", "active", "retiring"])
            .bytes("public_key")
            .bytes("private_key_ciphertext")
            .time("not_before")
            .time_null("retires_at")
            .timestamps()
            .unique(&["kid"])
            // Two servers that start at once, or rotate at once, make one key.
            .unique_where(&["state"], "state <> 'retiring'")
            .create(manager)
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["signing_keys"]).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
