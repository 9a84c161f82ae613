//! What readers and models answered, and what was learned from people.
use crate::table::{drop_tables, tenant_table};
use sea_orm_migration::prelude::{DbErr, DeriveMigrationName, MigrationTrait, SchemaManager, async_trait};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ai_responses(manager).await?;
        training_examples(manager).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["training_examples", "ai_responses"]).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

async fn ai_responses(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    tenant_table("ai_responses")
        .uuid_null("message_id")
        .part_of("message_id", "messages")
        .uuid_null("run_id")
        .text("agent_type", 64)
        .text("model", 128)
        .json("content", "{}")
        .score_null("confidence")
        .long_default("tokens_in", 0)
        .long_default("tokens_out", 0)
        .long_default("cost_nanos", 0)
        .long_default("latency_ms", 0)
        .choice_null("human_feedback", 16)
        .uuid_null("feedback_by")
        .person("feedback_by")
        .time_null("feedback_at")
        .timestamps()
        .unique_where(&["message_id", "agent_type"], "message_id is not null")
        .index(&["agent_type"])
        .index(&["run_id"])
        .create(manager)
        .await
}

async fn training_examples(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    tenant_table("training_examples")
        .choice("source", 32)
        .text("agent_type", 64)
        .text("input_text", 65536)
        .json("expected_output", "{}")
        .json_null("ai_output")
        .uuid_null("approved_by")
        .person("approved_by")
        .time_null("approved_at")
        .uuid_null("message_id")
        .reference("message_id", "messages")
        .uuid_null("order_id")
        .reference("order_id", "orders")
        .created_by()
        .timestamps()
        .version()
        .index(&["agent_type"])
        .create(manager)
        .await
}
