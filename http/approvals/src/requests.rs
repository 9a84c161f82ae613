//! The inbox: what waits to be decided, and decisions.
mod view;

use actix_web::{HttpResponse, get, post, web::Data};
use purser_approvals::{
    Answer, ApprovalService, Outcome,
    requests::{self, RequestFilter},
};
use purser_compliance::{Access, AccessLog};
use purser_http::{
    body::{Body, NoBody},
    path::PathId,
    problem::Refusal,
    query::{self, Query},
    reply::Reply,
    routes::Routes,
    unit::{Read, Write},
    view::{ApprovalStatus, PageView},
};
use purser_kernel::ids::{ApprovalRequest, ApprovalRequestId};
use purser_store::WriteTx;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
pub(crate) use view::ApprovalView;
use view::asked;

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(list).service(show).service(approve).service(reject).service(withdraw);
}

/// Whose requests.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Assigned {
    /// Open ones whose current step the caller may decide, by their own right or by delegation.
    Me,
}

/// Which requests.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListApprovals {
    /// Only open ones whose current step the caller may decide.
    #[param(inline)]
    assigned: Option<Assigned>,
    /// Only those of this status.
    #[param(inline)]
    status: Option<ApprovalStatus>,
    /// Only those about this kind of thing, such as `order`.
    subject: Option<String>,
    /// Rows in the page, from 1 to 200; 50 when left out.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Yes, to what was shown.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApproveRequest {
    /// The `payload_hash` of what was seen.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    payload_hash: String,
}

/// No.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RejectRequest {
    /// Why.
    #[schema(max_length = 2000)]
    reason: String,
}

/// Requests for approval, the newest first.
#[utoipa::path(
    tag = "Approvals",
    security(("bearer" = ["approvals.read"])),
    params(ListApprovals),
    responses((status = 200, body = PageView<ApprovalView>)),
)]
#[get("/v1/approvals")]
async fn list(
    unit: Read,
    approvals: Data<ApprovalService>,
    accesses: Data<AccessLog>,
    Query(query): Query<ListApprovals>,
) -> Result<Reply, Refusal> {
    let page = query::page(query.limit, query.cursor)?;
    let filter = RequestFilter {
        assigned_to_me: matches!(query.assigned, Some(Assigned::Me)),
        status: query.status.map(asked),
        subject: query.subject,
    };
    let tx = unit.begin().await?;
    let page = PageView::of(approvals.list(&tx, filter, &page).await?, ApprovalView::from);
    let seen = page.data.iter().map(|request| request.id);
    accesses.note(unit.scope(), unit.purpose(), Access::select("approval_request", seen).unsure())?;
    Ok(Reply::ok(&page)?)
}

/// One request, with exactly what is to be approved.
#[utoipa::path(
    tag = "Approvals",
    security(("bearer" = ["approvals.read"])),
    params(("id" = ApprovalRequestId, Path)),
    responses((status = 200, body = ApprovalView)),
)]
#[get("/v1/approvals/{id}")]
async fn show(unit: Read, accesses: Data<AccessLog>, PathId(id): PathId<ApprovalRequest>) -> Result<Reply, Refusal> {
    let tx = unit.begin().await?;
    let view = ApprovalView::from(requests::get(&tx, id).await?);
    accesses.note(unit.scope(), unit.purpose(), Access::select("approval_request", [id]).unsure())?;
    Ok(Reply::ok(&view)?.etag(view.version))
}

/// Approves the open step of exactly what was shown. After the last step, what was asked for is done at once.
///
/// Needs the permission of the step as well. Everything is looked at again: if it is no longer what was shown, the answer is
/// `approval_content_changed` and names the new request.
#[utoipa::path(
    tag = "Approvals",
    security(("bearer" = ["approvals.read"])),
    params(("id" = ApprovalRequestId, Path)),
    request_body = ApproveRequest,
    responses((status = 200, body = ApprovalView)),
)]
#[post("/v1/approvals/{id}/approve")]
async fn approve(
    unit: Write,
    approvals: Data<ApprovalService>,
    PathId(id): PathId<ApprovalRequest>,
    body: Body<ApproveRequest>,
) -> Result<HttpResponse, Refusal> {
    let tx = unit.begin(&body).await?;
    let ApproveRequest { payload_hash } = body.into_inner();
    let outcome = approvals.decide(&tx, id, Answer::Approve { payload_hash }).await?;
    answer(&unit, tx, outcome).await
}

/// Rejects a request.
///
/// Needs the permission of the step that is open as well.
#[utoipa::path(
    tag = "Approvals",
    security(("bearer" = ["approvals.read"])),
    params(("id" = ApprovalRequestId, Path)),
    request_body = RejectRequest,
    responses((status = 200, body = ApprovalView)),
)]
#[post("/v1/approvals/{id}/reject")]
async fn reject(
    unit: Write,
    approvals: Data<ApprovalService>,
    PathId(id): PathId<ApprovalRequest>,
    body: Body<RejectRequest>,
) -> Result<HttpResponse, Refusal> {
    let tx = unit.begin(&body).await?;
    let RejectRequest { reason } = body.into_inner();
    let outcome = approvals.decide(&tx, id, Answer::Reject { reason }).await?;
    answer(&unit, tx, outcome).await
}

/// Takes a request back. Whoever asked may; somebody else's needs `approvals.manage`, too.
#[utoipa::path(
    tag = "Approvals",
    security(("bearer" = ["approvals.read"])),
    params(("id" = ApprovalRequestId, Path)),
    responses((status = 200, body = ApprovalView)),
)]
#[post("/v1/approvals/{id}/withdraw")]
async fn withdraw(
    unit: Write,
    approvals: Data<ApprovalService>,
    PathId(id): PathId<ApprovalRequest>,
    body: NoBody,
) -> Result<HttpResponse, Refusal> {
    let tx = unit.begin(&body).await?;
    let view = ApprovalView::from(approvals.withdraw(&tx, id).await?);
    unit.commit(tx, Reply::ok(&view)?.etag(view.version)).await
}

async fn answer(unit: &Write, tx: WriteTx, outcome: Outcome) -> Result<HttpResponse, Refusal> {
    match outcome {
        Outcome::Decided(request) => {
            let view = ApprovalView::from(*request);
            unit.commit(tx, Reply::ok(&view)?.etag(view.version)).await
        }
        Outcome::Outdated(problem) => {
            tx.commit().await?;
            Err(problem.into())
        }
    }
}
