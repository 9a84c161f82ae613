//! Members.
mod rights;
pub(super) mod view;

use actix_web::{HttpResponse, delete, get, post, web::Data};
use purser_compliance::{Access, AccessLog};
use purser_http::{
    body::NoBody,
    path::PathId,
    problem::Refusal,
    query::{self, Query},
    reply::Reply,
    routes::Routes,
    unit::{Read, Write},
    view::PageView,
};
use purser_kernel::ids::{Membership, MembershipId, RoleId};
use purser_tenancy::members::{MemberFilter, Members};
use serde::Deserialize;
use utoipa::IntoParams;
use view::{MemberStatus, MemberView};

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(list).service(show).service(remove).service(disable).service(enable).service(end_sessions);
    routes.configure(rights::routes);
}

/// Which members.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListMembers {
    /// Only those of this status.
    #[param(inline)]
    status: Option<MemberStatus>,
    /// Only those who have this role.
    role_id: Option<RoleId>,
    /// Rows in the page, from 1 to 200; 50 when left out.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// The members, the newest first.
#[utoipa::path(
    tag = "Members",
    security(("bearer" = ["members.read"])),
    params(ListMembers),
    responses((status = 200, body = PageView<MemberView>)),
)]
#[get("/v1/members")]
async fn list(
    unit: Read,
    members: Data<Members>,
    accesses: Data<AccessLog>,
    Query(query): Query<ListMembers>,
) -> Result<Reply, Refusal> {
    let page = query::page(query.limit, query.cursor)?;
    let filter = MemberFilter { status: query.status.map(Into::into), role_id: query.role_id };
    let tx = unit.begin().await?;
    let page = members.list(&tx, filter, &page).await?;
    let seen = page.data.iter().map(|member| member.membership.id);
    accesses.note(unit.scope(), unit.purpose(), Access::select("membership", seen))?;
    Ok(Reply::ok(&PageView::of(page, MemberView::from))?)
}

/// One member.
#[utoipa::path(
    tag = "Members",
    security(("bearer" = ["members.read"])),
    params(("id" = MembershipId, Path)),
    responses((status = 200, body = MemberView)),
)]
#[get("/v1/members/{id}")]
async fn show(
    unit: Read,
    members: Data<Members>,
    accesses: Data<AccessLog>,
    PathId(id): PathId<Membership>,
) -> Result<Reply, Refusal> {
    let tx = unit.begin().await?;
    let view = MemberView::from(members.get(&tx, id).await?);
    accesses.note(unit.scope(), unit.purpose(), Access::select("membership", [id]))?;
    Ok(Reply::ok(&view)?.etag(view.version))
}

/// Takes a member out of the organization. Their sessions, API keys and access to engagements here are over at once and for good,
/// their place is free, and what they have done stays theirs.
#[utoipa::path(
    tag = "Members",
    security(("bearer" = ["members.manage"])),
    params(("id" = MembershipId, Path)),
    responses((status = 204)),
)]
#[delete("/v1/members/{id}")]
async fn remove(unit: Write, members: Data<Members>, PathId(id): PathId<Membership>) -> Result<HttpResponse, Refusal> {
    let expected = unit.if_match()?;
    let tx = unit.begin(&()).await?;
    members.remove(&tx, id, expected).await?;
    unit.commit(tx, Reply::no_content()).await
}

/// Shuts a member out: their sessions in this organization are over at once, and stay over when they are enabled again.
#[utoipa::path(
    tag = "Members",
    security(("bearer" = ["members.manage"])),
    params(("id" = MembershipId, Path)),
    responses((status = 200, body = MemberView)),
)]
#[post("/v1/members/{id}/disable")]
async fn disable(
    unit: Write,
    members: Data<Members>,
    PathId(id): PathId<Membership>,
    body: NoBody,
) -> Result<HttpResponse, Refusal> {
    let tx = unit.begin(&body).await?;
    let view = MemberView::from(members.disable(&tx, id).await?);
    unit.commit(tx, Reply::ok(&view)?.etag(view.version)).await
}

/// Lets a disabled member in again, with the roles they had. They sign in anew.
#[utoipa::path(
    tag = "Members",
    security(("bearer" = ["members.manage"])),
    params(("id" = MembershipId, Path)),
    responses((status = 200, body = MemberView)),
)]
#[post("/v1/members/{id}/enable")]
async fn enable(
    unit: Write,
    members: Data<Members>,
    PathId(id): PathId<Membership>,
    body: NoBody,
) -> Result<HttpResponse, Refusal> {
    let tx = unit.begin(&body).await?;
    let view = MemberView::from(members.enable(&tx, id).await?);
    unit.commit(tx, Reply::ok(&view)?.etag(view.version)).await
}

/// Ends all sessions that a member has in this organization. They may sign in again.
#[utoipa::path(
    tag = "Members",
    security(("bearer" = ["members.manage"])),
    params(("id" = MembershipId, Path)),
    responses((status = 200, body = MemberView)),
)]
#[post("/v1/members/{id}/end-sessions")]
async fn end_sessions(
    unit: Write,
    members: Data<Members>,
    PathId(id): PathId<Membership>,
    body: NoBody,
) -> Result<HttpResponse, Refusal> {
    let tx = unit.begin(&body).await?;
    let view = MemberView::from(members.end_sessions(&tx, id).await?);
    unit.commit(tx, Reply::ok(&view)?.etag(view.version)).await
}
