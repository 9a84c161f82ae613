//! The caller's own sessions.
use actix_web::{delete, get, post};
use chrono::{DateTime, Utc};
use purser_auth::OwnSession;
use purser_http::{
    body::NoBody,
    path::PathId,
    problem::Refusal,
    query::{PageQuery, Query},
    reply::Reply,
    routes::Routes,
    unit::Read,
    view::PageView,
};
use purser_kernel::{
    OrganizationId, UserId,
    ids::{Session, SessionId},
};
use serde::Serialize;
use utoipa::ToSchema;

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(list).service(end).service(end_others);
}

/// A sign-in at one device.
#[derive(Serialize, ToSchema)]
pub struct SessionView {
    id: SessionId,
    /// Whether this request belongs to it.
    is_current: bool,
    /// The organization it acts in.
    organization_id: Option<OrganizationId>,
    /// The platform administrator who acts for the caller in it; null for the caller's own.
    acting_admin_id: Option<UserId>,
    /// The network address that it was opened from.
    ip: Option<String>,
    /// What the client calls itself.
    user_agent: Option<String>,
    created_at: DateTime<Utc>,
    /// When it was last renewed: while a client works, each time that its access token runs out.
    last_seen_at: DateTime<Utc>,
    /// When it ends, unless it is renewed before.
    expires_at: DateTime<Utc>,
    /// When it ends, however often it is renewed.
    ends_at: DateTime<Utc>,
}

impl SessionView {
    fn of(session: OwnSession, current: SessionId) -> Self {
        let OwnSession {
            id,
            organization,
            acting_admin_id,
            ip,
            user_agent,
            created_at,
            last_seen_at,
            expires_at,
            ends_at,
        } = session;
        Self {
            id,
            is_current: id == current,
            organization_id: organization,
            acting_admin_id,
            ip,
            user_agent,
            created_at,
            last_seen_at,
            expires_at,
            ends_at,
        }
    }
}

/// The caller's open sessions in all their organizations, the latest first.
#[utoipa::path(tag = "Auth", params(PageQuery), responses((status = 200, body = PageView<SessionView>)))]
#[get("/v1/auth/sessions")]
async fn list(caller: Read, Query(query): Query<PageQuery>) -> Result<Reply, Refusal> {
    let page = query.page()?;
    let tx = caller.begin().await?;
    let page = caller.auth().sessions(&tx, &page).await?;
    let current = caller.session()?;
    Ok(Reply::ok(&PageView::of(page, |session| SessionView::of(session, current)))?)
}

/// Ends one of the caller's sessions at once.
#[utoipa::path(tag = "Auth", params(("id" = SessionId, Path)), responses((status = 204)))]
#[delete("/v1/auth/sessions/{id}")]
async fn end(caller: Read, PathId(id): PathId<Session>) -> Result<Reply, Refusal> {
    caller.auth().end_session(caller.scope(), id).await?;
    Ok(Reply::no_content())
}

/// Ends all of the caller's sessions but this one, at once.
#[utoipa::path(tag = "Auth", responses((status = 204)))]
#[post("/v1/auth/sessions/end-others")]
async fn end_others(caller: Read, _body: NoBody) -> Result<Reply, Refusal> {
    caller.auth().end_other_sessions(caller.scope(), caller.session()?).await?;
    Ok(Reply::no_content())
}
