//! Passwords and sessions. Only the person in `app.user_id` sees them.
use crate::table::{drop_tables, person_table};
use sea_orm_migration::prelude::{DbErr, DeriveMigrationName, MigrationTrait, SchemaManager, async_trait};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        user_credentials(manager).await?;
        sessions(manager).await?;
        refresh_tokens(manager).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["refresh_tokens", "sessions", "user_credentials"]).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

async fn user_credentials(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    person_table("user_credentials")
        .text_null("password_hash", 512)
        .time_null("changed_at")
        .count("failed_logins")
        .time_null("next_try_at")
        .timestamps()
        .unique(&["user_id"])
        .create(manager)
        .await
}

async fn sessions(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    person_table("sessions")
        .uuid_null("organization_id")
        .global_reference("organization_id", "organizations")
        .uuid_null("integration_id")
        .time_null("vouched_until")
        .flag("second_factor_vouched", false)
        .bytes_null("provider_token_ciphertext")
        .time_null("check_claimed_until")
        .uuid_null("acting_admin_id")
        .global_reference("acting_admin_id", "users")
        .text_null("ip", 45)
        .text_null("user_agent", 512)
        .time("last_seen_at")
        .time("expires_at")
        .time("ends_at")
        .time_null("revoked_at")
        .text_null("revoked_reason", 64)
        .created()
        .index(&["user_id", "created_at", "id"])
        // What has run out is cleared away.
        .index(&["expires_at"])
        .create(manager)
        .await
}

async fn refresh_tokens(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    person_table("refresh_tokens")
        .uuid("session_id")
        .part_of("session_id", "sessions")
        .bytes("token_hash")
        .time("issued_at")
        .time_null("used_at")
        .time("expires_at")
        .uuid_null("replaced_by")
        .global_reference("replaced_by", "refresh_tokens")
        .unique(&["token_hash"])
        .index(&["expires_at"])
        .create(manager)
        .await
}
