//! The labels of a customer.
use super::LabelView;
use actix_web::{HttpResponse, delete, get, put, web::Data};
use chrono::{DateTime, Utc};
use purser_compliance::{Access, AccessLog};
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
use purser_kernel::ids::{Customer, CustomerId, CustomerLabel, CustomerLabelId};
use purser_ordering::labels::{self, AssignedLabel};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(list).service(assign).service(unassign);
}

/// A label that a customer has.
#[derive(Debug, Serialize, ToSchema)]
pub struct AssignedLabelView {
    label: LabelView,
    /// What the label says of this customer.
    value: Option<String>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<AssignedLabel> for AssignedLabelView {
    fn from(assigned: AssignedLabel) -> Self {
        let AssignedLabel { label, assignment } = assigned;
        Self {
            label: label.into(),
            value: assignment.value,
            created_at: assignment.created_at,
            updated_at: assignment.updated_at,
        }
    }
}

/// What a label says of a customer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AssignLabel {
    /// Such as `north` for a label `route`; nothing more than that the customer has the label when left out.
    #[schema(max_length = 200)]
    value: Option<String>,
}

/// The labels of a customer, in the order in which it got them.
#[utoipa::path(
    tag = "Customer labels",
    security(("bearer" = ["customers.read"])),
    params(("id" = CustomerId, Path), PageQuery),
    responses((status = 200, body = PageView<AssignedLabelView>)),
)]
#[get("/v1/customers/{id}/labels")]
async fn list(
    unit: Read,
    accesses: Data<AccessLog>,
    PathId(id): PathId<Customer>,
    Query(query): Query<PageQuery>,
) -> Result<Reply, Refusal> {
    let page = query.page()?;
    let tx = unit.begin().await?;
    let page = labels::of_customer(&tx, id, &page).await?;
    accesses.note(unit.scope(), unit.purpose(), Access::select("customer", (!page.data.is_empty()).then_some(id)))?;
    Ok(Reply::ok(&PageView::of(page, AssignedLabelView::from))?)
}

/// Gives a customer a label, or changes what the label says of it.
#[utoipa::path(
    tag = "Customer labels",
    security(("bearer" = ["customers.manage"])),
    params(("id" = CustomerId, Path), ("label_id" = CustomerLabelId, Path)),
    request_body = AssignLabel,
    responses((status = 200, body = AssignedLabelView)),
)]
#[put("/v1/customers/{id}/labels/{label_id}")]
async fn assign(
    unit: Write,
    PathIds(id, label_id): PathIds<Customer, CustomerLabel>,
    body: Body<AssignLabel>,
) -> Result<HttpResponse, Refusal> {
    let tx = unit.begin(&body).await?;
    let assigned = labels::assign(&tx, id, label_id, body.into_inner().value).await?;
    unit.commit(tx, Reply::ok(&AssignedLabelView::from(assigned))?).await
}

/// Takes a label from a customer.
#[utoipa::path(
    tag = "Customer labels",
    security(("bearer" = ["customers.manage"])),
    params(("id" = CustomerId, Path), ("label_id" = CustomerLabelId, Path)),
    responses((status = 204)),
)]
#[delete("/v1/customers/{id}/labels/{label_id}")]
async fn unassign(
    unit: Write,
    PathIds(id, label_id): PathIds<Customer, CustomerLabel>,
) -> Result<HttpResponse, Refusal> {
    let tx = unit.begin(&()).await?;
    labels::unassign(&tx, id, label_id).await?;
    unit.commit(tx, Reply::no_content()).await
}
