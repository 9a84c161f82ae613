//! Orders.
mod edit;
mod line;
mod status;
mod view;

use actix_web::{HttpResponse, get, patch, post, web::Data};
use edit::UpdateOrder;
use purser_compliance::{Access, AccessLog};
use purser_http::{
    body::{Body, NoBody, OptionalBody},
    path::PathId,
    problem::Refusal,
    query::{self, PageQuery, Query},
    reply::Reply,
    routes::Routes,
    unit::{Read, Write},
    view::PageView,
};
use purser_kernel::{
    Problem,
    ids::{ConversationId, CustomerId, Order, OrderId},
};
use purser_ordering::orders::{self, Confirmation, OrderFilter, Orders};
use serde::Deserialize;
use status::{OrderStatus, StatusChangeView};
use utoipa::{IntoParams, ToSchema};
use view::OrderView;

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes
        .service(list)
        .service(show)
        .service(update)
        .service(confirm)
        .service(request_confirmation)
        .service(cancel)
        .service(status_history);
}

/// Which orders.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListOrders {
    /// Only those of this status.
    #[param(inline)]
    status: Option<OrderStatus>,
    /// Only those of this customer.
    customer_id: Option<CustomerId>,
    /// Only those that came from this conversation.
    conversation_id: Option<ConversationId>,
    /// Only the one with this number.
    number: Option<String>,
    /// Rows in the page, from 1 to 200; 50 when left out.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Why an order is cancelled.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CancelOrder {
    /// Stands in the order's history.
    #[schema(max_length = 500)]
    reason: Option<String>,
}

/// Orders with their lines, the newest first.
#[utoipa::path(
    tag = "Orders",
    params(ListOrders),
    responses((status = 200, body = PageView<OrderView>)),
    security(("bearer" = ["orders.read"])),
)]
#[get("/v1/orders")]
async fn list(unit: Read, accesses: Data<AccessLog>, Query(query): Query<ListOrders>) -> Result<Reply, Refusal> {
    let page = query::page(query.limit, query.cursor)?;
    let filter = OrderFilter {
        status: query.status.map(Into::into),
        customer_id: query.customer_id,
        conversation_id: query.conversation_id,
        number: query.number,
    };
    let tx = unit.begin().await?;
    let page = PageView::of(orders::list(&tx, filter, &page).await?, OrderView::from);
    let words = page.data.iter().filter(|order| order.has_words()).map(|order| order.id);
    accesses.note(unit.scope(), unit.purpose(), Access::select("order", words).unsure())?;
    Ok(Reply::ok(&page)?)
}

/// One order with its lines.
#[utoipa::path(
    tag = "Orders",
    params(("id" = OrderId, Path)),
    responses((status = 200, body = OrderView)),
    security(("bearer" = ["orders.read"])),
)]
#[get("/v1/orders/{id}")]
async fn show(unit: Read, accesses: Data<AccessLog>, PathId(id): PathId<Order>) -> Result<Reply, Refusal> {
    let tx = unit.begin().await?;
    let view = OrderView::from(orders::get(&tx, id).await?);
    accesses.note(unit.scope(), unit.purpose(), Access::select("order", view.has_words().then_some(id)).unsure())?;
    Ok(Reply::ok(&view)?.etag(view.version))
}

/// Changes an order that is not confirmed. An order in review whose lines all have a product is pending then.
#[utoipa::path(
    tag = "Orders",
    params(("id" = OrderId, Path)),
    request_body = UpdateOrder,
    responses((status = 200, body = OrderView)),
    security(("bearer" = ["orders.manage"])),
)]
#[patch("/v1/orders/{id}")]
async fn update(
    unit: Write,
    orders: Data<Orders>,
    PathId(id): PathId<Order>,
    body: Body<UpdateOrder>,
) -> Result<HttpResponse, Refusal> {
    let expected = unit.if_match()?;
    let tx = unit.begin(&body).await?;
    let order = orders.edit(&tx, id, expected, body.into_inner().into()).await?;
    let view = OrderView::from(order);
    unit.commit(tx, Reply::ok(&view)?.etag(view.version)).await
}

/// Makes an order binding. Of two at once, one does; the other is told that it is confirmed.
///
/// Where the organization's policies want somebody else to approve it, the answer is 202: the order waits as it is, and its
/// `approval_id` names the request at `/v1/approvals`. When the last step is approved, it is confirmed at once; when it is changed
/// before, it has to be confirmed anew.
#[utoipa::path(
    tag = "Orders",
    params(("id" = OrderId, Path), ("If-Match" = String, Header)),
    responses((status = 200, body = OrderView), (status = 202, body = OrderView)),
    security(("bearer" = ["orders.confirm"])),
)]
#[post("/v1/orders/{id}/confirm")]
async fn confirm(
    unit: Write,
    orders: Data<Orders>,
    PathId(id): PathId<Order>,
    body: NoBody,
) -> Result<HttpResponse, Refusal> {
    let expected = unit.if_match_optional();
    let tx = unit.begin(&body).await?;
    let reply = match orders.confirm(&tx, id, expected).await? {
        Confirmation::Confirmed(order) => {
            let view = OrderView::from(order);
            Reply::ok(&view)?.etag(view.version)
        }
        Confirmation::Waits(order) => waits(order.into())?,
    };
    unit.commit(tx, reply).await
}

/// Asks people to confirm an order: for somebody who may not do it alone. The order's `approval_id` names the request at
/// `/v1/approvals`.
#[utoipa::path(
    tag = "Orders",
    params(("id" = OrderId, Path), ("If-Match" = String, Header)),
    responses((status = 202, body = OrderView)),
    security(("bearer" = ["orders.manage"])),
)]
#[post("/v1/orders/{id}/request-confirmation")]
async fn request_confirmation(
    unit: Write,
    orders: Data<Orders>,
    PathId(id): PathId<Order>,
    body: NoBody,
) -> Result<HttpResponse, Refusal> {
    let expected = unit.if_match_optional();
    let tx = unit.begin(&body).await?;
    let order = orders.request_confirmation(&tx, id, expected).await?;
    unit.commit(tx, waits(order.into())?).await
}

/// The order waits for others.
fn waits(view: OrderView) -> Result<Reply, Problem> {
    let reply = Reply::waits(&view)?.etag(view.version);
    Ok(match view.approval_id {
        Some(approval) => reply.location(format!("/v1/approvals/{approval}")),
        None => reply,
    })
}

/// Cancels an order that is not fulfilled. One that was confirmed no longer counts for its customer.
///
/// Cancelling a confirmed order undoes a decision: that needs `orders.confirm`, too.
#[utoipa::path(
    tag = "Orders",
    params(("id" = OrderId, Path), ("If-Match" = String, Header)),
    request_body = Option<CancelOrder>,
    responses((status = 200, body = OrderView)),
    security(("bearer" = ["orders.manage"])),
)]
#[post("/v1/orders/{id}/cancel")]
async fn cancel(
    unit: Write,
    orders: Data<Orders>,
    PathId(id): PathId<Order>,
    body: OptionalBody<CancelOrder>,
) -> Result<HttpResponse, Refusal> {
    let expected = unit.if_match_optional();
    let tx = unit.begin(&body).await?;
    let CancelOrder { reason } = body.into_inner();
    let view = OrderView::from(orders.cancel(&tx, id, expected, reason).await?);
    unit.commit(tx, Reply::ok(&view)?.etag(view.version)).await
}

/// How an order came to its status, the first change first.
#[utoipa::path(
    tag = "Orders",
    params(("id" = OrderId, Path), PageQuery),
    responses((status = 200, body = PageView<StatusChangeView>)),
    security(("bearer" = ["orders.read"])),
)]
#[get("/v1/orders/{id}/status-history")]
async fn status_history(
    unit: Read,
    PathId(id): PathId<Order>,
    Query(query): Query<PageQuery>,
) -> Result<Reply, Refusal> {
    let page = query.page()?;
    let tx = unit.begin().await?;
    let page = orders::status_history(&tx, id, &page).await?;
    Ok(Reply::ok(&PageView::of(page, StatusChangeView::from))?)
}
