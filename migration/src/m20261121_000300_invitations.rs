//! Invitations to an organization.
use crate::table::{drop_tables, tenant_table};
use sea_orm_migration::prelude::{DbErr, DeriveMigrationName, MigrationTrait, SchemaManager, async_trait};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        tenant_table("invitations")
            .text("email", 320)
            .text("email_normalized", 320)
            .uuid_null("role_id")
            .reference("role_id", "roles")
            .int_default("number", 1)
            .bytes("token_hash")
            .uuid_null("invited_by")
            .person("invited_by")
            .time("expires_at")
            .time_null("accepted_at")
            .uuid_null("accepted_by")
            .person("accepted_by")
            .time_null("revoked_at")
            .timestamps()
            .version()
            // One at a time for each address.
            .unique_where(&["email_normalized"], "accepted_at is null and revoked_at is null")
            // Those that hold a place.
            .index_where(&["expires_at"], "accepted_at is null and revoked_at is null")
            .check("accepted_at", "accepted_at is null or revoked_at is null")
            .create(manager)
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["invitations"]).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
