//! Who has access to an engagement.
use actix_web::{HttpResponse, delete, get, put};
use chrono::{DateTime, Utc};
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
use purser_kernel::{
    Moment, UserId,
    ids::{Engagement, EngagementId, User},
};
use purser_tenancy::{
    engagements::{self, Grant, Level},
    entity::engagement_access,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(list).service(grant).service(revoke);
}

/// What one may do in an engagement. A higher level includes the lower ones.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EngagementLevel {
    /// See it and what stands below it.
    Read,
    /// Change it and what stands below it.
    Write,
    /// Give access to others.
    Admin,
}

impl From<Level> for EngagementLevel {
    fn from(level: Level) -> Self {
        match level {
            Level::Read => Self::Read,
            Level::Write => Self::Write,
            Level::Admin => Self::Admin,
        }
    }
}

impl From<EngagementLevel> for Level {
    fn from(level: EngagementLevel) -> Self {
        match level {
            EngagementLevel::Read => Self::Read,
            EngagementLevel::Write => Self::Write,
            EngagementLevel::Admin => Self::Admin,
        }
    }
}

/// What a member may do in an engagement.
#[derive(Debug, Serialize, ToSchema)]
pub struct EngagementAccessView {
    user_id: UserId,
    level: EngagementLevel,
    /// Who gave it.
    granted_by: Option<UserId>,
    /// From then on it is none.
    expires_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<engagement_access::Model> for EngagementAccessView {
    fn from(access: engagement_access::Model) -> Self {
        Self {
            user_id: access.user_id,
            level: access.level.into(),
            granted_by: access.granted_by,
            expires_at: access.expires_at,
            created_at: access.created_at,
            updated_at: access.updated_at,
        }
    }
}

/// Access that is to be given.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GrantAccess {
    /// At most the caller's own.
    level: EngagementLevel,
    /// In the future, and not behind the end of the caller's own.
    #[schema(value_type = Option<DateTime<Utc>>)]
    expires_at: Option<Moment>,
}

impl From<GrantAccess> for Grant {
    fn from(body: GrantAccess) -> Self {
        let GrantAccess { level, expires_at } = body;
        Self { level: level.into(), expires_at }
    }
}

/// Everybody who was given access, also those whose access has expired. For who may give it.
#[utoipa::path(
    tag = "Engagements",
    security(("bearer" = ["engagements.read"])),
    params(("id" = EngagementId, Path), PageQuery),
    responses((status = 200, body = PageView<EngagementAccessView>)),
)]
#[get("/v1/engagements/{id}/access")]
async fn list(unit: Read, PathId(id): PathId<Engagement>, Query(query): Query<PageQuery>) -> Result<Reply, Refusal> {
    let page = query.page()?;
    let tx = unit.begin().await?;
    let page = engagements::grants(&tx, id, &page).await?;
    Ok(Reply::ok(&PageView::of(page, EngagementAccessView::from))?)
}

/// Gives a member access, or changes what they have. Nobody gives more than they have.
#[utoipa::path(
    tag = "Engagements",
    security(("bearer" = ["engagements.read"])),
    params(("id" = EngagementId, Path), ("user_id" = UserId, Path)),
    request_body = GrantAccess,
    responses((status = 200, body = EngagementAccessView)),
)]
#[put("/v1/engagements/{id}/access/{user_id}")]
async fn grant(
    unit: Write,
    PathIds(id, user_id): PathIds<Engagement, User>,
    body: Body<GrantAccess>,
) -> Result<HttpResponse, Refusal> {
    let tx = unit.begin(&body).await?;
    let access = engagements::grant(&tx, id, user_id, body.into_inner().into()).await?;
    unit.commit(tx, Reply::ok(&EngagementAccessView::from(access))?).await
}

/// Takes a member's access.
#[utoipa::path(
    tag = "Engagements",
    security(("bearer" = ["engagements.read"])),
    params(("id" = EngagementId, Path), ("user_id" = UserId, Path)),
    responses((status = 204)),
)]
#[delete("/v1/engagements/{id}/access/{user_id}")]
async fn revoke(unit: Write, PathIds(id, user_id): PathIds<Engagement, User>) -> Result<HttpResponse, Refusal> {
    let tx = unit.begin(&()).await?;
    engagements::revoke(&tx, id, user_id).await?;
    unit.commit(tx, Reply::no_content()).await
}
