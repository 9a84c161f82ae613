//! Price tiers of a product.
use super::quantity::QuantityBody;
use actix_web::{HttpResponse, get, put};
use purser_http::{
    body::Body,
    path::PathId,
    problem::Refusal,
    reply::Reply,
    routes::Routes,
    unit::{Read, Write},
};
use purser_kernel::{
    Currency, Problem, Quantity, UnitPrice,
    ids::{PriceTierId, Product, ProductId},
    text::Findings,
};
use purser_ordering::{
    entity::price_tier,
    price_tiers::{self, NewTier},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(show).service(replace);
}

/// How tiers are applied.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PricingModel {
    /// Each unit costs what the tier it falls into says.
    Graduated,
    /// All units cost what the tier of the whole quantity says.
    Volume,
}

impl From<price_tier::PricingModel> for PricingModel {
    fn from(model: price_tier::PricingModel) -> Self {
        match model {
            price_tier::PricingModel::Graduated => Self::Graduated,
            price_tier::PricingModel::Volume => Self::Volume,
        }
    }
}

impl From<PricingModel> for price_tier::PricingModel {
    fn from(model: PricingModel) -> Self {
        match model {
            PricingModel::Graduated => Self::Graduated,
            PricingModel::Volume => Self::Volume,
        }
    }
}

/// All tiers of a product, from the lowest quantity up.
#[derive(Debug, Serialize, ToSchema)]
pub struct PriceTiersView {
    tiers: Vec<PriceTierView>,
}

/// A price from one quantity to another.
#[derive(Debug, Serialize, ToSchema)]
pub struct PriceTierView {
    id: PriceTierId,
    model: PricingModel,
    /// Inclusive.
    min_quantity: Quantity,
    /// Inclusive; null: without end.
    max_quantity: Option<Quantity>,
    /// Decimal with at most 4 places.
    unit_price: String,
    currency: Currency,
}

impl From<price_tier::Model> for PriceTierView {
    fn from(tier: price_tier::Model) -> Self {
        Self {
            id: tier.id,
            model: tier.model.into(),
            min_quantity: tier.min_quantity_e4,
            max_quantity: tier.max_quantity_e4,
            unit_price: UnitPrice::from_e4(tier.unit_price_e4, tier.currency).to_string(),
            currency: tier.currency,
        }
    }
}

impl From<Vec<price_tier::Model>> for PriceTiersView {
    fn from(tiers: Vec<price_tier::Model>) -> Self {
        Self { tiers: tiers.into_iter().map(Into::into).collect() }
    }
}

/// All tiers of a product as they shall be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplacePriceTiers {
    /// From the lowest quantity up, without gap or overlap; none: the product's base price holds for every quantity.
    #[schema(max_items = 50)]
    tiers: Vec<PriceTierBody>,
}

/// A tier that is to be set.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PriceTierBody {
    /// The same in all tiers.
    model: PricingModel,
    /// Inclusive. 0 or 1 in the first tier; in the others above the end of the tier below, by at most 1.
    #[schema(value_type = QuantityBody)]
    min_quantity: QuantityBody,
    /// Inclusive. Only the last tier may do without.
    #[schema(value_type = Option<QuantityBody>)]
    max_quantity: Option<QuantityBody>,
    /// Decimal with at most 4 places.
    #[schema(pattern = r"^[0-9]{1,12}(\.[0-9]{1,4})?$")]
    unit_price: String,
    /// That of the product.
    #[schema(value_type = Currency)]
    currency: String,
}

impl ReplacePriceTiers {
    fn parse(self) -> Result<Vec<NewTier>, Problem> {
        let mut found = Findings::new();
        let mut tiers = Vec::with_capacity(self.tiers.len());
        for (position, tier) in self.tiers.into_iter().enumerate() {
            tiers.extend(found.check(tier.parse(&format!("/tiers/{position}")))?);
        }
        found.finish()?;
        Ok(tiers)
    }
}

impl PriceTierBody {
    fn parse(self, pointer: &str) -> Result<NewTier, Problem> {
        let currency = Currency::parse(&format!("{pointer}/currency"), &self.currency)?;
        let unit_price = UnitPrice::parse(&self.unit_price, currency);
        Ok(NewTier {
            model: self.model.into(),
            min_quantity: self.min_quantity.0,
            max_quantity: self.max_quantity.map(|quantity| quantity.0),
            unit_price: unit_price.map_err(|error| error.at(&format!("{pointer}/unit_price")))?,
        })
    }
}

/// The price tiers of a product. The ETag is the product's.
#[utoipa::path(
    tag = "Products",
    params(("id" = ProductId, Path)),
    responses((status = 200, body = PriceTiersView, headers(("ETag" = String, description = "The product's version, for `If-Match`")))),
    security(("bearer" = ["products.read"])),
)]
#[get("/v1/products/{id}/price-tiers")]
async fn show(unit: Read, PathId(id): PathId<Product>) -> Result<Reply, Refusal> {
    let tx = unit.begin().await?;
    let (tiers, product) = price_tiers::list(&tx, id).await?;
    Ok(Reply::ok(&PriceTiersView::from(tiers))?.etag(product.version))
}

/// Replaces all price tiers of a product. Orders that were confirmed keep their prices.
#[utoipa::path(
    tag = "Products",
    params(("id" = ProductId, Path)),
    request_body = ReplacePriceTiers,
    responses((status = 200, body = PriceTiersView, headers(("ETag" = String, description = "The product's version, for `If-Match`")))),
    security(("bearer" = ["products.manage"])),
)]
#[put("/v1/products/{id}/price-tiers")]
async fn replace(
    unit: Write,
    PathId(id): PathId<Product>,
    body: Body<ReplacePriceTiers>,
) -> Result<HttpResponse, Refusal> {
    let expected = unit.if_match_optional();
    let tx = unit.begin(&body).await?;
    let (tiers, product) = price_tiers::replace(&tx, id, expected, body.into_inner().parse()?).await?;
    unit.commit(tx, Reply::ok(&PriceTiersView::from(tiers))?.etag(product.version)).await
}
