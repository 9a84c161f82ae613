//! Products.
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
    Currency, Patch, Problem, UnitPrice,
    ids::{Product, ProductCategoryId, ProductId},
};
use purser_ordering::{
    entity::product,
    products::{self, NewProduct, ProductChange, ProductFilter},
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::{IntoParams, ToSchema};

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(list).service(create).service(show).service(update).service(delete);
}

/// A product.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProductView {
    id: ProductId,
    sku: String,
    name: String,
    description: Option<String>,
    category_id: Option<ProductCategoryId>,
    unit: String,
    /// Decimal with at most 4 places.
    base_price: String,
    currency: Currency,
    aliases: Vec<String>,
    keywords: Vec<String>,
    ai_training_examples: Vec<String>,
    specs: Value,
    is_active: bool,
    version: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<product::Model> for ProductView {
    fn from(product: product::Model) -> Self {
        Self {
            id: product.id,
            sku: product.sku,
            name: product.name,
            description: product.description,
            category_id: product.category_id,
            unit: product.unit,
            base_price: UnitPrice::from_e4(product.base_price_e4, product.currency).to_string(),
            currency: product.currency,
            aliases: product.aliases.0,
            keywords: product.keywords.0,
            ai_training_examples: product.ai_training_examples.0,
            specs: product.specs,
            is_active: product.is_active,
            version: product.version,
            created_at: product.created_at,
            updated_at: product.updated_at,
        }
    }
}

/// A product that is to be created.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateProduct {
    #[schema(max_length = 64)]
    sku: String,
    #[schema(max_length = 200)]
    name: String,
    #[schema(max_length = 4000)]
    description: Option<String>,
    category_id: Option<ProductCategoryId>,
    /// What one of it is, such as `case` or `kg`.
    #[schema(max_length = 32)]
    unit: String,
    /// Decimal with at most 4 places.
    #[schema(pattern = r"^[0-9]{1,12}(\.[0-9]{1,4})?$")]
    base_price: String,
    #[schema(value_type = Currency)]
    currency: String,
    /// Other names that customers use.
    #[serde(default)]
    #[schema(max_items = 50)]
    aliases: Vec<String>,
    /// Words that point to it, perhaps among others.
    #[serde(default)]
    #[schema(max_items = 50)]
    keywords: Vec<String>,
    #[serde(default)]
    #[schema(max_items = 50)]
    ai_training_examples: Vec<String>,
    /// Anything else. `packs`, such as `{"case": 24}`, tells the order reader how many units a pack has.
    #[serde(default)]
    specs: Map<String, Value>,
    is_active: Option<bool>,
}

impl CreateProduct {
    fn parse(self) -> Result<NewProduct, Problem> {
        Ok(NewProduct {
            base_price: products::price(&self.base_price, &self.currency)?,
            sku: self.sku,
            name: self.name,
            description: self.description,
            category_id: self.category_id,
            unit: self.unit,
            aliases: self.aliases,
            keywords: self.keywords,
            ai_training_examples: self.ai_training_examples,
            specs: self.specs,
            is_active: self.is_active,
        })
    }
}

/// What changes in a product. Fields that are left out keep their value.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateProduct {
    #[schema(max_length = 64)]
    sku: Option<String>,
    #[schema(max_length = 200)]
    name: Option<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 4000)]
    description: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<ProductCategoryId>)]
    category_id: Patch<ProductCategoryId>,
    #[schema(max_length = 32)]
    unit: Option<String>,
    /// Together with `currency`.
    #[schema(pattern = r"^[0-9]{1,12}(\.[0-9]{1,4})?$")]
    base_price: Option<String>,
    /// Together with `base_price`.
    #[schema(value_type = Option<Currency>)]
    currency: Option<String>,
    #[schema(max_items = 50)]
    aliases: Option<Vec<String>>,
    #[schema(max_items = 50)]
    keywords: Option<Vec<String>>,
    #[schema(max_items = 50)]
    ai_training_examples: Option<Vec<String>>,
    specs: Option<Map<String, Value>>,
    is_active: Option<bool>,
}

impl UpdateProduct {
    fn parse(self) -> Result<ProductChange, Problem> {
        Ok(ProductChange {
            sku: self.sku,
            name: self.name,
            description: self.description,
            category_id: self.category_id,
            unit: self.unit,
            base_price: products::base_price(self.base_price.as_deref(), self.currency.as_deref())?,
            aliases: self.aliases,
            keywords: self.keywords,
            ai_training_examples: self.ai_training_examples,
            specs: self.specs,
            is_active: self.is_active,
        })
    }
}

/// Which products.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListProducts {
    /// Only those of this category.
    category_id: Option<ProductCategoryId>,
    /// Only those that can, or cannot, be ordered.
    is_active: Option<bool>,
    /// Only the one with this SKU, in any case.
    sku: Option<String>,
    /// Only those whose name begins so, in any case.
    name_prefix: Option<String>,
    /// Rows in the page, from 1 to 200; 50 when left out.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Products, the newest first.
#[utoipa::path(
    tag = "Products",
    params(ListProducts),
    responses((status = 200, body = PageView<ProductView>)),
    security(("bearer" = ["products.read"])),
)]
#[get("/v1/products")]
async fn list(unit: Read, Query(query): Query<ListProducts>) -> Result<Reply, Refusal> {
    let page = query::page(query.limit, query.cursor)?;
    let filter = ProductFilter {
        category_id: query.category_id,
        is_active: query.is_active,
        sku: query.sku,
        name_prefix: query.name_prefix,
    };
    let tx = unit.begin().await?;
    let page = products::list(&tx, filter, &page).await?;
    Ok(Reply::ok(&PageView::of(page, ProductView::from))?)
}

/// Creates a product.
#[utoipa::path(
    tag = "Products",
    request_body = CreateProduct,
    responses((status = 201, body = ProductView)),
    security(("bearer" = ["products.manage"])),
)]
#[post("/v1/products")]
async fn create(unit: Write, body: Body<CreateProduct>) -> Result<HttpResponse, Refusal> {
    let tx = unit.begin(&body).await?;
    let product = products::create(&tx, body.into_inner().parse()?).await?;
    let (version, location) = (product.version, format!("/v1/products/{}", product.id));
    let reply = Reply::created(&ProductView::from(product))?.etag(version).location(location);
    unit.commit(tx, reply).await
}

/// One product.
#[utoipa::path(
    tag = "Products",
    params(("id" = ProductId, Path)),
    responses((status = 200, body = ProductView)),
    security(("bearer" = ["products.read"])),
)]
#[get("/v1/products/{id}")]
async fn show(unit: Read, PathId(id): PathId<Product>) -> Result<Reply, Refusal> {
    let tx = unit.begin().await?;
    let product = products::get(&tx, id).await?;
    let version = product.version;
    Ok(Reply::ok(&ProductView::from(product))?.etag(version))
}

/// Changes a product.
#[utoipa::path(
    tag = "Products",
    params(("id" = ProductId, Path)),
    request_body = UpdateProduct,
    responses((status = 200, body = ProductView)),
    security(("bearer" = ["products.manage"])),
)]
#[patch("/v1/products/{id}")]
async fn update(unit: Write, PathId(id): PathId<Product>, body: Body<UpdateProduct>) -> Result<HttpResponse, Refusal> {
    let expected = unit.if_match()?;
    let tx = unit.begin(&body).await?;
    let product = products::update(&tx, id, expected, body.into_inner().parse()?).await?;
    let version = product.version;
    unit.commit(tx, Reply::ok(&ProductView::from(product))?.etag(version)).await
}

/// Deletes a product. Orders that name it keep its name and price.
#[utoipa::path(
    tag = "Products",
    params(("id" = ProductId, Path)),
    responses((status = 204)),
    security(("bearer" = ["products.manage"])),
)]
#[delete("/v1/products/{id}")]
async fn delete(unit: Write, PathId(id): PathId<Product>) -> Result<HttpResponse, Refusal> {
    let expected = unit.if_match()?;
    let tx = unit.begin(&()).await?;
    products::delete(&tx, id, expected).await?;
    unit.commit(tx, Reply::no_content()).await
}
