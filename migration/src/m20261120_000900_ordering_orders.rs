//! Orders, their lines, and how they came about.
use crate::table::{drop_tables, tenant_table};
use sea_orm_migration::prelude::{DbErr, DeriveMigrationName, MigrationTrait, SchemaManager, async_trait};

const STATES: &[&str] = &["draft", "review", "pending", "confirmed", "fulfilled", "cancelled"];
const QUESTION_STATES: &[&str] = &["pending", "approved", "rejected", "expired", "withdrawn", "superseded"];
const OPEN_AGENT_DRAFT: &str = "ai_generated and status in ('draft', 'review', 'pending')
    and conversation_id is not null and deleted_at is null";

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        orders(manager).await?;
        order_lines(manager).await?;
        order_messages(manager).await?;
        order_status_history(manager).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["order_status_history", "order_messages", "order_lines", "orders"]).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

async fn orders(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    tenant_table("orders")
        .text("number", 32)
        .uuid("customer_id")
        .reference("customer_id", "customers")
        .uuid_null("distributor_id")
        .uuid_null("lead_id")
        .uuid_null("conversation_id")
        .reference("conversation_id", "conversations")
        .choice("channel", 16)
        .text_null("customer_reference", 100)
        .state("status", STATES)
        .flag("ai_generated", false)
        .score_null("ai_confidence")
        .flag("requires_review", false)
        .uuid_null("reviewed_by")
        .person("reviewed_by")
        .time_null("reviewed_at")
        .currency("currency")
        .uuid_null("duration_id")
        .reference("duration_id", "durations")
        .long_default("subtotal_minor", 0)
        .long_default("discount_total_minor", 0)
        .long_default("tax_total_minor", 0)
        .long_default("total_minor", 0)
        .date_null("requested_delivery_on")
        .text_null("notes", 4000)
        .json("billing_metadata", "{}")
        // Without foreign key: approvals stand later in the history.
        .uuid_null("approval_id")
        .state_null("approval_status", QUESTION_STATES)
        .check("approval_id", "(approval_id is null) = (approval_status is null)")
        .time_null("confirmed_at")
        .time_null("cancelled_at")
        .created_by()
        .timestamps()
        .soft_delete()
        .version()
        .unique(&["number"])
        // One open draft of an agent for each customer in a conversation: a second message amends it.
        .unique_where(&["conversation_id", "customer_id"], OPEN_AGENT_DRAFT)
        .index(&["status", "created_at"])
        .index(&["customer_id", "created_at"])
        .index(&["conversation_id", "created_at"])
        .index(&["requires_review", "created_at"])
        .index(&["distributor_id"])
        .index(&["lead_id"])
        .index(&["created_at"])
        .gin("billing_metadata")
        .create(manager)
        .await
}

async fn order_lines(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    tenant_table("order_lines")
        .uuid("order_id")
        .part_of("order_id", "orders")
        .int("line_number")
        .uuid_null("message_id")
        .reference("message_id", "messages")
        .uuid_null("product_id")
        .reference("product_id", "products")
        .uuid_null("variant_id")
        .reference("variant_id", "product_variants")
        .text("product_name", 200)
        .long("quantity_e4")
        .text("unit", 32)
        .long_default("unit_price_e4", 0)
        .share("discount_bp")
        .uuid_null("tax_rate_id")
        .long_default("line_total_minor", 0)
        .flag("ai_extracted", false)
        .text_null("ai_original_text", 4000)
        .score_null("ai_confidence")
        .json("alternatives", "[]")
        .timestamps()
        .unique(&["order_id", "line_number"])
        .check("line_number", "line_number > 0")
        .check("quantity_e4", "quantity_e4 > 0")
        .check("variant_id", "variant_id is null or product_id is not null")
        .create(manager)
        .await
}

async fn order_messages(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    tenant_table("order_messages")
        .uuid("order_id")
        .part_of("order_id", "orders")
        .uuid("message_id")
        .reference("message_id", "messages")
        .state("effect", &["created", "amended", "cancelled"])
        .created()
        .unique(&["order_id", "message_id"])
        .index(&["order_id"])
        .create(manager)
        .await
}

async fn order_status_history(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    tenant_table("order_status_history")
        .uuid("order_id")
        .part_of("order_id", "orders")
        .state_null("from_status", STATES)
        .state("to_status", STATES)
        .uuid_null("changed_by")
        .person("changed_by")
        .text_null("reason", 2000)
        .created()
        .index(&["order_id"])
        .create(manager)
        .await
}
