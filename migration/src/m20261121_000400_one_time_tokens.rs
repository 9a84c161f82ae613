//! Tokens that mails carry. Only the person in `app.user_id` sees their rows.
use crate::table::{drop_tables, person_table};
use sea_orm_migration::prelude::{DbErr, DeriveMigrationName, MigrationTrait, SchemaManager, async_trait};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        person_table("one_time_tokens")
            .state("purpose", &["verify_email", "reset_password"])
            .bytes("token_hash")
            .time("expires_at")
            .time_null("used_at")
            .created()
            .unique(&["token_hash"])
            .index(&["user_id", "purpose", "created_at", "id"])
            .create(manager)
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["one_time_tokens"]).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
