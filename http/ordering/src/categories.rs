//! Product categories.
use actix_web::{HttpResponse, delete, get, patch, post};
use chrono::{DateTime, Utc};
use purser_http::{
    body::Body,
    path::PathId,
    problem::Refusal,
    query::{self, Query},
    reply::Reply,
    routes::Routes,
    unit::{Read, Write},
    view::PageView,
};
use purser_kernel::{
    Patch,
    ids::{ProductCategory, ProductCategoryId},
};
use purser_ordering::{
    categories::{self, CategoryChange, NewCategory},
    entity::product_category,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(list).service(create).service(show).service(update).service(delete);
}

/// A node of the catalogue's tree.
#[derive(Debug, Serialize, ToSchema)]
pub struct CategoryView {
    id: ProductCategoryId,
    name: String,
    /// The category above; null at the top.
    parent_category_id: Option<ProductCategoryId>,
    ai_keywords: Vec<String>,
    sort_order: i32,
    version: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<product_category::Model> for CategoryView {
    fn from(category: product_category::Model) -> Self {
        Self {
            id: category.id,
            name: category.name,
            parent_category_id: category.parent_category_id,
            ai_keywords: category.ai_keywords.0,
            sort_order: category.sort_order,
            version: category.version,
            created_at: category.created_at,
            updated_at: category.updated_at,
        }
    }
}

/// A category that is to be created.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateCategory {
    #[schema(max_length = 120)]
    name: String,
    /// The category above; at the top when left out.
    parent_category_id: Option<ProductCategoryId>,
    /// Words that point to it in a message.
    #[serde(default)]
    #[schema(max_items = 50)]
    ai_keywords: Vec<String>,
    /// Its place among its siblings, the lowest first.
    #[serde(default)]
    sort_order: i32,
}

impl From<CreateCategory> for NewCategory {
    fn from(body: CreateCategory) -> Self {
        let CreateCategory { name, parent_category_id, ai_keywords, sort_order } = body;
        Self { name, parent_category_id, ai_keywords, sort_order }
    }
}

/// What changes in a category. Fields that are left out keep their value.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateCategory {
    #[schema(max_length = 120)]
    name: Option<String>,
    /// Null moves it to the top.
    #[serde(default)]
    #[schema(value_type = Option<ProductCategoryId>)]
    parent_category_id: Patch<ProductCategoryId>,
    /// Replaces the whole list.
    #[schema(max_items = 50)]
    ai_keywords: Option<Vec<String>>,
    sort_order: Option<i32>,
}

impl From<UpdateCategory> for CategoryChange {
    fn from(body: UpdateCategory) -> Self {
        let UpdateCategory { name, parent_category_id, ai_keywords, sort_order } = body;
        Self { name, parent_category_id, ai_keywords, sort_order }
    }
}

/// Which categories.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListCategories {
    /// Only those right below this one.
    parent_category_id: Option<ProductCategoryId>,
    /// Rows in the page, from 1 to 200; 50 when left out.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Categories, the newest first.
#[utoipa::path(
    tag = "Product categories",
    params(ListCategories),
    responses((status = 200, body = PageView<CategoryView>)),
    security(("bearer" = ["products.read"])),
)]
#[get("/v1/product-categories")]
async fn list(unit: Read, Query(query): Query<ListCategories>) -> Result<Reply, Refusal> {
    let page = query::page(query.limit, query.cursor)?;
    let tx = unit.begin().await?;
    let page = categories::list(&tx, query.parent_category_id, &page).await?;
    Ok(Reply::ok(&PageView::of(page, CategoryView::from))?)
}

/// Creates a category.
#[utoipa::path(
    tag = "Product categories",
    request_body = CreateCategory,
    responses((status = 201, body = CategoryView)),
    security(("bearer" = ["products.manage"])),
)]
#[post("/v1/product-categories")]
async fn create(unit: Write, body: Body<CreateCategory>) -> Result<HttpResponse, Refusal> {
    let tx = unit.begin(&body).await?;
    let category = categories::create(&tx, body.into_inner().into()).await?;
    let (version, location) = (category.version, format!("/v1/product-categories/{}", category.id));
    let reply = Reply::created(&CategoryView::from(category))?.etag(version).location(location);
    unit.commit(tx, reply).await
}

/// One category.
#[utoipa::path(
    tag = "Product categories",
    params(("id" = ProductCategoryId, Path)),
    responses((status = 200, body = CategoryView)),
    security(("bearer" = ["products.read"])),
)]
#[get("/v1/product-categories/{id}")]
async fn show(unit: Read, PathId(id): PathId<ProductCategory>) -> Result<Reply, Refusal> {
    let tx = unit.begin().await?;
    let category = categories::get(&tx, id).await?;
    let version = category.version;
    Ok(Reply::ok(&CategoryView::from(category))?.etag(version))
}

/// Changes a category, or moves it with all that is below it.
#[utoipa::path(
    tag = "Product categories",
    params(("id" = ProductCategoryId, Path)),
    request_body = UpdateCategory,
    responses((status = 200, body = CategoryView)),
    security(("bearer" = ["products.manage"])),
)]
#[patch("/v1/product-categories/{id}")]
async fn update(
    unit: Write,
    PathId(id): PathId<ProductCategory>,
    body: Body<UpdateCategory>,
) -> Result<HttpResponse, Refusal> {
    let expected = unit.if_match()?;
    let tx = unit.begin(&body).await?;
    let category = categories::update(&tx, id, expected, body.into_inner().into()).await?;
    let version = category.version;
    unit.commit(tx, Reply::ok(&CategoryView::from(category))?.etag(version)).await
}

/// Deletes a category that nothing is in.
#[utoipa::path(
    tag = "Product categories",
    params(("id" = ProductCategoryId, Path)),
    responses((status = 204)),
    security(("bearer" = ["products.manage"])),
)]
#[delete("/v1/product-categories/{id}")]
async fn delete(unit: Write, PathId(id): PathId<ProductCategory>) -> Result<HttpResponse, Refusal> {
    let expected = unit.if_match()?;
    let tx = unit.begin(&()).await?;
    categories::delete(&tx, id, expected).await?;
    unit.commit(tx, Reply::no_content()).await
}
