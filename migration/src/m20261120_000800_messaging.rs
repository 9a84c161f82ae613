//! Conversations with contacts, over every channel.
use crate::table::{drop_tables, tenant_table};
use sea_orm_migration::prelude::{DbErr, DeriveMigrationName, MigrationTrait, SchemaManager, async_trait};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        conversations(manager).await?;
        messages(manager).await?;
        message_attachments(manager).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["message_attachments", "messages", "conversations"]).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

async fn conversations(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    tenant_table("conversations")
        .uuid_null("customer_id")
        .reference("customer_id", "customers")
        .choice("channel", 16)
        .text("channel_address", 320)
        .text_null("contact_name", 200)
        .uuid("integration_id")
        .reference("integration_id", "integrations")
        .state("status", &["open", "snoozed", "closed"])
        .uuid_null("assignee_id")
        .person("assignee_id")
        .count("unread_count")
        .time_null("last_message_at")
        .time_null("last_inbound_at")
        .text_null("ai_context_summary", 16000)
        .timestamps()
        .soft_delete()
        .version()
        // One open conversation for each contact of a channel.
        .unique_where(&["integration_id", "channel", "channel_address"], "status <> 'closed' and deleted_at is null")
        .index(&["integration_id", "channel_address"])
        .index(&["customer_id", "last_message_at"])
        .index(&["assignee_id", "status", "last_message_at"])
        .index(&["status", "last_message_at"])
        .index(&["last_message_at"])
        .index(&["created_at"])
        .create(manager)
        .await
}

async fn messages(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    tenant_table("messages")
        .uuid("conversation_id")
        .part_of("conversation_id", "conversations")
        .uuid("integration_id")
        .reference("integration_id", "integrations")
        .state("direction", &["inbound", "outbound"])
        .flag("is_from_customer", false)
        .uuid_null("sender_id")
        .person("sender_id")
        .text("content", 65536)
        .choice("content_type", 16)
        .json_null("payload")
        .text_null("external_id", 255)
        .state("status", &["received", "queued", "sent", "delivered", "read", "failed"])
        .time("status_at")
        .text_null("error", 4000)
        .time_null("sent_at")
        .flag("ai_processed", false)
        .choice_null("ai_extracted_intent", 16)
        .score_null("ai_confidence")
        .json("ai_suggested_responses", "[]")
        .uuid_null("reply_to_id")
        .reference("reply_to_id", "messages")
        .text_null("reply_to_external_id", 255)
        .timestamps()
        .unique_where(&["integration_id", "external_id"], "external_id is not null")
        .index(&["conversation_id", "created_at"])
        .index(&["created_at"])
        .create(manager)
        .await
}

async fn message_attachments(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    tenant_table("message_attachments")
        .uuid("message_id")
        .part_of("message_id", "messages")
        .uuid("media_file_id")
        .reference("media_file_id", "media_files")
        .choice("kind", 16)
        .text_null("caption", 4000)
        .created()
        .create(manager)
        .await
}
