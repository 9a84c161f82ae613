//! Who buys.
use crate::table::{drop_tables, tenant_table};
use sea_orm_migration::prelude::{DbErr, DeriveMigrationName, MigrationTrait, SchemaManager, async_trait};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        customers(manager).await?;
        customer_contacts(manager).await?;
        customer_labels(manager).await?;
        customer_label_assignments(manager).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["customer_label_assignments", "customer_labels", "customer_contacts", "customers"]).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

async fn customers(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    tenant_table("customers")
        .text("business_name", 200)
        .text("name_search", 400)
        .text("customer_code", 64)
        .state("status", &["ordering", "at_risk", "stopped_ordering", "no_orders_yet"])
        .text_null("email", 320)
        .text_null("phone", 40)
        .json_null("address")
        .text_null("tax_id", 64)
        .currency("currency")
        .text_null("payment_terms", 64)
        .count("total_orders")
        .long_default("total_spent_minor", 0)
        .time_null("last_ordered_at")
        .uuid_null("owner_id")
        .person("owner_id")
        .created_by()
        .timestamps()
        .soft_delete()
        .version()
        .unique_where(&["customer_code"], "deleted_at is null")
        .index(&["name_search"])
        .index(&["status"])
        .index(&["owner_id", "status"])
        .index(&["created_at"])
        // Who has not ordered for long.
        .index(&["last_ordered_at"])
        .create(manager)
        .await
}

async fn customer_contacts(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    tenant_table("customer_contacts")
        .uuid("customer_id")
        .part_of("customer_id", "customers")
        .text_null("name", 200)
        .text_null("role", 64)
        .text_null("email", 320)
        .text_null("email_normalized", 320)
        .text_null("phone", 40)
        .text_null("phone_normalized", 20)
        .text_null("whatsapp", 40)
        .text_null("whatsapp_normalized", 20)
        .created_by()
        .timestamps()
        .soft_delete()
        .unique_where(&["whatsapp_normalized"], "whatsapp_normalized is not null and deleted_at is null")
        .index(&["phone_normalized"])
        .index(&["email_normalized"])
        .create(manager)
        .await
}

async fn customer_labels(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    tenant_table("customer_labels")
        .text("name", 60)
        .text("name_normalized", 120)
        .text("color", 7)
        .flag("is_predefined", false)
        .created_by()
        .timestamps()
        .version()
        .unique(&["name_normalized"])
        .create(manager)
        .await
}

async fn customer_label_assignments(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    tenant_table("customer_label_assignments")
        .uuid("customer_id")
        .part_of("customer_id", "customers")
        .uuid("label_id")
        .part_of("label_id", "customer_labels")
        .text_null("value", 200)
        .created_by()
        .timestamps()
        .unique(&["customer_id", "label_id"])
        .index(&["customer_id"])
        .create(manager)
        .await
}
