//! Metered use, and what currencies are worth.
use crate::table::{drop_tables, global_table, tenant_table};
use sea_orm_migration::prelude::{DbErr, DeriveMigrationName, MigrationTrait, SchemaManager, async_trait};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        usage_events(manager).await?;
        usage_event_keys(manager).await?;
        exchange_rates(manager).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["exchange_rates", "usage_event_keys", "usage_events"]).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

async fn usage_events(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    tenant_table("usage_events")
        .text("source", 64)
        .text("idempotency_key", 255)
        .text("resource_type", 64)
        .long("quantity_e4")
        .text("unit", 32)
        .long_default("cost_nanos", 0)
        .text_null("provider", 64)
        .text_null("model", 128)
        .flag("success", true)
        .long_null("latency_ms")
        .long_default("tokens_in", 0)
        .long_default("tokens_cached", 0)
        .long_default("tokens_reasoning", 0)
        .long_default("tokens_out", 0)
        .uuid_null("user_id")
        .person("user_id")
        .uuid_null("project_id")
        .uuid_null("engagement_id")
        .uuid_null("agent_run_id")
        .text("billing_period", 7)
        .time("occurred_at")
        .json("extra", "{}")
        .created()
        .index(&["billing_period", "resource_type"])
        .index(&["billing_period"])
        .index(&["occurred_at"])
        .check("quantity_e4", "quantity_e4 >= 0")
        .by_month()
        .create(manager)
        .await
}

async fn usage_event_keys(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    tenant_table("usage_event_keys")
        .text("source", 64)
        .text("idempotency_key", 255)
        .uuid("event_id")
        .created()
        .unique(&["source", "idempotency_key"])
        .index(&["created_at"])
        .create(manager)
        .await
}

async fn exchange_rates(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    global_table("exchange_rates")
        .currency("base")
        .currency("quote")
        .date("valid_on")
        .long("rate")
        .int("scale")
        .text("source", 64)
        .timestamps()
        .unique(&["base", "quote", "valid_on"])
        .index(&["quote", "valid_on"])
        .check("rate", "rate > 0")
        .check("scale", "scale between 0 and 12")
        .create(manager)
        .await
}
