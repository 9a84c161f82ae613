//! Acting for somebody, for 30 minutes at most.
use super::Admin;
use actix_web::{delete, get, post};
use chrono::{DateTime, Utc};
use purser_auth::{
    entity::impersonation::Model,
    platform::{Acting, Impersonate},
};
use purser_http::{
    body::Body,
    path::PathId,
    problem::Refusal,
    query::{PageQuery, Query},
    reply::Reply,
    routes::Routes,
    view::PageView,
};
use purser_kernel::{
    ExposeSecret, OrganizationId, UserId,
    ids::{Impersonation, ImpersonationId},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(list).service(create).service(end);
}

/// For whom, where and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateImpersonation {
    organization_id: OrganizationId,
    user_id: UserId,
    #[schema(max_length = 500)]
    reason: String,
}

/// A time in which an administrator acts for somebody.
#[derive(Serialize, ToSchema)]
pub struct ImpersonationView {
    id: ImpersonationId,
    admin_id: UserId,
    organization_id: OrganizationId,
    user_id: UserId,
    reason: String,
    created_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    /// When it was ended before its time.
    ended_at: Option<DateTime<Utc>>,
}

impl From<Model> for ImpersonationView {
    fn from(row: Model) -> Self {
        Self {
            id: row.id,
            admin_id: row.admin_id,
            organization_id: row.organization_id,
            user_id: row.person_id,
            reason: row.reason,
            created_at: row.created_at,
            expires_at: row.expires_at,
            ended_at: row.ended_at,
        }
    }
}

/// What acts for somebody.
#[derive(Serialize, ToSchema)]
pub struct ActingView {
    #[serde(flatten)]
    impersonation: ImpersonationView,
    /// For the header `Authorization: Bearer`, everywhere but under `/v1/platform` and `/v1/admin`. Its claim `act` names the
    /// administrator (RFC 8693). It cannot be renewed.
    access_token: String,
    /// `Bearer`.
    token_type: &'static str,
    /// Seconds for which the access token is valid.
    expires_in: i64,
}

impl From<Acting> for ActingView {
    fn from(acting: Acting) -> Self {
        let Acting { impersonation, access_token, expires_in } = acting;
        Self {
            impersonation: impersonation.into(),
            access_token: access_token.expose_secret().to_owned(),
            token_type: "Bearer",
            expires_in,
        }
    }
}

/// For whom administrators act and have acted, the latest first.
#[utoipa::path(
    tag = "Platform",
    security(("platform" = [])),
    params(PageQuery),
    responses((status = 200, body = PageView<ImpersonationView>)),
)]
#[get("/v1/platform/impersonations")]
async fn list(admin: Admin, Query(query): Query<PageQuery>) -> Result<Reply, Refusal> {
    let page = query.page()?;
    let page = admin.auth().impersonations(admin.scope(), &page).await?;
    Ok(Reply::ok(&PageView::of(page, ImpersonationView::from))?)
}

/// Lets the caller act for a member of an organization that allows it, within what the member may do and without deciding anything.
#[utoipa::path(
    tag = "Platform",
    security(("platform" = [])),
    request_body = CreateImpersonation,
    responses((status = 201, body = ActingView)),
)]
#[post("/v1/platform/impersonations")]
async fn create(admin: Admin, body: Body<CreateImpersonation>) -> Result<Reply, Refusal> {
    let CreateImpersonation { organization_id, user_id, reason } = body.into_inner();
    let wanted = Impersonate { organization: organization_id, person: user_id, reason };
    let view = ActingView::from(admin.auth().impersonate(admin.caller(), wanted).await?);
    let location = format!("/v1/platform/impersonations/{}", view.impersonation.id);
    Ok(Reply::created(&view)?.location(location))
}

/// Ends it at once.
#[utoipa::path(
    tag = "Platform",
    security(("platform" = [])),
    params(("id" = ImpersonationId, Path)),
    responses((status = 204)),
)]
#[delete("/v1/platform/impersonations/{id}")]
async fn end(admin: Admin, PathId(id): PathId<Impersonation>) -> Result<Reply, Refusal> {
    admin.auth().end_impersonation(admin.caller(), id).await?;
    Ok(Reply::no_content())
}
