//! What was deleted: listed, brought back, purged.
mod view;

use actix_web::{HttpResponse, get, post, web::Data};
use purser_compliance::{
    Access, AccessLog, Deletions,
    deletions::{DeletionFilter, Shown},
};
use purser_http::{
    body::{Body, NoBody},
    path::PathId,
    problem::Refusal,
    query::{self, Query},
    reply::Reply,
    routes::Routes,
    unit::{Read, Write},
    view::PageView,
};
use purser_kernel::{
    Id, Moment, UserId,
    ids::{Deletion, DeletionId},
};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use view::{DeletionView, DeletionWithSnapshot};

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(list).service(show).service(restore).service(purge);
}

/// Which deletions.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListDeletions {
    /// Only of this kind of resource, such as `customer`.
    resource: Option<String>,
    /// Only of this resource.
    resource_id: Option<Uuid>,
    /// Only by this person.
    deleted_by: Option<UserId>,
    /// Only of then or later.
    #[param(value_type = Option<DateTime<Utc>>)]
    since: Option<Moment>,
    /// Rows in the page, from 1 to 200; 50 when left out.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// What was deleted, of what the caller may read otherwise, the latest first.
#[utoipa::path(
    tag = "Deletions",
    params(ListDeletions),
    responses((status = 200, body = PageView<DeletionView>)),
    security(("bearer" = ["deletions.read"])),
)]
#[get("/v1/deletions")]
async fn list(unit: Read, deletions: Data<Deletions>, Query(query): Query<ListDeletions>) -> Result<Reply, Refusal> {
    let ListDeletions { resource, resource_id, deleted_by, since, limit, cursor } = query;
    let page = query::page(limit, cursor)?;
    let filter = DeletionFilter { resource, resource_id, deleted_by, since };
    let tx = unit.begin().await?;
    let page = deletions.list(&tx, filter, &page).await?;
    Ok(Reply::ok(&PageView::of(page, DeletionView::from))?)
}

/// One deletion with what was deleted. It takes what reading the deleted thing takes, too.
#[utoipa::path(
    tag = "Deletions",
    params(("id" = DeletionId, Path)),
    responses((status = 200, body = DeletionWithSnapshot)),
    security(("bearer" = ["deletions.read"])),
)]
#[get("/v1/deletions/{id}")]
async fn show(
    unit: Read,
    deletions: Data<Deletions>,
    accesses: Data<AccessLog>,
    PathId(id): PathId<Deletion>,
) -> Result<Reply, Refusal> {
    let tx = unit.begin().await?;
    let shown = deletions.get(&tx, id).await?;
    accesses.note(unit.scope(), unit.purpose(), read(&shown))?;
    Ok(Reply::ok(&DeletionWithSnapshot::from(shown))?)
}

/// Nothing of what is about nobody, or is there no more.
fn read(shown: &Shown) -> Access {
    let is_read = shown.is_personal && shown.deletion.snapshot.is_some();
    Access::select(shown.resource, is_read.then(|| Id::<()>::from_uuid(shown.deletion.resource_id)))
}

/// Brings back what was deleted, with what went with it. It takes what deleting the thing takes, too. What is in the way, such as a code
/// that somebody else has by now, is a 409 that names it.
#[utoipa::path(
    tag = "Deletions",
    params(("id" = DeletionId, Path)),
    responses((status = 200, body = DeletionView)),
    security(("bearer" = ["deletions.restore"])),
)]
#[post("/v1/deletions/{id}/restore")]
async fn restore(
    unit: Write,
    deletions: Data<Deletions>,
    PathId(id): PathId<Deletion>,
    body: NoBody,
) -> Result<HttpResponse, Refusal> {
    let tx = unit.begin(&body).await?;
    let restored = deletions.restore(&tx, id).await?;
    unit.commit(tx, Reply::ok(&DeletionView::from(restored))?).await
}

/// Why it is purged.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PurgeDeletion {
    /// It stays: leave out what is personal.
    #[schema(max_length = 500)]
    reason: String,
}

/// Purges what was deleted before its time, for good. It takes what deleting the thing takes, too. What something refers to that stays,
/// such as an order, is emptied and not removed: `kept_for` names it. While much is still to be removed, `purged_at` is null.
#[utoipa::path(
    tag = "Deletions",
    params(("id" = DeletionId, Path)),
    request_body = PurgeDeletion,
    responses((status = 200, body = DeletionView)),
    security(("bearer" = ["deletions.purge"])),
)]
#[post("/v1/deletions/{id}/purge")]
async fn purge(
    unit: Write,
    deletions: Data<Deletions>,
    PathId(id): PathId<Deletion>,
    body: Body<PurgeDeletion>,
) -> Result<HttpResponse, Refusal> {
    let tx = unit.begin(&body).await?;
    let PurgeDeletion { reason } = body.into_inner();
    let purged = deletions.purge(&tx, id, &reason).await?;
    unit.commit(tx, Reply::ok(&DeletionView::from(purged))?).await
}
