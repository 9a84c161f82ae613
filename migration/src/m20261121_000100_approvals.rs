//! What a person has to approve, who decides about it, and what was decided.
use crate::table::{drop_tables, tenant_table};
use sea_orm_migration::prelude::{DbErr, DeriveMigrationName, MigrationTrait, SchemaManager, async_trait};

const STATES: &[&str] = &["pending", "approved", "rejected", "expired", "withdrawn", "superseded"];

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        approval_policies(manager).await?;
        approval_requests(manager).await?;
        approval_decisions(manager).await?;
        approval_delegations(manager).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let tables = ["approval_delegations", "approval_decisions", "approval_requests", "approval_policies"];
        drop_tables(manager, &tables).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

async fn approval_policies(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    tenant_table("approval_policies")
        .text("name", 120)
        .text("subject", 64)
        .json("condition", "{}")
        .json("steps", "[]")
        .flag("separation_of_duties", true)
        .int_null("due_after_hours")
        .int_null("reminder_after_hours")
        .flag("is_predefined", false)
        .created_by()
        .timestamps()
        .version()
        // What the organization's settings say of a subject is one policy.
        .unique_where(&["subject"], "is_predefined")
        .index(&["subject"])
        .check("due_after_hours", "due_after_hours > 0")
        .check("reminder_after_hours", "reminder_after_hours > 0")
        .create(manager)
        .await
}

async fn approval_requests(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    tenant_table("approval_requests")
        .text("subject", 64)
        .uuid("subject_id")
        .text("requested_by_kind", 16)
        .uuid_null("requested_by")
        .uuid_null("accountable_user")
        .person("accountable_user")
        .uuid_null("last_edited_by")
        .person("last_edited_by")
        .uuid_null("about_user")
        .person("about_user")
        .text("summary", 500)
        .json("content", "{}")
        .long_null("amount_minor")
        .currency_null("currency")
        .text_null("counterparty_kind", 64)
        .uuid_null("counterparty_id")
        .bytes("payload_hash")
        .json("reasons", "[]")
        .json("steps", "[]")
        .flag("separation_of_duties", true)
        .int("step")
        .text("permission", 64)
        .state("status", STATES)
        .time_null("due_at")
        .time_null("reminder_at")
        .time_null("reminded_at")
        .time_null("decided_at")
        .time_null("used_at")
        .timestamps()
        .version()
        // One open question about one thing.
        .unique_where(&["subject", "subject_id"], "status = 'pending'")
        .index(&["subject", "subject_id", "status"])
        .index(&["status", "created_at"])
        .index(&["subject", "created_at"])
        .index(&["created_at"])
        .index_where(&["due_at"], "status = 'pending'")
        .index_where(&["reminder_at"], "status = 'pending' and reminded_at is null")
        .index_where(&["subject", "counterparty_id"], "status = 'pending'")
        .check("amount_minor", "(amount_minor is null) = (currency is null)")
        .check("counterparty_id", "(counterparty_kind is null) = (counterparty_id is null)")
        .check("step", "step > 0")
        .check("decided_at", "(status = 'pending') = (decided_at is null)")
        .check("used_at", "used_at is null or status = 'approved'")
        .create(manager)
        .await
}

async fn approval_decisions(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    tenant_table("approval_decisions")
        .uuid("request_id")
        .part_of("request_id", "approval_requests")
        .int("step")
        .text("permission", 64)
        .uuid("decided_by")
        .person("decided_by")
        .uuid_null("on_behalf_of")
        .person("on_behalf_of")
        .state("decision", &["approved", "rejected"])
        .text_null("reason", 2000)
        .bytes("payload_hash")
        .created()
        // Two at once decide a step once.
        .unique(&["request_id", "step"])
        .check("step", "step > 0")
        .create(manager)
        .await
}

async fn approval_delegations(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    tenant_table("approval_delegations")
        .uuid("from_user")
        .person("from_user")
        .uuid("to_user")
        .person("to_user")
        .text_null("subject", 64)
        .time("since")
        .time("until")
        .created_by()
        .timestamps()
        .version()
        .index(&["to_user", "until"])
        .index(&["created_at"])
        .check("until", "until >= since")
        .create(manager)
        .await
}
