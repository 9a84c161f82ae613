//! Connections to providers and what they sent; where events are sent, and what became of that.
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
        inbound_positions(manager).await?;
        external_mappings(manager).await?;
        webhook_endpoints(manager).await?;
        webhook_endpoint_states(manager).await?;
        webhook_deliveries(manager).await?;
        webhook_attempts(manager).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(
            manager,
            &["webhook_attempts", "webhook_deliveries", "webhook_endpoint_states", "webhook_endpoints"],
        )
        .await?;
        drop_tables(
            manager,
            &["external_mappings", "inbound_positions", "inbound_event_keys", "inbound_events", "integrations"],
        )
        .await
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
        .state("status", &["received", "processed", "failed", "dead", "ignored"])
        .count("attempts")
        .text_null("error", 4000)
        .time("received_at")
        .time_null("processed_at")
        .index(&["integration_id", "received_at"])
        .index_where(&["integration_id", "id"], "status = 'received'")
        .index(&["status"])
        .index(&["received_at"])
        .by_month()
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
        .index(&["created_at"])
        .create(manager)
        .await
}

async fn inbound_positions(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    tenant_table("inbound_positions")
        .uuid("integration_id")
        .reference("integration_id", "integrations")
        .long("position")
        .timestamps()
        .unique(&["integration_id"])
        .check("position", "position > 0")
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

async fn webhook_endpoints(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    tenant_table("webhook_endpoints")
        .text("url", 2048)
        .text_null("description", 200)
        .json_null("event_types")
        .flag("ordered", false)
        .int_null("rate_limit")
        .int("max_attempts")
        .bytes("secret_ciphertext")
        .uuid("secret_key_id")
        .reference("secret_key_id", "encryption_keys")
        .bytes_null("previous_secret_ciphertext")
        .uuid_null("previous_secret_key_id")
        .reference("previous_secret_key_id", "encryption_keys")
        .time_null("previous_secret_until")
        .flag("is_active", true)
        .state_null("disabled_reason", &["requested", "failing", "gone"])
        .time_null("disabled_at")
        .created_by()
        .timestamps()
        .soft_delete()
        .version()
        .check("rate_limit", "rate_limit > 0")
        .check("max_attempts", "max_attempts > 0")
        .check(
            "previous_secret",
            "previous_secret_ciphertext is null or (previous_secret_key_id is not null and previous_secret_until is not null)",
        )
        .check("disabled", "is_active = (disabled_reason is null)")
        .create(manager)
        .await
}

async fn webhook_endpoint_states(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    tenant_table("webhook_endpoint_states")
        .uuid("endpoint_id")
        .part_of("endpoint_id", "webhook_endpoints")
        .uuid_null("lane_job")
        .time_null("lane_until")
        .time_null("failing_since")
        .time_null("last_failed_at")
        .time_null("paused_until")
        .time_null("paced_until")
        .timestamps()
        .unique(&["endpoint_id"])
        .create(manager)
        .await
}

async fn webhook_deliveries(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    tenant_table("webhook_deliveries")
        .uuid("endpoint_id")
        .reference("endpoint_id", "webhook_endpoints")
        .uuid("event_id")
        .text("event_type", 128)
        .uuid("resource_id")
        .long("sequence")
        .json("payload", "{}")
        .state("status", &["pending", "retrying", "success", "failed"])
        .long_default("attempts", 0)
        .count("tries")
        .time_null("next_attempt_at")
        .time_null("leased_until")
        .text_null("error", 64)
        .time_null("completed_at")
        .timestamps()
        .unique(&["endpoint_id", "event_id"])
        // What is due at an endpoint: nothing else has a time. What is over leaves these.
        .index_where(&["endpoint_id", "next_attempt_at"], "next_attempt_at is not null")
        .index_where(&["next_attempt_at"], "next_attempt_at is not null")
        .index_where(&["endpoint_id", "resource_id", "sequence"], "completed_at is null")
        .index(&["endpoint_id", "status", "created_at"])
        .index(&["endpoint_id"])
        .index(&["event_type"])
        .index(&["status"])
        .index(&["created_at"])
        .check("attempts", "attempts >= 0")
        .check("completed_at", "(completed_at is null) = (status in ('pending', 'retrying'))")
        .create(manager)
        .await
}

async fn webhook_attempts(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    tenant_table("webhook_attempts")
        .uuid("delivery_id")
        .part_of("delivery_id", "webhook_deliveries")
        .long("number")
        .time("started_at")
        .long_null("duration_ms")
        .int_null("response_status")
        .text_null("response_body", 1024)
        .text_null("error", 64)
        .unique(&["delivery_id", "number"])
        .create(manager)
        .await
}
