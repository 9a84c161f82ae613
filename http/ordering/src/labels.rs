//! Customer labels.
mod assignments;

use actix_web::{HttpResponse, delete, get, patch, post};
use chrono::{DateTime, Utc};
use purser_http::{
    body::Body,
    path::PathId,
    problem::Refusal,
    query::{PageQuery, Query},
    reply::Reply,
    routes::Routes,
    unit::{Read, Write},
    view::PageView,
};
use purser_kernel::ids::{CustomerLabel, CustomerLabelId};
use purser_ordering::{
    entity::customer_label,
    labels::{self, LabelChange, NewLabel},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(list).service(create).service(show).service(update).service(delete);
    routes.configure(assignments::routes);
}

/// A word that an organization sorts its customers by.
#[derive(Debug, Serialize, ToSchema)]
pub struct LabelView {
    id: CustomerLabelId,
    name: String,
    /// As in CSS.
    #[schema(example = "#2f9e44")]
    color: String,
    /// Every organization has it; it cannot be deleted.
    is_predefined: bool,
    version: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<customer_label::Model> for LabelView {
    fn from(label: customer_label::Model) -> Self {
        Self {
            id: label.id,
            name: label.name,
            color: label.color,
            is_predefined: label.is_predefined,
            version: label.version,
            created_at: label.created_at,
            updated_at: label.updated_at,
        }
    }
}

/// A label that is to be created.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateLabel {
    /// Unique in the organization, in any spelling of upper and lower case.
    #[schema(max_length = 60)]
    name: String,
    /// A number sign and six hexadecimal digits.
    #[schema(example = "#2f9e44", pattern = "^#[0-9a-fA-F]{6}$")]
    color: String,
}

impl From<CreateLabel> for NewLabel {
    fn from(body: CreateLabel) -> Self {
        let CreateLabel { name, color } = body;
        Self { name, color }
    }
}

/// What changes in a label. Fields that are left out keep their value.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateLabel {
    #[schema(max_length = 60)]
    name: Option<String>,
    #[schema(example = "#2f9e44", pattern = "^#[0-9a-fA-F]{6}$")]
    color: Option<String>,
}

impl From<UpdateLabel> for LabelChange {
    fn from(body: UpdateLabel) -> Self {
        let UpdateLabel { name, color } = body;
        Self { name, color }
    }
}

/// Labels in the order of their names.
#[utoipa::path(
    tag = "Customer labels",
    security(("bearer" = ["customers.read"])),
    params(PageQuery),
    responses((status = 200, body = PageView<LabelView>)),
)]
#[get("/v1/customer-labels")]
async fn list(unit: Read, Query(query): Query<PageQuery>) -> Result<Reply, Refusal> {
    let page = query.page()?;
    let tx = unit.begin().await?;
    let page = labels::list(&tx, &page).await?;
    Ok(Reply::ok(&PageView::of(page, LabelView::from))?)
}

/// Creates a label.
#[utoipa::path(
    tag = "Customer labels",
    security(("bearer" = ["customers.manage"])),
    request_body = CreateLabel,
    responses((status = 201, body = LabelView)),
)]
#[post("/v1/customer-labels")]
async fn create(unit: Write, body: Body<CreateLabel>) -> Result<HttpResponse, Refusal> {
    let tx = unit.begin(&body).await?;
    let view = LabelView::from(labels::create(&tx, body.into_inner().into()).await?);
    let location = format!("/v1/customer-labels/{}", view.id);
    unit.commit(tx, Reply::created(&view)?.etag(view.version).location(location)).await
}

/// One label.
#[utoipa::path(
    tag = "Customer labels",
    security(("bearer" = ["customers.read"])),
    params(("id" = CustomerLabelId, Path)),
    responses((status = 200, body = LabelView)),
)]
#[get("/v1/customer-labels/{id}")]
async fn show(unit: Read, PathId(id): PathId<CustomerLabel>) -> Result<Reply, Refusal> {
    let tx = unit.begin().await?;
    let view = LabelView::from(labels::get(&tx, id).await?);
    Ok(Reply::ok(&view)?.etag(view.version))
}

/// Changes a label.
#[utoipa::path(
    tag = "Customer labels",
    security(("bearer" = ["customers.manage"])),
    params(("id" = CustomerLabelId, Path)),
    request_body = UpdateLabel,
    responses((status = 200, body = LabelView)),
)]
#[patch("/v1/customer-labels/{id}")]
async fn update(
    unit: Write,
    PathId(id): PathId<CustomerLabel>,
    body: Body<UpdateLabel>,
) -> Result<HttpResponse, Refusal> {
    let expected = unit.if_match()?;
    let tx = unit.begin(&body).await?;
    let view = LabelView::from(labels::update(&tx, id, expected, body.into_inner().into()).await?);
    unit.commit(tx, Reply::ok(&view)?.etag(view.version)).await
}

/// Deletes a label that is not predefined, and takes it from its customers.
#[utoipa::path(
    tag = "Customer labels",
    security(("bearer" = ["customers.manage"])),
    params(("id" = CustomerLabelId, Path)),
    responses((status = 204)),
)]
#[delete("/v1/customer-labels/{id}")]
async fn delete(unit: Write, PathId(id): PathId<CustomerLabel>) -> Result<HttpResponse, Refusal> {
    let expected = unit.if_match()?;
    let tx = unit.begin(&()).await?;
    labels::delete(&tx, id, expected).await?;
    unit.commit(tx, Reply::no_content()).await
}
