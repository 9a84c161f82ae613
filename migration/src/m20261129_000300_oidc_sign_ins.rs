//! Sign-ins with an organization's OpenID provider that were begun and are not completed.
use crate::table::{drop_tables, tenant_table};
use sea_orm_migration::prelude::{DbErr, DeriveMigrationName, MigrationTrait, SchemaManager, async_trait};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        tenant_table("oidc_sign_ins")
            .uuid("integration_id")
            .reference("integration_id", "integrations")
            .bytes("token_hash")
            .time("expires_at")
            .created()
            .unique(&["token_hash"])
            // What has run out is cleared away.
            .index(&["expires_at"])
            .create(manager)
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["oidc_sign_ins"]).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}
