//! Where members work together, and what each of them prefers.
use crate::table::{drop_tables, tenant_table};
use sea_orm_migration::prelude::{DbErr, DeriveMigrationName, MigrationTrait, SchemaManager, async_trait};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        projects(manager).await?;
        project_members(manager).await?;
        engagements(manager).await?;
        engagement_access(manager).await?;
        user_preferences(manager).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["user_preferences", "engagement_access", "engagements", "project_members", "projects"])
            .await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

async fn projects(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    tenant_table("projects")
        .text("name", 200)
        .text_null("description", 4000)
        .uuid_null("manager_id")
        .person("manager_id")
        .flag("is_active", true)
        .created_by()
        .timestamps()
        .soft_delete()
        .version()
        .create(manager)
        .await
}

async fn project_members(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    tenant_table("project_members")
        .uuid("project_id")
        .part_of("project_id", "projects")
        .uuid("user_id")
        .person("user_id")
        .text_null("role", 64)
        .created_by()
        .timestamps()
        .unique(&["project_id", "user_id"])
        .create(manager)
        .await
}

async fn engagements(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    tenant_table("engagements")
        .text("name", 200)
        .text("client_name", 200)
        .text_null("description", 4000)
        .state("status", &["planned", "active", "on_hold", "completed", "archived"])
        .date_null("starts_on")
        .date_null("ends_on")
        .uuid_null("lead_id")
        .person("lead_id")
        .created_by()
        .timestamps()
        .soft_delete()
        .version()
        .check("ends_on", "ends_on >= starts_on")
        .create(manager)
        .await
}

async fn engagement_access(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    tenant_table("engagement_access")
        .uuid("engagement_id")
        .part_of("engagement_id", "engagements")
        .uuid("user_id")
        .person("user_id")
        .state("level", &["read", "write", "admin"])
        .uuid_null("granted_by")
        .person("granted_by")
        .time_null("expires_at")
        .timestamps()
        .unique(&["engagement_id", "user_id"])
        .create(manager)
        .await
}

async fn user_preferences(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    tenant_table("user_preferences")
        .uuid("user_id")
        .person("user_id")
        .state("theme", &["system", "light", "dark"])
        .text_null("locale", 35)
        .text_null("timezone", 64)
        .json("notification_settings", "{}")
        .json("dashboard", "{}")
        .timestamps()
        .version()
        .unique(&["user_id"])
        .create(manager)
        .await
}
