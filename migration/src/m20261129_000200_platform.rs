//! Those who administer the installation: their sessions, for whom they act, and their trail.
use crate::table::{drop_tables, global_table, person_table};
use sea_orm_migration::prelude::{DbErr, DeriveMigrationName, MigrationTrait, SchemaManager, async_trait};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        platform_sessions(manager).await?;
        impersonations(manager).await?;
        platform_audit_logs(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["platform_audit_logs", "impersonations", "platform_sessions"]).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

async fn platform_sessions(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    person_table("platform_sessions")
        .bytes("challenge_hash")
        .time("challenge_expires_at")
        .time_null("confirmed_at")
        .text_null("ip", 45)
        .text_null("user_agent", 512)
        .time("expires_at")
        .time_null("revoked_at")
        .created()
        .create(manager)
        .await
}

async fn impersonations(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    global_table("impersonations")
        .uuid("admin_id")
        .global_reference("admin_id", "users")
        .uuid("organization_id")
        .global_reference("organization_id", "organizations")
        .uuid("person_id")
        .global_reference("person_id", "users")
        .text("reason", 500)
        .time("expires_at")
        .time_null("ended_at")
        .created()
        .index(&["created_at", "id"])
        .create(manager)
        .await
}

async fn platform_audit_logs(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    global_table("platform_audit_logs")
        .uuid_null("admin_id")
        .global_reference("admin_id", "users")
        .text("action", 128)
        .state("outcome", &["success", "failure"])
        // Without references: what is written down stays, whatever becomes of the organization or the person.
        .uuid_null("organization_id")
        .uuid_null("person_id")
        .json("details", "{}")
        .text_null("ip", 45)
        .text_null("user_agent", 512)
        .text("request_id", 128)
        .created()
        .index(&["created_at", "id"])
        .index(&["organization_id", "created_at"])
        .index(&["person_id", "created_at"])
        .create(manager)
        .await
}
