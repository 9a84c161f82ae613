//! What every domain relies on: audit, events, jobs, keys, numbers, files.
use crate::table::{drop_tables, global_table, tenant_table};
use sea_orm_migration::prelude::{DbErr, DeriveMigrationName, MigrationTrait, SchemaManager, async_trait};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        audit_logs(manager).await?;
        audit_details(manager).await?;
        outbox_events(manager).await?;
        jobs(manager).await?;
        schedules(manager).await?;
        encryption_keys(manager).await?;
        idempotency_keys(manager).await?;
        number_sequences(manager).await?;
        media_files(manager).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(
            manager,
            &[
                "media_files",
                "number_sequences",
                "idempotency_keys",
                "encryption_keys",
                "schedules",
                "jobs",
                "outbox_events",
                "audit_details",
                "audit_logs",
            ],
        )
        .await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

async fn audit_logs(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    tenant_table("audit_logs")
        .state("category", &["change", "security", "access", "approval", "system"])
        .state("severity", &["info", "warning", "critical"])
        .text("actor_kind", 16)
        .uuid_null("actor_id")
        .uuid_null("on_behalf_of")
        .text("action", 128)
        .text("resource", 64)
        .uuid_null("resource_id")
        .json("changes", "{}")
        .bytes_null("details_hash")
        .text("request_id", 128)
        .state("outcome", &["success", "failure"])
        .created()
        .index(&["created_at"])
        .index(&["resource", "resource_id", "created_at"])
        .index(&["resource_id", "created_at"])
        .index(&["actor_id", "created_at"])
        .index(&["action", "created_at"])
        .index(&["category", "created_at"])
        .index(&["request_id", "created_at"])
        // Few fail.
        .index_where(&["outcome", "created_at"], "outcome = 'failure'")
        .check("details_hash", "length(details_hash) = 32")
        .by_month()
        .create(manager)
        .await
}

/// It does not refer to `audit_logs`: partitions of that are to be detached once they are old.
async fn audit_details(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    tenant_table("audit_details")
        .uuid("audit_id")
        .bytes("salt")
        .json("details", "{}")
        .created()
        .unique(&["audit_id"])
        .create(manager)
        .await
}

async fn outbox_events(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    tenant_table("outbox_events")
        .long_null("sequence")
        .text("event_type", 128)
        .text("resource", 64)
        .uuid("resource_id")
        .json("payload", "{}")
        .uuid_null("actor_id")
        .time("occurred_at")
        .time_null("dispatched_at")
        .unique_where(&["sequence"], "sequence is not null")
        // What the dispatcher has to number.
        .index_where(&["id"], "sequence is null")
        .index(&["resource", "resource_id"])
        .create(manager)
        .await
}

async fn jobs(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    global_table("jobs")
        // Without foreign key: on Citus the queue is a local table.
        .uuid_null("organization_id")
        // Whose turn it takes: the organization's, or that of Purser's own work.
        .uuid("lane")
        .text("kind", 64)
        .json("payload", "{}")
        .state("status", &["ready", "running", "done", "dead", "cancelled"])
        .int_default("priority", 0)
        .time("run_at")
        .count("attempts")
        .int_default("max_attempts", 20)
        .uuid_null("lease_owner")
        .time_null("leased_until")
        .text_null("unique_key", 256)
        .text_null("last_error", 4000)
        .timestamps()
        .unique_where(&["unique_key"], "status = 'ready' and unique_key is not null")
        // As workers claim: lane by lane, in each what is most urgent, then what has waited longest.
        .index_where(&["kind", "lane", "priority desc", "run_at"], "status = 'ready'")
        .index_where(&["leased_until"], "status = 'running'")
        // As operators look at them, the newest first.
        .index(&["status", "id"])
        .index(&["organization_id", "id"])
        .check("max_attempts", "max_attempts > 0")
        .create(manager)
        .await
}

async fn schedules(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    global_table("schedules")
        .text("kind", 64)
        .text("cron", 128)
        .time("next_run_at")
        .time_null("last_run_at")
        .timestamps()
        .unique(&["kind"])
        .index(&["next_run_at"])
        .create(manager)
        .await
}

async fn encryption_keys(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    tenant_table("encryption_keys")
        .text("purpose", 64)
        .int("version")
        .bytes("wrapped_key")
        .state("status", &["active", "retiring", "retired", "destroyed"])
        .time_null("rotated_at")
        .timestamps()
        .unique(&["purpose", "version"])
        .unique_where(&["purpose"], "status = 'active'")
        .check("version", "version > 0")
        .check("destroyed", "(status = 'destroyed') = (length(wrapped_key) = 0)")
        .create(manager)
        .await
}

async fn idempotency_keys(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    tenant_table("idempotency_keys")
        .text("actor", 64)
        .text("method", 16)
        .text("path", 2048)
        .text("key", 255)
        .bytes("request_hash")
        .int("response_status")
        .bytes("response_ciphertext")
        .uuid("response_key_id")
        .reference("response_key_id", "encryption_keys")
        .created()
        .time("expires_at")
        .unique(&["actor", "method", "path", "key"])
        .index(&["expires_at"])
        .create(manager)
        .await
}

async fn number_sequences(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    tenant_table("number_sequences")
        .text("name", 64)
        .long_default("next_value", 1)
        .timestamps()
        .unique(&["name"])
        .check("next_value", "next_value > 0")
        .create(manager)
        .await
}

async fn media_files(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    tenant_table("media_files")
        .text_null("storage_key", 1024)
        .text_null("filename", 255)
        .text("content_type", 255)
        .long_null("byte_size")
        .text_null("sha256", 64)
        .choice("kind", 16)
        .text_null("source_url", 2048)
        .created()
        .index(&["created_at"])
        .index(&["kind", "created_at"])
        .index(&["sha256"])
        .index(&["source_url"])
        // What is added up before a file is taken.
        .index_where(&["byte_size"], "storage_key is not null")
        .check("byte_size", "byte_size >= 0")
        .check("stored", "storage_key is null or (byte_size is not null and sha256 is not null)")
        .create(manager)
        .await
}
