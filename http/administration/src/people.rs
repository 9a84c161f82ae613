//! People's accounts, and nothing of what they do in organizations.
use super::Admin;
use actix_web::{get, post};
use chrono::{DateTime, Utc};
use purser_auth::{
    entity::user::Model,
    platform::{self, PersonFilter},
};
use purser_http::{
    body::{Body, NoBody},
    path::PathId,
    problem::Refusal,
    query::{self, Query},
    reply::Reply,
    routes::Routes,
    view::PageView,
};
use purser_kernel::{UserId, ids::User};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(list).service(show).service(disable).service(enable).service(reset_mfa);
}

/// A person's account.
#[derive(Serialize, ToSchema)]
pub struct PlatformUserView {
    id: UserId,
    email: String,
    full_name: String,
    /// Whether they can sign in.
    is_active: bool,
    is_platform_admin: bool,
    email_verified_at: Option<DateTime<Utc>>,
    last_login_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
}

impl From<Model> for PlatformUserView {
    fn from(person: Model) -> Self {
        Self {
            id: person.id,
            email: person.email,
            full_name: person.full_name,
            is_active: person.is_active,
            is_platform_admin: person.is_platform_admin,
            email_verified_at: person.email_verified_at,
            last_login_at: person.last_login_at,
            created_at: person.created_at,
        }
    }
}

/// Which people.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListUsers {
    /// Only the one with this mail address.
    #[param(format = "email")]
    email: Option<String>,
    /// Only those who can sign in, or only those who cannot.
    is_active: Option<bool>,
    /// Only platform administrators, or only others.
    is_platform_admin: Option<bool>,
    /// Rows in the page, from 1 to 200; 50 when left out.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Why something is done to an account, for the platform's trail.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountReason {
    #[schema(max_length = 500)]
    reason: String,
}

/// People, the newest first.
#[utoipa::path(
    tag = "Platform",
    security(("platform" = [])),
    params(ListUsers),
    responses((status = 200, body = PageView<PlatformUserView>)),
)]
#[get("/v1/platform/users")]
async fn list(admin: Admin, Query(query): Query<ListUsers>) -> Result<Reply, Refusal> {
    let page = query::page(query.limit, query.cursor)?;
    let ListUsers { email, is_active, is_platform_admin, .. } = query;
    let filter = PersonFilter { email, is_active, is_platform_admin };
    let tx = admin.store().system().await?;
    let page = platform::people(tx.system(), admin.scope(), filter, &page).await?;
    tx.commit().await?;
    Ok(Reply::ok(&PageView::of(page, PlatformUserView::from))?)
}

/// One person.
#[utoipa::path(
    tag = "Platform",
    security(("platform" = [])),
    params(("id" = UserId, Path)),
    responses((status = 200, body = PlatformUserView)),
)]
#[get("/v1/platform/users/{id}")]
async fn show(admin: Admin, PathId(id): PathId<User>) -> Result<Reply, Refusal> {
    let tx = admin.store().system().await?;
    let person = platform::person(tx.system(), admin.scope(), id).await?;
    tx.commit().await?;
    Ok(Reply::ok(&PlatformUserView::from(person))?)
}

/// Shuts a person out of everything: all their sessions end at once, and their API keys are worth nothing.
#[utoipa::path(
    tag = "Platform",
    security(("platform" = [])),
    params(("id" = UserId, Path)),
    request_body = AccountReason,
    responses((status = 200, body = PlatformUserView)),
)]
#[post("/v1/platform/users/{id}/disable")]
async fn disable(admin: Admin, PathId(id): PathId<User>, body: Body<AccountReason>) -> Result<Reply, Refusal> {
    let reason = body.into_inner().reason;
    let person = admin.auth().disable_person(admin.scope(), id, &reason).await?;
    Ok(Reply::ok(&PlatformUserView::from(person))?)
}

/// Lets a person in again. They sign in anew.
#[utoipa::path(
    tag = "Platform",
    security(("platform" = [])),
    params(("id" = UserId, Path)),
    responses((status = 200, body = PlatformUserView)),
)]
#[post("/v1/platform/users/{id}/enable")]
async fn enable(admin: Admin, PathId(id): PathId<User>, _body: NoBody) -> Result<Reply, Refusal> {
    let person = admin.auth().enable_person(admin.scope(), id).await?;
    Ok(Reply::ok(&PlatformUserView::from(person))?)
}

/// Takes the second factor of somebody away who has lost it and their recovery codes, ends all their sessions, and tells them by mail.
#[utoipa::path(
    tag = "Platform",
    security(("platform" = [])),
    params(("id" = UserId, Path)),
    request_body = AccountReason,
    responses((status = 204)),
)]
#[post("/v1/platform/users/{id}/reset-mfa")]
async fn reset_mfa(admin: Admin, PathId(id): PathId<User>, body: Body<AccountReason>) -> Result<Reply, Refusal> {
    admin.auth().reset_mfa(admin.scope(), id, &body.into_inner().reason).await?;
    Ok(Reply::no_content())
}
