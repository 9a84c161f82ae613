//! People and organizations: what everything else points to.
use crate::table::{drop_tables, global_table};
use sea_orm_migration::prelude::{DbErr, DeriveMigrationName, MigrationTrait, SchemaManager, async_trait};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        users(manager).await?;
        organizations(manager).await?;
        organization_slugs(manager).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["organization_slugs", "organizations", "users"]).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

async fn users(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    global_table("users")
        .text("email", 320)
        // Empty for those whom an organization's directory vouches for: they have no claim on the address.
        .text_null("email_normalized", 320)
        .text_null("username", 64)
        .text_null("username_normalized", 64)
        .text("full_name", 200)
        .text_null("job_title", 200)
        .text_null("phone", 40)
        .text_null("avatar_url", 2048)
        .flag("is_active", true)
        .flag("is_platform_admin", false)
        .time_null("email_verified_at")
        .time_null("last_login_at")
        .timestamps()
        .soft_delete()
        .version()
        .unique_where(&["email_normalized"], "email_normalized is not null and deleted_at is null")
        .unique_where(&["username_normalized"], "username_normalized is not null and deleted_at is null")
        .create(manager)
        .await
}

async fn organizations(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    global_table("organizations")
        .text("name", 200)
        .text("slug", 64)
        .text_null("kind", 64)
        .text_null("description", 2000)
        .text_null("email", 320)
        .text_null("phone", 40)
        .text_null("website", 2048)
        .state("status", &["active", "suspended", "closed"])
        .time_null("suspended_at")
        .text_null("suspension_reason", 500)
        .flag("suspended_by_platform", false)
        .time_null("closed_at")
        .time_null("purge_after")
        .time_null("purged_at")
        .choice("subscription_tier", 16)
        .int_default("max_users", 50)
        .int_default("max_projects", 10)
        .int_default("max_storage_gb", 100)
        .created_by()
        .timestamps()
        .soft_delete()
        .version()
        .unique(&["slug"])
        .create(manager)
        .await
}

/// Every name in addresses that was ever given.
async fn organization_slugs(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    global_table("organization_slugs")
        .text("slug", 64)
        // Without reference: it is given before there is the organization's row.
        .uuid("organization_id")
        .created()
        .unique(&["slug"])
        .create(manager)
        .await
}
