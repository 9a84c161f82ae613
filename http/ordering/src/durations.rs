//! Contract terms.
use actix_web::{HttpResponse, get, post};
use chrono::{DateTime, Utc};
use purser_http::{
    body::Body,
    problem::Refusal,
    query::{PageQuery, Query},
    reply::Reply,
    routes::Routes,
    unit::{Read, Write},
    view::PageView,
};
use purser_kernel::{Percent, Problem, ids::DurationId};
use purser_ordering::{durations, entity::duration};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(list).service(create);
}

/// A contract term that can be bought, and its discount.
#[derive(Debug, Serialize, ToSchema)]
pub struct DurationView {
    id: DurationId,
    months: i32,
    discount_percent: Percent,
    is_active: bool,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<duration::Model> for DurationView {
    fn from(duration: duration::Model) -> Self {
        Self {
            id: duration.id,
            months: duration.months,
            discount_percent: duration.discount_bp,
            is_active: duration.is_active,
            created_at: duration.created_at,
            updated_at: duration.updated_at,
        }
    }
}

/// A contract term that is to be added.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateDuration {
    /// There is one term of each length.
    #[schema(minimum = 1, maximum = 600)]
    months: i32,
    /// Decimal from 0 to 100 with at most 2 places.
    #[schema(pattern = r"^(100(\.0{1,2})?|[0-9]{1,2}(\.[0-9]{1,2})?)$")]
    discount_percent: String,
}

impl CreateDuration {
    fn parse(self) -> Result<(i32, Percent), Problem> {
        let discount = self.discount_percent.parse::<Percent>().map_err(|error| error.at("/discount_percent"))?;
        Ok((self.months, discount))
    }
}

/// Contract terms, the shortest first.
#[utoipa::path(
    tag = "Durations",
    params(PageQuery),
    responses((status = 200, body = PageView<DurationView>)),
    security(("bearer" = ["products.read"])),
)]
#[get("/v1/durations")]
async fn list(unit: Read, Query(query): Query<PageQuery>) -> Result<Reply, Refusal> {
    let page = query.page()?;
    let tx = unit.begin().await?;
    let page = durations::list(&tx, &page).await?;
    Ok(Reply::ok(&PageView::of(page, DurationView::from))?)
}

/// Adds a contract term.
#[utoipa::path(
    tag = "Durations",
    request_body = CreateDuration,
    responses((status = 201, body = DurationView)),
    security(("bearer" = ["products.manage"])),
)]
#[post("/v1/durations")]
async fn create(unit: Write, body: Body<CreateDuration>) -> Result<HttpResponse, Refusal> {
    let tx = unit.begin(&body).await?;
    let (months, discount) = body.into_inner().parse()?;
    let duration = durations::create(&tx, months, discount).await?;
    unit.commit(tx, Reply::created(&DurationView::from(duration))?).await
}
