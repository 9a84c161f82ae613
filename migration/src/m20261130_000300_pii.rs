//! Rules by which personal data is found in free text, what they have found, and looks at what is there already.
use crate::table::{drop_tables, tenant_table};
use sea_orm_migration::prelude::{DbErr, DeriveMigrationName, MigrationTrait, SchemaManager, async_trait};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        pii_rules(manager).await?;
        pii_findings(manager).await?;
        pii_scans(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["pii_scans", "pii_findings", "pii_rules"]).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

async fn pii_rules(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    tenant_table("pii_rules")
        .text("name", 60)
        .text("name_normalized", 60)
        .choice("pii_type", 16)
        .text("pattern", 500)
        .choice_null("checksum", 16)
        .flag("is_active", true)
        .flag("is_predefined", false)
        .created_by()
        .timestamps()
        .version()
        .unique(&["name_normalized"])
        .unique_where(&["pii_type"], "is_predefined")
        .create(manager)
        .await
}

/// It refers to no resource, because there are many kinds of them: what is left of one that is gone is swept away.
async fn pii_findings(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    tenant_table("pii_findings")
        .uuid("rule_id")
        .part_of("rule_id", "pii_rules")
        .text("resource", 64)
        .uuid("resource_id")
        .text("field", 64)
        .choice("pii_type", 16)
        .int("start_offset")
        .int("end_offset")
        .score("confidence", 0.0)
        .bytes("mark")
        .int("occurrence")
        .state_null("verdict", &["confirmed", "false_alarm"])
        .uuid_null("reviewed_by")
        .person("reviewed_by")
        .time_null("reviewed_at")
        .timestamps()
        .version()
        .unique(&["resource_id", "field", "rule_id", "mark", "occurrence"])
        .index(&["resource", "resource_id"])
        .index(&["pii_type"])
        .index(&["verdict"])
        .check("place", "start_offset >= 0 and end_offset > start_offset")
        .check("review", "(verdict is null) = (reviewed_at is null)")
        .create(manager)
        .await
}

async fn pii_scans(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    tenant_table("pii_scans")
        .text_null("only_resource", 64)
        .state("status", &["running", "done"])
        .text_null("resource", 64)
        .uuid_null("resource_id")
        .long_default("scanned", 0)
        .long_default("found", 0)
        .created_by()
        .timestamps()
        .time_null("finished_at")
        // Two that start at once are one, and one who is told.
        .unique_where(&["status"], "status = 'running'")
        .create(manager)
        .await
}
