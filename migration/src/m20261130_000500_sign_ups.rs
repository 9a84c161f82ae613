//! Of people whom nobody knows yet: sign-ups whose mail was not answered, and wrong passwords for names that nobody has.
use crate::table::{drop_tables, global_table};
use sea_orm_migration::prelude::{DbErr, DeriveMigrationName, MigrationTrait, SchemaManager, async_trait};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        global_table("sign_ups")
            .text("email", 320)
            .text("email_normalized", 320)
            .bytes_null("token_hash")
            .time("expires_at")
            .created()
            // An address gets a few mails within an hour.
            .index(&["email_normalized", "id"])
            // What has run out is cleared away.
            .index(&["expires_at"])
            .create(manager)
            .await?;
        global_table("sign_in_strangers")
            .int("failures")
            .time_null("next_try_at")
            .timestamps()
            .index(&["next_try_at"])
            .create(manager)
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["sign_in_strangers", "sign_ups"]).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
