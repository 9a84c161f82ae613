//! What is sold, and for how much.
use crate::table::{drop_tables, tenant_table};
use sea_orm_migration::prelude::{DbErr, DeriveMigrationName, MigrationTrait, SchemaManager, async_trait};

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        product_categories(manager).await?;
        products(manager).await?;
        product_variants(manager).await?;
        price_tiers(manager).await?;
        durations(manager).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        drop_tables(manager, &["durations", "price_tiers", "product_variants", "products", "product_categories"]).await
    }

    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }
}

async fn product_categories(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    tenant_table("product_categories")
        .uuid_null("parent_category_id")
        .reference("parent_category_id", "product_categories")
        .text("name", 200)
        .json("ai_keywords", "[]")
        .int_default("sort_order", 0)
        .created_by()
        .timestamps()
        .soft_delete()
        .version()
        .index(&["parent_category_id", "sort_order"])
        .check("not_its_own_parent", "parent_category_id <> id")
        .create(manager)
        .await
}

async fn products(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    tenant_table("products")
        .text("sku", 64)
        .text("sku_normalized", 64)
        .text("name", 200)
        .text("name_search", 400)
        .text_null("description", 4000)
        .uuid_null("category_id")
        .reference("category_id", "product_categories")
        .choice("kind", 16)
        .text("unit", 32)
        .long("base_price_e4")
        .currency("currency")
        .json("aliases", "[]")
        .json("keywords", "[]")
        .json("ai_training_examples", "[]")
        .json("specs", "{}")
        .flag("is_active", true)
        .created_by()
        .timestamps()
        .soft_delete()
        .version()
        .unique_where(&["sku_normalized"], "deleted_at is null")
        .index(&["name_search"])
        .index(&["category_id", "name_search"])
        .index(&["is_active"])
        .index(&["created_at"])
        .gin("specs")
        .check("base_price_e4", "base_price_e4 >= 0")
        .create(manager)
        .await
}

async fn product_variants(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    tenant_table("product_variants")
        .uuid("product_id")
        .part_of("product_id", "products")
        .text_null("sku", 64)
        .text_null("sku_normalized", 64)
        .choice("variant_type", 16)
        .text("value", 100)
        .long_default("price_delta_e4", 0)
        .json("ai_aliases", "[]")
        .created_by()
        .timestamps()
        .soft_delete()
        .version()
        .unique_where(&["sku_normalized"], "sku_normalized is not null and deleted_at is null")
        .create(manager)
        .await
}

async fn price_tiers(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    tenant_table("price_tiers")
        .uuid("product_id")
        .part_of("product_id", "products")
        .currency("currency")
        .state("model", &["graduated", "volume"])
        .long("min_quantity_e4")
        .long_null("max_quantity_e4")
        .long("unit_price_e4")
        .date_null("valid_from")
        .date_null("valid_to")
        .int("position")
        .timestamps()
        .index(&["product_id", "currency", "min_quantity_e4"])
        .check("min_quantity_e4", "min_quantity_e4 >= 0")
        .check("max_quantity_e4", "max_quantity_e4 >= min_quantity_e4")
        .check("unit_price_e4", "unit_price_e4 >= 0")
        .check("valid_to", "valid_to >= valid_from")
        .check("position", "position > 0")
        .create(manager)
        .await
}

async fn durations(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    tenant_table("durations")
        .int("months")
        .share("discount_bp")
        .flag("is_active", true)
        .timestamps()
        .unique(&["months"])
        .check("months", "months > 0")
        .create(manager)
        .await
}
