//! Somebody decides for somebody else for a time.
use actix_web::{HttpResponse, delete, get, post, web::Data};
use chrono::{DateTime, Utc};
use purser_approvals::{
    ApprovalService,
    delegations::{self, NewDelegation},
    entity::approval_delegation,
};
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
use purser_kernel::{
    Moment, UserId,
    ids::{ApprovalDelegation, ApprovalDelegationId},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(list).service(create).service(show).service(delete);
}

/// Somebody decides for somebody else for a time, while that one may decide.
#[derive(Debug, Serialize, ToSchema)]
pub struct DelegationView {
    id: ApprovalDelegationId,
    /// Whose right it is.
    from_user: UserId,
    /// Who decides by it.
    to_user: UserId,
    /// Only about this kind of thing; about all of them when null.
    subject: Option<String>,
    since: DateTime<Utc>,
    /// No longer then.
    until: DateTime<Utc>,
    version: i64,
    created_at: DateTime<Utc>,
}

impl From<approval_delegation::Model> for DelegationView {
    fn from(delegation: approval_delegation::Model) -> Self {
        Self {
            id: delegation.id,
            from_user: delegation.from_user,
            to_user: delegation.to_user,
            subject: delegation.subject,
            since: delegation.since,
            until: delegation.until,
            version: delegation.version,
            created_at: delegation.created_at,
        }
    }
}

/// Lets another member decide for the caller.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateDelegation {
    /// An active member.
    to_user: UserId,
    /// Only about this kind of thing; about all of them when left out.
    #[schema(example = "order")]
    subject: Option<String>,
    /// From when; now when left out.
    #[schema(value_type = Option<DateTime<Utc>>)]
    since: Option<Moment>,
    /// At most 366 days after `since`.
    #[schema(value_type = DateTime<Utc>)]
    until: Moment,
}

impl From<CreateDelegation> for NewDelegation {
    fn from(body: CreateDelegation) -> Self {
        let CreateDelegation { to_user, subject, since, until } = body;
        Self { to_user, subject, since, until }
    }
}

/// Delegations, the newest first.
#[utoipa::path(
    tag = "Approvals",
    security(("bearer" = ["approvals.read"])),
    params(PageQuery),
    responses((status = 200, body = PageView<DelegationView>)),
)]
#[get("/v1/approval-delegations")]
async fn list(unit: Read, Query(query): Query<PageQuery>) -> Result<Reply, Refusal> {
    let page = query.page()?;
    let tx = unit.begin().await?;
    let page = delegations::list(&tx, &page).await?;
    Ok(Reply::ok(&PageView::of(page, DelegationView::from))?)
}

/// Lets another member decide for the caller for a time. What was delegated to the caller is not delegated further.
#[utoipa::path(
    tag = "Approvals",
    security(("bearer" = ["approvals.read"])),
    request_body = CreateDelegation,
    responses((status = 201, body = DelegationView)),
)]
#[post("/v1/approval-delegations")]
async fn create(
    unit: Write,
    approvals: Data<ApprovalService>,
    body: Body<CreateDelegation>,
) -> Result<HttpResponse, Refusal> {
    let tx = unit.begin(&body).await?;
    let delegation = approvals.delegate(&tx, body.into_inner().into()).await?;
    let view = DelegationView::from(delegation);
    let location = format!("/v1/approval-delegations/{}", view.id);
    unit.commit(tx, Reply::created(&view)?.etag(view.version).location(location)).await
}

/// One delegation.
#[utoipa::path(
    tag = "Approvals",
    security(("bearer" = ["approvals.read"])),
    params(("id" = ApprovalDelegationId, Path)),
    responses((status = 200, body = DelegationView)),
)]
#[get("/v1/approval-delegations/{id}")]
async fn show(unit: Read, PathId(id): PathId<ApprovalDelegation>) -> Result<Reply, Refusal> {
    let tx = unit.begin().await?;
    let view = DelegationView::from(delegations::get(&tx, id).await?);
    Ok(Reply::ok(&view)?.etag(view.version))
}

/// Ends a delegation. Who gave it and who got it may; somebody else's needs `approvals.manage`, too.
#[utoipa::path(
    tag = "Approvals",
    security(("bearer" = ["approvals.read"])),
    params(("id" = ApprovalDelegationId, Path)),
    responses((status = 204)),
)]
#[delete("/v1/approval-delegations/{id}")]
async fn delete(unit: Write, PathId(id): PathId<ApprovalDelegation>) -> Result<HttpResponse, Refusal> {
    let expected = unit.if_match()?;
    let tx = unit.begin(&()).await?;
    delegations::delete(&tx, id, expected).await?;
    unit.commit(tx, Reply::no_content()).await
}
