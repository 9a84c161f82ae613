//! Product categories: the catalogue's tree.
pub(crate) mod deletion;

use crate::{OrderingProblem, products};
use purser_entity_ordering::{
    product,
    product_category::{self, Column},
    texts::Texts,
};
use purser_kernel::{Expected, Patch, ids::ProductCategoryId, text::Findings};
use purser_store::prelude::*;
use serde_json::{Value, json};

const MAX_NAME: usize = 120;
const MAX_WORDS: usize = 50;
/// Deeper than any catalogue that people find their way in, and a bound for the walk to the root.
const MAX_DEPTH: usize = 20;

/// A category that is to be created.
#[derive(Clone, Debug)]
pub struct NewCategory {
    /// What it is called.
    pub name: String,
    /// The category above.
    pub parent_category_id: Option<ProductCategoryId>,
    /// Words that point to it.
    pub ai_keywords: Vec<String>,
    /// Its place among its siblings, the lowest first.
    pub sort_order: i32,
}

/// What changes in a category. Fields that are left out keep their value.
#[derive(Clone, Debug, Default)]
pub struct CategoryChange {
    /// As in [`NewCategory`].
    pub name: Option<String>,
    /// As in [`NewCategory`].
    pub parent_category_id: Patch<ProductCategoryId>,
    /// As in [`NewCategory`]; replaces the whole list.
    pub ai_keywords: Option<Vec<String>>,
    /// As in [`NewCategory`].
    pub sort_order: Option<i32>,
}

/// Categories, the newest first; only those below `parent`, if one is named.
pub async fn list(
    tx: &ReadTx,
    parent: Option<ProductCategoryId>,
    page: &PageRequest,
) -> Result<Page<product_category::Model>, Problem> {
    tx.scope().require(Permission::ProductsRead)?;
    let below = parent.map(|id| Column::ParentCategoryId.eq(id));
    tx.find::<product_category::Entity>().filter_if(below).page(page).await
}

/// One category.
pub async fn get(tx: &ReadTx, id: ProductCategoryId) -> Result<product_category::Model, Problem> {
    tx.scope().require(Permission::ProductsRead)?;
    tx.get::<product_category::Entity>(id).await
}

/// Creates a category.
pub async fn create(tx: &WriteTx, new: NewCategory) -> Result<product_category::Model, Problem> {
    tx.scope().require(Permission::ProductsManage)?;
    // The category above must not go meanwhile.
    if new.parent_category_id.is_some() {
        products::changed(tx).await?;
    }
    let parent = new.parent_category_id.map_or(Patch::Absent, Patch::Value);
    let change = CategoryChange {
        name: Some(new.name),
        parent_category_id: parent,
        ai_keywords: Some(new.ai_keywords),
        sort_order: Some(new.sort_order),
    };
    let change = checked(tx, change, None).await?;
    let mut row = product_category::ActiveModel { created_by: Set(tx.scope().actor.user()), ..Default::default() };
    apply(change, &mut row);
    let category = tx.insert(row).await?;
    let entry = AuditEntry::new("product_category.create", "product_category", category.id);
    tx.audit(entry.after(&view(&category))).await?;
    Ok(category)
}

/// Changes a category that has the version `expected`. `category_cycle` when it would be below itself.
pub async fn update(
    tx: &WriteTx,
    id: ProductCategoryId,
    expected: impl Into<Expected>,
    change: CategoryChange,
) -> Result<product_category::Model, Problem> {
    tx.scope().require(Permission::ProductsManage)?;
    // Two moves at once could close a circle that neither sees: whoever moves a category holds the catalogue's version.
    if matches!(change.parent_category_id, Patch::Value(_)) {
        products::changed(tx).await?;
    }
    let before = tx.get::<product_category::Entity>(id).await?;
    tx.expect_version(&before, expected)?;
    let change = checked(tx, change, Some(id)).await?;
    let was = view(&before);
    let category = tx.update(before, |row| apply(change, row)).await?;
    let entry = AuditEntry::new("product_category.update", "product_category", id);
    tx.audit(entry.before(&was).after(&view(&category))).await?;
    Ok(category)
}

/// Deletes a category that has the version `expected`. `in_use` while products or categories are in it.
pub async fn delete(tx: &WriteTx, id: ProductCategoryId, expected: impl Into<Expected>) -> Result<(), Problem> {
    tx.scope().require(Permission::ProductsManage)?;
    // Nobody puts anything into it meanwhile.
    products::changed(tx).await?;
    let category = tx.get::<product_category::Entity>(id).await?;
    tx.expect_version(&category, expected)?;
    let holds_products = tx.find::<product::Entity>().filter(product::Column::CategoryId.eq(id)).exists().await?;
    let below = Column::ParentCategoryId.eq(id);
    if holds_products || tx.find::<product_category::Entity>().filter(below).exists().await? {
        return Err(Problem::of(CommonProblem::InUse).detail("Products or categories are in this category."));
    }
    let was = view(&category);
    tx.soft_delete(category).await?;
    tx.audit(AuditEntry::new("product_category.delete", "product_category", id).before(&was)).await
}

async fn checked(
    tx: &WriteTx,
    change: CategoryChange,
    own: Option<ProductCategoryId>,
) -> Result<CategoryChange, Problem> {
    let mut found = Findings::new();
    let name = found.check(text::optional_line("/name", change.name.as_deref(), MAX_NAME))?.flatten();
    let words = change.ai_keywords.map(|words| text::list("/ai_keywords", &words, MAX_WORDS, MAX_NAME)).transpose();
    let ai_keywords = found.check(words)?.flatten();
    found.finish()?;
    if let Patch::Value(parent) = change.parent_category_id {
        check_parent(tx, parent, own).await?;
    }
    Ok(CategoryChange { name, ai_keywords, ..change })
}

/// The parent exists, and the way from it to the root does not pass the category itself.
async fn check_parent(tx: &WriteTx, parent: ProductCategoryId, own: Option<ProductCategoryId>) -> Result<(), Problem> {
    let mut above = Some(parent);
    for _ in 0..MAX_DEPTH {
        let Some(id) = above else {
            return Ok(());
        };
        if Some(id) == own {
            return Err(Problem::of(OrderingProblem::CategoryCycle));
        }
        let Some(category) = tx.find_by_id::<product_category::Entity>(id).await? else {
            return Err(Problem::unknown_reference("/parent_category_id", "product category"));
        };
        above = category.parent_category_id;
    }
    let message = format!("must not be deeper than {MAX_DEPTH} levels");
    Err(Problem::invalid("/parent_category_id", "too_deep", message))
}

fn apply(change: CategoryChange, row: &mut product_category::ActiveModel) {
    let CategoryChange { name, parent_category_id, ai_keywords, sort_order } = change;
    if let Some(name) = name {
        row.name = Set(name);
    }
    if let Some(parent) = parent_category_id.into_change() {
        row.parent_category_id = Set(parent);
    }
    if let Some(words) = ai_keywords {
        row.ai_keywords = Set(Texts(words));
    }
    if let Some(sort_order) = sort_order {
        row.sort_order = Set(sort_order);
    }
}

/// A category as the audit trail shows it.
fn view(category: &product_category::Model) -> Value {
    json!({
        "name": category.name,
        "parent_category_id": category.parent_category_id,
        "ai_keywords": category.ai_keywords.0,
        "sort_order": category.sort_order,
    })
}
