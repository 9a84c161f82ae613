//! Variants of a product.
use actix_web::{HttpResponse, delete, get, patch, post};
use chrono::{DateTime, Utc};
use purser_http::{
    body::Body,
    path::{PathId, PathIds},
    problem::Refusal,
    query::{PageQuery, Query},
    reply::Reply,
    routes::Routes,
    unit::{Read, Write},
    view::PageView,
};
use purser_kernel::{
    Currency, Patch, Problem, UnitPrice,
    ids::{Product, ProductId, ProductVariant, ProductVariantId},
};
use purser_ordering::{
    entity::product_variant,
    variants::{self, NewVariant, VariantChange, WithProduct},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(list).service(create).service(show).service(update).service(delete);
}

/// What varies.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum VariantType {
    /// Such as `XL`.
    Size,
    /// Such as `red`.
    Color,
    /// Such as `500 ml`.
    Volume,
    /// Such as `2 kg`.
    Weight,
}

impl From<product_variant::VariantType> for VariantType {
    fn from(kind: product_variant::VariantType) -> Self {
        match kind {
            product_variant::VariantType::Size => Self::Size,
            product_variant::VariantType::Color => Self::Color,
            product_variant::VariantType::Volume => Self::Volume,
            product_variant::VariantType::Weight => Self::Weight,
        }
    }
}

impl From<VariantType> for product_variant::VariantType {
    fn from(kind: VariantType) -> Self {
        match kind {
            VariantType::Size => Self::Size,
            VariantType::Color => Self::Color,
            VariantType::Volume => Self::Volume,
            VariantType::Weight => Self::Weight,
        }
    }
}

/// A product in one size, colour, volume or weight.
#[derive(Debug, Serialize, ToSchema)]
pub struct VariantView {
    id: ProductVariantId,
    product_id: ProductId,
    sku: Option<String>,
    variant_type: VariantType,
    value: String,
    /// Added to the product's price; decimal with at most 4 places, may be negative.
    price_delta: String,
    /// That of the product.
    currency: Currency,
    ai_aliases: Vec<String>,
    version: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl VariantView {
    fn new(variant: product_variant::Model, currency: Currency) -> Self {
        Self {
            id: variant.id,
            product_id: variant.product_id,
            sku: variant.sku,
            variant_type: variant.variant_type.into(),
            value: variant.value,
            price_delta: UnitPrice::from_e4(variant.price_delta_e4, currency).to_string(),
            currency,
            ai_aliases: variant.ai_aliases.0,
            version: variant.version,
            created_at: variant.created_at,
            updated_at: variant.updated_at,
        }
    }

    fn of((variant, product): WithProduct) -> Self {
        Self::new(variant, product.currency)
    }
}

/// A variant that is to be created.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateVariant {
    /// Unique among products and variants, in any case.
    #[schema(max_length = 64)]
    sku: Option<String>,
    variant_type: VariantType,
    /// Such as `500 ml` or `red`.
    #[schema(max_length = 80)]
    value: String,
    /// Added to the product's price, in its currency; decimal with at most 4 places, may be negative. 0 when left out.
    #[schema(pattern = r"^-?[0-9]{1,12}(\.[0-9]{1,4})?$")]
    price_delta: Option<String>,
    /// Other names that customers use for the value.
    #[serde(default)]
    #[schema(max_items = 50)]
    ai_aliases: Vec<String>,
}

impl CreateVariant {
    fn parse(self) -> Result<NewVariant, Problem> {
        Ok(NewVariant {
            price_delta_e4: self.price_delta.as_deref().map(delta_e4).transpose()?.unwrap_or(0),
            sku: self.sku,
            variant_type: self.variant_type.into(),
            value: self.value,
            ai_aliases: self.ai_aliases,
        })
    }
}

/// A difference has 4 places in every currency, so that it can be read before the product is known.
fn delta_e4(text: &str) -> Result<i64, Problem> {
    let delta = UnitPrice::parse(text, Currency::USD).map_err(|error| error.at("/price_delta"))?;
    Ok(delta.e4())
}

/// What changes in a variant. Fields that are left out keep their value.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateVariant {
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 64)]
    sku: Patch<String>,
    variant_type: Option<VariantType>,
    #[schema(max_length = 80)]
    value: Option<String>,
    #[schema(pattern = r"^-?[0-9]{1,12}(\.[0-9]{1,4})?$")]
    price_delta: Option<String>,
    /// Replaces the whole list.
    #[schema(max_items = 50)]
    ai_aliases: Option<Vec<String>>,
}

impl UpdateVariant {
    fn parse(self) -> Result<VariantChange, Problem> {
        Ok(VariantChange {
            price_delta_e4: self.price_delta.as_deref().map(delta_e4).transpose()?,
            sku: self.sku,
            variant_type: self.variant_type.map(Into::into),
            value: self.value,
            ai_aliases: self.ai_aliases,
        })
    }
}

/// The variants of a product, the oldest first.
#[utoipa::path(
    tag = "Products",
    params(("id" = ProductId, Path), PageQuery),
    responses((status = 200, body = PageView<VariantView>)),
    security(("bearer" = ["products.read"])),
)]
#[get("/v1/products/{id}/variants")]
async fn list(unit: Read, PathId(id): PathId<Product>, Query(query): Query<PageQuery>) -> Result<Reply, Refusal> {
    let page = query.page()?;
    let tx = unit.begin().await?;
    let (page, product) = variants::list(&tx, id, &page).await?;
    Ok(Reply::ok(&PageView::of(page, |variant| VariantView::new(variant, product.currency)))?)
}

/// Adds a variant to a product.
#[utoipa::path(
    tag = "Products",
    params(("id" = ProductId, Path)),
    request_body = CreateVariant,
    responses((status = 201, body = VariantView)),
    security(("bearer" = ["products.manage"])),
)]
#[post("/v1/products/{id}/variants")]
async fn create(unit: Write, PathId(id): PathId<Product>, body: Body<CreateVariant>) -> Result<HttpResponse, Refusal> {
    let tx = unit.begin(&body).await?;
    let created = variants::create(&tx, id, body.into_inner().parse()?).await?;
    let view = VariantView::of(created);
    let location = format!("/v1/products/{id}/variants/{}", view.id);
    let reply = Reply::created(&view)?.etag(view.version).location(location);
    unit.commit(tx, reply).await
}

/// One variant of a product.
#[utoipa::path(
    tag = "Products",
    params(("id" = ProductId, Path), ("variant_id" = ProductVariantId, Path)),
    responses((status = 200, body = VariantView)),
    security(("bearer" = ["products.read"])),
)]
#[get("/v1/products/{id}/variants/{variant_id}")]
async fn show(unit: Read, PathIds(id, variant_id): PathIds<Product, ProductVariant>) -> Result<Reply, Refusal> {
    let tx = unit.begin().await?;
    let view = VariantView::of(variants::get(&tx, id, variant_id).await?);
    Ok(Reply::ok(&view)?.etag(view.version))
}

/// Changes a variant.
#[utoipa::path(
    tag = "Products",
    params(("id" = ProductId, Path), ("variant_id" = ProductVariantId, Path)),
    request_body = UpdateVariant,
    responses((status = 200, body = VariantView)),
    security(("bearer" = ["products.manage"])),
)]
#[patch("/v1/products/{id}/variants/{variant_id}")]
async fn update(
    unit: Write,
    PathIds(id, variant_id): PathIds<Product, ProductVariant>,
    body: Body<UpdateVariant>,
) -> Result<HttpResponse, Refusal> {
    let expected = unit.if_match()?;
    let tx = unit.begin(&body).await?;
    let updated = variants::update(&tx, id, variant_id, expected, body.into_inner().parse()?).await?;
    let view = VariantView::of(updated);
    unit.commit(tx, Reply::ok(&view)?.etag(view.version)).await
}

/// Deletes a variant. Orders that name it keep its name and price.
#[utoipa::path(
    tag = "Products",
    params(("id" = ProductId, Path), ("variant_id" = ProductVariantId, Path)),
    responses((status = 204)),
    security(("bearer" = ["products.manage"])),
)]
#[delete("/v1/products/{id}/variants/{variant_id}")]
async fn delete(
    unit: Write,
    PathIds(id, variant_id): PathIds<Product, ProductVariant>,
) -> Result<HttpResponse, Refusal> {
    let expected = unit.if_match()?;
    let tx = unit.begin(&()).await?;
    variants::delete(&tx, id, variant_id, expected).await?;
    unit.commit(tx, Reply::no_content()).await
}
