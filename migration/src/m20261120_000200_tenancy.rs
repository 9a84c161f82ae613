//! Members of an organization, their roles, and its settings.
use crate::table::{drop_tables, own_rows_visible, tenant_table};
use sea_orm_migration::prelude::{DbErr, DeriveMigrationName, MigrationTrait, SchemaManager, async_trait};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        memberships(manager).await?;
        organization_settings(manager).await?;
        roles(manager).await?;
        membership_roles(manager).await?;
        role_permissions(manager).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["role_permissions", "membership_roles", "roles", "organization_settings", "memberships"])
            .await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

async fn memberships(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    tenant_table("memberships")
        .uuid("user_id")
        .global_reference("user_id", "users")
        .state("status", &["invited", "active", "disabled", "removed"])
        .flag("onboarding_completed", false)
        .json("extra_permissions", "{}")
        .time_null("last_active_at")
        .time_null("sessions_valid_from")
        .time_null("could_decide_until")
        .created_by()
        .timestamps()
        .version()
        // What every reference to a person points to.
        .unique(&["user_id"])
        .index(&["status"])
        .create(manager)
        .await?;
    own_rows_visible("memberships", manager).await
}

async fn organization_settings(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    tenant_table("organization_settings")
        .currency("default_currency")
        .text("timezone", 64)
        .text("locale", 35)
        .text_null("default_model", 128)
        .json("quotas", "{}")
        .score("ai_confidence_threshold", 0.85)
        .long_null("monthly_ai_budget_minor")
        .json("agent_preferences", "{}")
        .long_null("po_approval_threshold_minor")
        .long_null("order_approval_threshold_minor")
        .flag("role_changes_need_approval", false)
        .flag("require_mfa", false)
        .flag("allow_impersonation", false)
        .int_null("data_retention_days")
        .int_default("deletion_retention_days", 30)
        .json("features", "{}")
        .timestamps()
        .version()
        // One row for each organization.
        .unique(&[])
        .check("monthly_ai_budget_minor", "monthly_ai_budget_minor >= 0")
        .check("po_approval_threshold_minor", "po_approval_threshold_minor >= 0")
        .check("order_approval_threshold_minor", "order_approval_threshold_minor >= 0")
        .check("data_retention_days", "data_retention_days > 0")
        .check("deletion_retention_days", "deletion_retention_days > 0")
        .create(manager)
        .await
}

async fn roles(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    tenant_table("roles")
        .text("name", 64)
        .text("name_normalized", 64)
        .text_null("description", 2000)
        .flag("is_system", false)
        .int_default("rank", 0)
        .check("rank", "rank between 0 and 100")
        .state("scope", &["organization", "engagement"])
        .created_by()
        .timestamps()
        .version()
        .unique(&["name_normalized"])
        .index(&["rank"])
        .create(manager)
        .await
}

async fn membership_roles(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    tenant_table("membership_roles")
        .uuid("membership_id")
        .part_of("membership_id", "memberships")
        .uuid("role_id")
        .reference("role_id", "roles")
        .created_by()
        .created()
        .unique(&["membership_id", "role_id"])
        .create(manager)
        .await
}

async fn role_permissions(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    tenant_table("role_permissions")
        .uuid("role_id")
        .part_of("role_id", "roles")
        .text("permission", 64)
        .created()
        .unique(&["role_id", "permission"])
        .create(manager)
        .await
}
