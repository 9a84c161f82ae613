//! Products: what can be sold, and under which names customers ask for it.
pub(crate) mod deletion;
mod sheet;

use crate::OrderingProblem;
use purser_entity_ordering::{
    product::{self, Column, Kind},
    product_category, product_variant,
    texts::Texts,
};
use purser_kernel::{
    Currency, Expected, Patch, UnitPrice,
    ids::{ProductCategoryId, ProductId},
    json,
    text::Findings,
};
use purser_store::prelude::*;
use serde::Serialize;
use serde_json::{Map, Value};
use uuid::Uuid;

pub use sheet::ProductSheet;

/// The longest SKU.
pub const MAX_SKU: usize = 64;
pub(crate) const SKU_INDEX: &str = "uq_products_sku_normalized";
const MAX_NAME: usize = 200;
const MAX_DESCRIPTION: usize = 4000;
const MAX_UNIT: usize = 32;
const MAX_WORDS: usize = 50;
const MAX_WORD: usize = 200;
/// Levels of `specs`. JSON can be read back up to 127, and the audit trail puts what it shows two deeper.
const MAX_DEPTH: usize = 32;
/// The sequence that counts the catalogue's changes: readers build their index once for each number.
pub(crate) const CATALOGUE_VERSION: &str = "catalogue_version";

/// A product that is to be created.
#[derive(Clone, Debug)]
pub struct NewProduct {
    /// Stock keeping unit, unique among the organization's products in any spelling of upper and lower case.
    pub sku: String,
    /// What it is called.
    pub name: String,
    /// More about it.
    pub description: Option<String>,
    /// Where it stands in the catalogue.
    pub category_id: Option<ProductCategoryId>,
    /// What one of it is, such as `case` or `kg`.
    pub unit: String,
    /// What one of it costs where no tier says otherwise.
    pub base_price: UnitPrice,
    /// Other names that customers use.
    pub aliases: Vec<String>,
    /// Words that point to it.
    pub keywords: Vec<String>,
    /// Sentences in which it was ordered.
    pub ai_training_examples: Vec<String>,
    /// Anything else; `packs` (such as `{"case": 24}`) is read by the order reader.
    pub specs: Map<String, Value>,
    /// Whether it can be ordered; it can when left out.
    pub is_active: Option<bool>,
}

/// What changes in a product. Fields that are left out keep their value.
#[derive(Clone, Debug, Default)]
pub struct ProductChange {
    /// As in [`NewProduct`].
    pub sku: Option<String>,
    /// As in [`NewProduct`].
    pub name: Option<String>,
    /// As in [`NewProduct`].
    pub description: Patch<String>,
    /// As in [`NewProduct`].
    pub category_id: Patch<ProductCategoryId>,
    /// As in [`NewProduct`].
    pub unit: Option<String>,
    /// As in [`NewProduct`].
    pub base_price: Option<UnitPrice>,
    /// As in [`NewProduct`]; replaces the whole list.
    pub aliases: Option<Vec<String>>,
    /// As in [`NewProduct`]; replaces the whole list.
    pub keywords: Option<Vec<String>>,
    /// As in [`NewProduct`]; replaces the whole list.
    pub ai_training_examples: Option<Vec<String>>,
    /// As in [`NewProduct`]; replaces the whole object.
    pub specs: Option<Map<String, Value>>,
    /// As in [`NewProduct`].
    pub is_active: Option<bool>,
}

/// Which products are asked for.
#[derive(Clone, Debug, Default)]
pub struct ProductFilter {
    /// Only those of this category.
    pub category_id: Option<ProductCategoryId>,
    /// Only those that can, or cannot, be ordered.
    pub is_active: Option<bool>,
    /// Only the one with this SKU.
    pub sku: Option<String>,
    /// Only those whose name begins so.
    pub name_prefix: Option<String>,
}

/// Products, the newest first.
pub async fn list(tx: &ReadTx, filter: ProductFilter, page: &PageRequest) -> Result<Page<product::Model>, Problem> {
    tx.scope().require(Permission::ProductsRead)?;
    tx.find::<product::Entity>()
        .filter_if(filter.category_id.map(|id| Column::CategoryId.eq(id)))
        .filter_if(filter.is_active.map(|active| Column::IsActive.eq(active)))
        .filter_if(filter.sku.map(|sku| Column::SkuNormalized.eq(text::normalized(&sku))))
        .filter_if(filter.name_prefix.map(|prefix| Column::NameSearch.starts_with(&text::normalized(&prefix))))
        .page(page)
        .await
}

/// One product.
pub async fn get(tx: &ReadTx, id: ProductId) -> Result<product::Model, Problem> {
    tx.scope().require(Permission::ProductsRead)?;
    tx.get::<product::Entity>(id).await
}

/// Creates a product. `sku_taken` when another product or variant has its SKU.
pub async fn create(tx: &WriteTx, new: NewProduct) -> Result<product::Model, Problem> {
    tx.scope().require(Permission::ProductsManage)?;
    changed(tx).await?;
    let change = ProductChange {
        sku: Some(new.sku),
        name: Some(new.name),
        description: new.description.map_or(Patch::Absent, Patch::Value),
        category_id: new.category_id.map_or(Patch::Absent, Patch::Value),
        unit: Some(new.unit),
        base_price: Some(new.base_price),
        aliases: Some(new.aliases),
        keywords: Some(new.keywords),
        ai_training_examples: Some(new.ai_training_examples),
        specs: Some(new.specs),
        is_active: new.is_active,
    };
    let change = checked(tx, change).await?;
    require_free_sku(tx, change.sku.as_deref(), None).await?;
    let mut row = product::ActiveModel::default();
    unwritten(tx, &mut row);
    apply(change, &mut row);
    let product = tx.insert(row).await.on_unique(SKU_INDEX, sku_taken)?;
    tx.audit(AuditEntry::new("product.create", "product", product.id).after(&View::of(&product))).await?;
    Ok(product)
}

/// What a product costs, as it was written: the two are given together or not at all.
pub fn base_price(amount: Option<&str>, currency: Option<&str>) -> Result<Option<UnitPrice>, Problem> {
    match (amount, currency) {
        (Some(amount), Some(currency)) => price(amount, currency).map(Some),
        (None, None) => Ok(None),
        (Some(_), None) => Err(Problem::invalid("/currency", "required", "belongs to base_price")),
        (None, Some(_)) => Err(Problem::invalid("/base_price", "required", "belongs to currency")),
    }
}

/// As [`base_price`], where both are there.
pub fn price(amount: &str, currency: &str) -> Result<UnitPrice, Problem> {
    let currency = Currency::parse("/currency", currency)?;
    UnitPrice::parse(amount, currency).map_err(|error| error.at("/base_price"))
}

/// Changes a product that has the version `expected`.
pub async fn update(
    tx: &WriteTx,
    id: ProductId,
    expected: impl Into<Expected>,
    change: ProductChange,
) -> Result<product::Model, Problem> {
    tx.scope().require(Permission::ProductsManage)?;
    changed(tx).await?;
    let before = tx.get::<product::Entity>(id).await?;
    tx.expect_version(&before, expected)?;
    let change = checked(tx, change).await?;
    require_free_sku(tx, change.sku.as_deref(), Some(id.as_uuid())).await?;
    if change.base_price.is_some_and(|price| price.currency() != before.currency) {
        refuse_if_priced(tx, id).await?;
    }
    let view = View::of(&before).into_json();
    let product = tx.update(before, |row| apply(change, row)).await.on_unique(SKU_INDEX, sku_taken)?;
    let entry = AuditEntry::new("product.update", "product", id).before(&view).after(&View::of(&product));
    tx.audit(entry).await?;
    Ok(product)
}

/// Deletes a product that has the version `expected`, and its variants, which come back with it: their SKUs are free again.
/// Orders that name it keep its name and price.
pub async fn delete(tx: &WriteTx, id: ProductId, expected: impl Into<Expected>) -> Result<(), Problem> {
    tx.scope().require(Permission::ProductsManage)?;
    changed(tx).await?;
    let product = tx.get::<product::Entity>(id).await?;
    tx.expect_version(&product, expected)?;
    let view = View::of(&product).into_json();
    let variants = tx.find::<product_variant::Entity>().of(&product).all(crate::variants::MAX_VARIANTS).await?;
    tx.soft_delete_with(product, variants).await?;
    tx.audit(AuditEntry::new("product.delete", "product", id).before(&view)).await
}

/// Counts a change of the catalogue, so that readers see it, and holds the catalogue until the transaction ends.
///
/// The first thing that a change does: what it checks afterwards nobody else changes meanwhile, be it in another table, and two
/// that take other rows besides never wait for one another in a circle.
pub(crate) async fn changed(tx: &WriteTx) -> Result<(), Problem> {
    tx.next_number(CATALOGUE_VERSION).await.map(|_| ())
}

pub(crate) fn checked_sku(sku: &str) -> Result<String, Problem> {
    text::line_in_any_case("/sku", sku, MAX_SKU)
}

pub(crate) fn sku_taken() -> Problem {
    Problem::of(OrderingProblem::SkuTaken).with("pointer", "/sku")
}

/// `sku_taken` when a product or a variant other than `owner` has the SKU. Products and variants are two tables, so no index
/// decides: the caller holds the catalogue's version ([`changed`]), so that two at once cannot both find it free.
pub(crate) async fn require_free_sku(tx: &WriteTx, sku: Option<&str>, owner: Option<Uuid>) -> Result<(), Problem> {
    let Some(sku) = sku.map(text::normalized) else {
        return Ok(());
    };
    let product = tx.find::<product::Entity>().filter(Column::SkuNormalized.eq(sku.as_str())).one().await?;
    let variant = product_variant::Column::SkuNormalized.eq(sku);
    let variant = tx.find::<product_variant::Entity>().filter(variant).one().await?;
    let holders = product.map(|row| row.id.as_uuid()).into_iter().chain(variant.map(|row| row.id.as_uuid()));
    if holders.into_iter().any(|holder| Some(holder) != owner) { Err(sku_taken()) } else { Ok(()) }
}

/// Tiers and variants have prices in the product's currency.
async fn refuse_if_priced(tx: &WriteTx, id: ProductId) -> Result<(), Problem> {
    let tiers = purser_entity_ordering::price_tier::Column::ProductId.eq(id);
    let priced = tx.find::<purser_entity_ordering::price_tier::Entity>().filter(tiers).exists().await?;
    if priced { Err(priced_in_another_currency()) } else { Ok(()) }
}

fn priced_in_another_currency() -> Problem {
    Problem::invalid("/currency", "currency_mismatch", "the product has price tiers in another currency")
}

/// Checks what people wrote, and puts it into the form in which it is kept.
async fn checked(tx: &WriteTx, change: ProductChange) -> Result<ProductChange, Problem> {
    let known = match change.category_id {
        Patch::Value(category) => tx.find_by_id::<product_category::Entity>(category).await?.is_some(),
        Patch::Absent | Patch::Null => true,
    };
    checked_against(change, |_| known)
}

/// As [`checked`], where the caller has looked up which categories there are.
fn checked_against(
    change: ProductChange,
    is_category: impl Fn(ProductCategoryId) -> bool,
) -> Result<ProductChange, Problem> {
    let mut found = Findings::new();
    let mut words = |pointer, words: Option<Vec<String>>, max| {
        let words = words.map(|words| text::list(pointer, &words, MAX_WORDS, max)).transpose();
        found.check(words).map(Option::flatten)
    };
    let aliases = words("/aliases", change.aliases, MAX_WORD)?;
    let keywords = words("/keywords", change.keywords, MAX_WORD)?;
    let ai_training_examples = words("/ai_training_examples", change.ai_training_examples, 500)?;
    let mut line = |pointer, line: Option<String>, max| {
        found.check(text::optional_line(pointer, line.as_deref(), max)).map(Option::flatten)
    };
    let name = line("/name", change.name, MAX_NAME)?;
    let unit = line("/unit", change.unit, MAX_UNIT)?;
    let sku = found.check(change.sku.map(|sku| checked_sku(&sku)).transpose())?.flatten();
    let description = change.description.try_map(|value| text::lines("/description", &value, MAX_DESCRIPTION))?;
    if change.base_price.is_some_and(|price| price.e4() < 0) {
        found.check(Err::<(), _>(Problem::invalid("/base_price", "out_of_range", "must not be negative")))?;
    }
    if change.specs.as_ref().is_some_and(|specs| specs.values().any(|value| json::depth(value) >= MAX_DEPTH)) {
        let message = format!("must not be deeper than {MAX_DEPTH} levels");
        found.check(Err::<(), _>(Problem::invalid("/specs", "too_deep", message)))?;
    }
    if let Patch::Value(category) = change.category_id
        && !is_category(category)
    {
        found.check(Err::<(), _>(Problem::unknown_reference("/category_id", "product category")))?;
    }
    found.finish()?;
    Ok(ProductChange { sku, name, description, unit, aliases, keywords, ai_training_examples, ..change })
}

/// A new product before its columns are applied.
fn unwritten(tx: &ReadTx, row: &mut product::ActiveModel) {
    row.kind = Set(Kind::Goods);
    row.description = Set(None);
    row.category_id = Set(None);
    row.aliases = Set(Texts::default());
    row.keywords = Set(Texts::default());
    row.ai_training_examples = Set(Texts::default());
    row.specs = Set(Value::Object(Map::new()));
    row.is_active = Set(true);
    row.created_by = Set(tx.scope().actor.user());
    row.deleted_at = Set(None);
    row.deleted_by = Set(None);
}

/// Names every field, so that a new one cannot be forgotten here.
fn apply(change: ProductChange, row: &mut product::ActiveModel) {
    let ProductChange {
        sku,
        name,
        description,
        category_id,
        unit,
        base_price,
        aliases,
        keywords,
        ai_training_examples,
        specs,
        is_active,
    } = change;
    if let Some(sku) = sku {
        row.sku_normalized = Set(text::normalized(&sku));
        row.sku = Set(sku);
    }
    if let Some(name) = name {
        row.name_search = Set(text::normalized(&name));
        row.name = Set(name);
    }
    if let Some(description) = description.into_change() {
        row.description = Set(description);
    }
    if let Some(category_id) = category_id.into_change() {
        row.category_id = Set(category_id);
    }
    if let Some(unit) = unit {
        row.unit = Set(unit);
    }
    if let Some(price) = base_price {
        row.base_price_e4 = Set(price.e4());
        row.currency = Set(price.currency());
    }
    if let Some(aliases) = aliases {
        row.aliases = Set(Texts(aliases));
    }
    if let Some(keywords) = keywords {
        row.keywords = Set(Texts(keywords));
    }
    if let Some(examples) = ai_training_examples {
        row.ai_training_examples = Set(Texts(examples));
    }
    if let Some(specs) = specs {
        row.specs = Set(Value::Object(specs));
    }
    if let Some(is_active) = is_active {
        row.is_active = Set(is_active);
    }
}

/// A product as the audit trail shows it.
#[derive(Serialize)]
struct View<'p> {
    sku: &'p str,
    name: &'p str,
    description: &'p Option<String>,
    category_id: Option<ProductCategoryId>,
    unit: &'p str,
    base_price: String,
    currency: &'static str,
    aliases: &'p [String],
    keywords: &'p [String],
    specs: &'p Value,
    is_active: bool,
}

impl<'p> View<'p> {
    fn of(product: &'p product::Model) -> Self {
        Self {
            sku: &product.sku,
            name: &product.name,
            description: &product.description,
            category_id: product.category_id,
            unit: &product.unit,
            base_price: UnitPrice::from_e4(product.base_price_e4, product.currency).to_string(),
            currency: product.currency.code(),
            aliases: &product.aliases.0,
            keywords: &product.keywords.0,
            specs: &product.specs,
            is_active: product.is_active,
        }
    }

    fn into_json(self) -> Value {
        serde_json::json!(self)
    }
}
