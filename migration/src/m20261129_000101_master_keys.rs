//! Which master keys have sealed what is in the database.
use crate::table::{drop_tables, global_table};
use sea_orm_migration::prelude::{DbErr, DeriveMigrationName, MigrationTrait, SchemaManager, async_trait};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        global_table("master_keys")
            .bytes("fingerprint")
            .state("status", &["active", "retiring", "retired"])
            .time_null("rotated_at")
            .timestamps()
            .unique(&["fingerprint"])
            .unique_where(&["status"], "status = 'active'")
            .create(manager)
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["master_keys"]).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
