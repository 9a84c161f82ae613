//! What people show beside their password when they sign in.
use crate::table::{drop_tables, person_table};
use sea_orm_migration::prelude::{DbErr, DeriveMigrationName, MigrationTrait, SchemaManager, async_trait};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        person_table("mfa_factors")
            .choice("kind", 16)
            .bytes("secret_ciphertext")
            .time_null("confirmed_at")
            .long_null("last_used_step")
            .count("failures")
            .time_null("next_try_at")
            .timestamps()
            .unique(&["user_id", "kind"])
            .create(manager)
            .await?;
        person_table("mfa_challenges")
            .uuid("organization_id")
            .global_reference("organization_id", "organizations")
            .uuid_null("integration_id")
            .time_null("vouched_until")
            .bytes("token_hash")
            .time("expires_at")
            .time_null("used_at")
            .created()
            .unique(&["token_hash"])
            .create(manager)
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["mfa_challenges", "mfa_factors"]).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
