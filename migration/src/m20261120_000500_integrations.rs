//! Connections to providers, and what they sent.
use crate::table::{drop_tables, tenant_table};
use sea_orm_migration::prelude::{DbErr, DeriveMigrationName, MigrationTrait, SchemaManager, async_trait};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        integrations(manager).await?;
        inbound_events(manager).await?;
        inbound_event_keys(manager).await?;
        external_mappings(manager).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["external_mappings", "inbound_event_keys", "inbound_events", "integrations"]).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

async fn integrations(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    tenant_table("integrations")
        .choice("kind", 16)
        .text("provider", 64)
        .text("name", 200)
        .json("config", "{}")
        .bytes_null("credentials_ciphertext")
        .uuid_null("credentials_key_id")
        .reference("credentials_key_id", "encryption_keys")
        .text_null("external_account", 255)
        .flag("is_active", true)
        .time_null("last_health_at")
        .choice_null("health", 16)
        .created_by()
        .timestamps()
        .soft_delete()
        .version()
        // One customer database, one billing system, one directory at a time.
        .unique_where(&["kind"], "is_active and deleted_at is null and kind in ('crm', 'billing', 'auth')")
        .unique_where(&["provider", "external_account"], "external_account is not null and deleted_at is null")
        .index(&["kind", "created_at"])
        .check("credentials", "credentials_ciphertext is null or credentials_key_id is not null")
        .create(manager)
        .await
}

async fn inbound_events(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    tenant_table("inbound_events")
        .uuid("integration_id")
        .reference("integration_id", "integrations")
        .text("provider", 64)
        .text("provider_event_id", 255)
        .flag("signature_ok", false)
        .json("headers", "{}")
        .bytes("body")
        .state("status", &["received", "processed", "failed", "ignored"])
        .count("attempts")
        .text_null("error", 4000)
        .time("received_at")
        .time_null("processed_at")
        .index(&["integration_id", "received_at"])
        .index_where(&["integration_id", "id"], "status = 'received'")
        .index(&["status"])
        .index(&["received_at"])
        .create(manager)
        .await
}

async fn inbound_event_keys(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    tenant_table("inbound_event_keys")
        .uuid("integration_id")
        .reference("integration_id", "integrations")
        .text("provider_event_id", 255)
        .uuid("event_id")
        .created()
        .unique(&["integration_id", "provider_event_id"])
        .index(&["event_id"])
        .create(manager)
        .await
}

async fn external_mappings(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    tenant_table("external_mappings")
        .uuid("integration_id")
        .reference("integration_id", "integrations")
        .text("resource", 64)
        .uuid("local_id")
        .text("external_id", 255)
        .text_null("external_hash", 64)
        .timestamps()
        .unique(&["integration_id", "resource", "local_id"])
        .unique(&["integration_id", "resource", "external_id"])
        .create(manager)
        .await
}
