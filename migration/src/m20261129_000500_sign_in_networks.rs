//! Where people have signed in from: guesses from elsewhere do not keep them from signing in there.
use crate::table::{drop_tables, person_table};
use sea_orm_migration::prelude::{DbErr, DeriveMigrationName, MigrationTrait, SchemaManager, async_trait};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        person_table("sign_in_networks")
            .text("network", 39)
            .time("last_used_at")
            .count("failed_logins")
            .time_null("next_try_at")
            .timestamps()
            .unique(&["user_id", "network"])
            .create(manager)
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["sign_in_networks"]).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
