//! Seals over the audit trail, the keys that sign them, and who read personal data.
use crate::table::{drop_tables, global_table, tenant_table};
use sea_orm_migration::prelude::{DbErr, DeriveMigrationName, MigrationTrait, SchemaManager, async_trait};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        audit_seal_keys(manager).await?;
        audit_seals(manager).await?;
        audit_seal_entries(manager).await?;
        data_access_audit(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["data_access_audit", "audit_seal_entries", "audit_seals", "audit_seal_keys"]).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

async fn audit_seal_keys(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    global_table("audit_seal_keys")
        .text("kid", 64)
        .state("state", &["active", "retired"])
        .bytes("public_key")
        .bytes("private_key_ciphertext")
        .timestamps()
        .unique(&["kid"])
        // Two servers that start at once make one key.
        .unique_where(&["state"], "state = 'active'")
        .create(manager)
        .await
}

async fn audit_seals(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    tenant_table("audit_seals")
        .long("number")
        .int("count")
        .bytes("merkle_root")
        .bytes("previous_root")
        .time("through")
        .text("key_id", 64)
        .bytes("signature")
        .created()
        .unique(&["number"])
        .check("number", "number > 0")
        .check("count", "count > 0")
        .create(manager)
        .await
}

/// It does not refer to `audit_logs`: partitions of that are to be detached once they are old, and what was removed is to be missed.
async fn audit_seal_entries(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    tenant_table("audit_seal_entries")
        .uuid("seal_id")
        .reference("seal_id", "audit_seals")
        .long("seal_number")
        .int("position")
        .uuid("audit_id")
        .bytes("leaf")
        .created()
        .unique(&["audit_id"])
        .unique(&["seal_number", "position"])
        .create(manager)
        .await
}

/// Readers are people, API keys and agents, as in `audit_logs`: no reference to a member, who may be gone.
async fn data_access_audit(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    tenant_table("data_access_audit")
        .text("actor_kind", 16)
        .uuid_null("actor_id")
        .uuid_null("on_behalf_of")
        .text("resource", 64)
        .json("record_ids", "[]")
        .int("record_count")
        .state("operation", &["select", "export"])
        .flag("contains_pii", true)
        .text_null("purpose", 200)
        .text("request_id", 128)
        .created()
        .index(&["created_at"])
        .index(&["actor_id", "created_at"])
        .index(&["resource", "created_at"])
        .by_month()
        .create(manager)
        .await
}
