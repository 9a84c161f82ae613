//! Products as rows of a file.
use super::{
    MAX_SKU, ProductChange, View, apply, base_price, changed, checked_against, priced_in_another_currency, sku_taken,
    unwritten,
};
use crate::imports::{Cells, Change, Reach, Sheet, joined};
use async_trait::async_trait;
use purser_entity_ordering::{
    price_tier,
    product::{self, Column},
    product_category, product_variant,
};
use purser_kernel::{
    UnitPrice,
    ids::{ProductCategoryId, ProductId},
    json,
    text::Findings,
};
use purser_store::prelude::*;
use serde_json::{Map, Value};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Products as rows of a file, known by their SKU.
pub struct ProductSheet;

/// What the products of a batch refer to.
pub struct Known {
    categories: HashSet<ProductCategoryId>,
    /// SKUs that a variant has.
    variants: HashSet<String>,
    /// Products with price tiers whose currency is to change.
    priced: HashSet<ProductId>,
}

#[async_trait]
impl Sheet for ProductSheet {
    const RESOURCE: &'static str = "product";
    const ACTION: &'static str = "product.import";
    const COLUMNS: &'static [&'static str] = &[
        "sku",
        "name",
        "description",
        "category_id",
        "unit",
        "base_price",
        "currency",
        "aliases",
        "keywords",
        "ai_training_examples",
        "specs",
        "is_active",
    ];
    const REQUIRED: &'static [&'static str] = &["name", "unit", "base_price", "currency"];
    const IMPORT: &'static [Permission] = &[Permission::ProductsManage, Permission::ProductsRead];
    const EXPORT: Permission = Permission::ProductsRead;
    type Row = product::Model;
    type Known = Known;

    fn key(&self, cell: &str) -> String {
        text::normalized(cell)
    }

    fn id(&self, product: &product::Model) -> Uuid {
        product.id.as_uuid()
    }

    fn cells(&self, product: &product::Model) -> Vec<String> {
        let specs = match &product.specs {
            Value::Object(specs) if specs.is_empty() => String::new(),
            specs => specs.to_string(),
        };
        vec![
            product.sku.clone(),
            product.name.clone(),
            product.description.clone().unwrap_or_default(),
            product.category_id.map(|id| id.to_string()).unwrap_or_default(),
            product.unit.clone(),
            UnitPrice::from_e4(product.base_price_e4, product.currency).to_string(),
            product.currency.code().to_owned(),
            joined(&product.aliases.0),
            joined(&product.keywords.0),
            joined(&product.ai_training_examples.0),
            specs,
            product.is_active.to_string(),
        ]
    }

    async fn stored(&self, reach: Reach<'_>, keys: &[String]) -> Result<HashMap<String, product::Model>, Problem> {
        // A key that is longer than any SKU is nobody's.
        let keys: Vec<&str> = keys.iter().map(String::as_str).filter(|key| key.chars().count() <= MAX_SKU).collect();
        let limit = u64::try_from(keys.len()).unwrap_or(u64::MAX);
        let products = reach.find::<product::Entity>().filter(Column::SkuNormalized.is_in(keys)).all(limit).await?;
        Ok(products.into_iter().map(|product| (product.sku_normalized.clone(), product)).collect())
    }

    async fn known(&self, tx: &ReadTx, rows: &[(&Cells, Option<&product::Model>)]) -> Result<Known, Problem> {
        let limit = u64::try_from(rows.len()).unwrap_or(u64::MAX);
        let named: HashSet<ProductCategoryId> =
            rows.iter().filter_map(|(cells, _)| cells.get("category_id")?.parse().ok()).collect();
        let named = product_category::Column::Id.is_in(named);
        let categories = tx.find::<product_category::Entity>().filter(named).all(limit).await?;
        let skus = rows.iter().filter_map(|(cells, _)| Some(self.key(cells.get("sku")?)));
        let skus: Vec<String> = skus.filter(|sku| sku.chars().count() <= MAX_SKU).collect();
        let variants = product_variant::Column::SkuNormalized.is_in(skus);
        let variants = tx.find::<product_variant::Entity>().filter(variants).all(limit).await?;
        let moved = rows.iter().filter_map(|(cells, before)| before.filter(|before| moves_currency(cells, before)));
        // Whoever has tiers has a first one.
        let tiers = price_tier::Column::ProductId.is_in(moved.map(|product| product.id));
        let tiers = tiers.and(price_tier::Column::Position.eq(1));
        let tiers = tx.find::<price_tier::Entity>().filter(tiers).all(limit).await?;
        Ok(Known {
            categories: categories.into_iter().map(|category| category.id).collect(),
            variants: variants.into_iter().filter_map(|variant| variant.sku_normalized).collect(),
            priced: tiers.into_iter().map(|tier| tier.product_id).collect(),
        })
    }

    fn after(
        &self,
        tx: &ReadTx,
        known: &Known,
        cells: &Cells,
        before: Option<&product::Model>,
    ) -> Result<product::Model, Problem> {
        let mut found = Findings::new();
        let change = change(cells, &mut found)?;
        let change = found.check(checked_against(change, |category| known.categories.contains(&category)))?;
        if before.is_some_and(|before| known.priced.contains(&before.id)) {
            found.check(Err::<(), _>(priced_in_another_currency()))?;
        }
        found.finish()?;
        if cells.get("sku").is_some_and(|sku| known.variants.contains(&self.key(sku))) {
            return Err(sku_taken());
        }
        tx.draft(before, |row| {
            if before.is_none() {
                unwritten(tx, row);
            }
            if let Some(change) = change {
                apply(change, row);
            }
        })
    }

    async fn begin(&self, tx: &WriteTx) -> Result<(), Problem> {
        changed(tx).await
    }

    async fn write(&self, tx: &WriteTx, changes: Vec<Change<product::Model>>) -> Result<(), Problem> {
        let entry = |Change { before, after }: &Change<product::Model>| match before {
            None => AuditEntry::new("product.create", "product", after.id).after(&View::of(after)),
            Some(before) => {
                let entry = AuditEntry::new("product.update", "product", after.id);
                entry.before(&View::of(before)).after(&View::of(after))
            }
        };
        tx.audit_many(changes.iter().map(entry)).await?;
        let columns = [
            Column::Sku,
            Column::SkuNormalized,
            Column::Name,
            Column::NameSearch,
            Column::Description,
            Column::CategoryId,
            Column::Unit,
            Column::BasePriceE4,
            Column::Currency,
            Column::Aliases,
            Column::Keywords,
            Column::AiTrainingExamples,
            Column::Specs,
            Column::IsActive,
        ];
        let rows = changes.into_iter().map(|change| change.after);
        tx.upsert_many(rows, columns).await.on_unique("uq_products_sku_normalized", sku_taken)
    }

    async fn page(&self, tx: &ReadTx, page: &PageRequest) -> Result<Page<product::Model>, Problem> {
        tx.find::<product::Entity>().order_by(Column::Id, Asc).page(page).await
    }
}

fn moves_currency(cells: &Cells, product: &product::Model) -> bool {
    cells.get("currency").is_some_and(|currency| currency != product.currency.code())
}

/// What the cells say, as a change that is to be checked.
fn change(cells: &Cells, found: &mut Findings) -> Result<ProductChange, Problem> {
    Ok(ProductChange {
        sku: cells.text("sku"),
        name: cells.text("name"),
        description: cells.patch("description"),
        category_id: found.check(cells.patch("category_id").try_map(|id| category(&id)))?.unwrap_or_default(),
        unit: cells.text("unit"),
        base_price: found.check(price(cells))?.flatten(),
        aliases: cells.list("aliases"),
        keywords: cells.list("keywords"),
        ai_training_examples: cells.list("ai_training_examples"),
        specs: found.check(specs(cells))?.flatten(),
        is_active: found.check(cells.flag("is_active"))?.flatten(),
    })
}

fn category(id: &str) -> Result<ProductCategoryId, Problem> {
    id.parse().map_err(|_| Problem::invalid("/category_id", "invalid_value", "must be the id of a category"))
}

/// An empty cell is no price, and not a column that is left out.
fn price(cells: &Cells) -> Result<Option<UnitPrice>, Problem> {
    if let Some(column) = ["base_price", "currency"].into_iter().find(|column| cells.get(column) == Some("")) {
        return Err(Problem::invalid(format!("/{column}"), "required", "must not be empty"));
    }
    base_price(cells.get("base_price"), cells.get("currency"))
}

fn specs(cells: &Cells) -> Result<Option<Map<String, Value>>, Problem> {
    let wrong = |message| Err(Problem::invalid("/specs", "invalid_value", message));
    match cells.get("specs") {
        None => Ok(None),
        Some("") => Ok(Some(Map::new())),
        Some(cell) => match serde_json::from_str(cell) {
            Ok(specs) if json::has_nul(&specs) => wrong("must not contain the character U+0000"),
            Ok(Value::Object(specs)) => Ok(Some(specs)),
            _ => wrong("must be a JSON object, such as {\"packs\": {\"case\": 24}}"),
        },
    }
}
