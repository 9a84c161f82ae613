//! People whom an organization's own directory vouches for, and the roles that its groups give.
use crate::table::{drop_tables, tenant_table};
use sea_orm_migration::prelude::{DbErr, DeriveMigrationName, MigrationTrait, SchemaManager, async_trait};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        user_identities(manager).await?;
        identity_group_roles(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["identity_group_roles", "user_identities"]).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

async fn user_identities(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    tenant_table("user_identities")
        .uuid("integration_id")
        .reference("integration_id", "integrations")
        .text("subject", 255)
        .uuid("user_id")
        .person("user_id")
        .json("profile", "{}")
        .count("failures")
        .time_null("next_try_at")
        .timestamps()
        .unique(&["integration_id", "subject"])
        .index(&["user_id"])
        .create(manager)
        .await
}

async fn identity_group_roles(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    tenant_table("identity_group_roles")
        .uuid("integration_id")
        .reference("integration_id", "integrations")
        .text("group_name", 500)
        .uuid("role_id")
        .part_of("role_id", "roles")
        .created_by()
        .created()
        .unique(&["integration_id", "group_name", "role_id"])
        .index(&["role_id"])
        .create(manager)
        .await
}
