//! How long what is kept.
use crate::table::{drop_tables, tenant_table};
use sea_orm_migration::prelude::{DbErr, DeriveMigrationName, MigrationTrait, SchemaManager, async_trait};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        tenant_table("retention_rules")
            .text("kind", 32)
            .int_null("keep_days")
            .timestamps()
            .unique(&["kind"])
            .check("keep_days", "keep_days > 0")
            .create(manager)
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["retention_rules"]).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
