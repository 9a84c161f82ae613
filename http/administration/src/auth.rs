//! Signing in and out as an administrator.
use super::Admin;
use actix_web::{delete, get, post};
use chrono::{DateTime, Utc};
use purser_auth::platform::{PlatformLogIn, PlatformSecondStep, PlatformSession, PlatformSignedIn};
use purser_http::{
    body::{Body, NoBody},
    path::PathId,
    problem::Refusal,
    reply::Reply,
    routes::Routes,
    unit::Anyone,
};
use purser_http_auth::view::PersonView;
use purser_kernel::{
    ExposeSecret, SecretString,
    ids::{PlatformSession as Session, PlatformSessionId},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(log_in).service(verify).service(log_out).service(sessions).service(end);
}

/// An administrator who signs in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlatformLogInRequest {
    #[schema(format = "email")]
    email: String,
    #[schema(value_type = String, format = Password)]
    password: SecretString,
}

/// What the right password brings.
#[derive(Serialize, ToSchema)]
pub struct PlatformChallengeView {
    /// For `POST /v1/platform/auth/mfa/verify`, within five minutes.
    challenge: String,
}

/// The second step.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlatformVerifyMfa {
    #[schema(value_type = String)]
    challenge: SecretString,
    /// The six digits of the app, or a recovery code.
    #[schema(value_type = String, format = Password)]
    code: SecretString,
}

/// What signing in gives.
#[derive(Serialize, ToSchema)]
pub struct PlatformSignedInView {
    admin: PersonView,
    session_id: PlatformSessionId,
    /// For the header `Authorization: Bearer`, under `/v1/platform` and `/v1/admin` alone. It cannot be renewed.
    access_token: String,
    /// `Bearer`.
    token_type: &'static str,
    /// Seconds for which the access token is valid.
    expires_in: i64,
    expires_at: DateTime<Utc>,
}

impl From<PlatformSignedIn> for PlatformSignedInView {
    fn from(signed_in: PlatformSignedIn) -> Self {
        let PlatformSignedIn { admin, session, access_token, expires_at, expires_in } = signed_in;
        Self {
            admin: admin.into(),
            session_id: session,
            access_token: access_token.expose_secret().to_owned(),
            token_type: "Bearer",
            expires_in,
            expires_at,
        }
    }
}

/// An administrator's session.
#[derive(Serialize, ToSchema)]
pub struct PlatformSessionView {
    id: PlatformSessionId,
    /// Whether this request belongs to it.
    is_current: bool,
    ip: Option<String>,
    user_agent: Option<String>,
    created_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
}

impl PlatformSessionView {
    fn of(session: PlatformSession, current: PlatformSessionId) -> Self {
        let PlatformSession { id, ip, user_agent, created_at, expires_at } = session;
        Self { id, is_current: id == current, ip, user_agent, created_at, expires_at }
    }
}

/// Those of the caller that are open.
#[derive(Serialize, ToSchema)]
pub struct PlatformSessionsView {
    data: Vec<PlatformSessionView>,
}

/// The first step of signing in as an administrator. Whatever is wrong, the answer is the same.
#[utoipa::path(
    tag = "Platform",
    request_body = PlatformLogInRequest,
    responses((status = 200, body = PlatformChallengeView), (status = 401), (status = 403), (status = 429)),
    security(()),
)]
#[post("/v1/platform/auth/login")]
async fn log_in(anyone: Anyone, body: Body<PlatformLogInRequest>) -> Result<Reply, Refusal> {
    let PlatformLogInRequest { email, password } = body.into_inner();
    let (client, request_id) = (anyone.client.clone(), anyone.request_id.clone());
    let request = PlatformLogIn { email, password };
    let challenge = anyone.auth().admin_log_in(request, client, request_id).await?;
    Ok(Reply::ok(&PlatformChallengeView { challenge: challenge.expose_secret().to_owned() })?)
}

/// Opens the session for which the right password was given. It lasts an hour.
#[utoipa::path(
    tag = "Platform",
    request_body = PlatformVerifyMfa,
    responses((status = 200, body = PlatformSignedInView), (status = 401), (status = 429)),
    security(()),
)]
#[post("/v1/platform/auth/mfa/verify")]
async fn verify(anyone: Anyone, body: Body<PlatformVerifyMfa>) -> Result<Reply, Refusal> {
    let PlatformVerifyMfa { challenge, code } = body.into_inner();
    let (client, request_id) = (anyone.client.clone(), anyone.request_id.clone());
    let step = PlatformSecondStep { challenge, code };
    let signed_in = anyone.auth().admin_second_step(step, client, request_id).await?;
    Ok(Reply::ok(&PlatformSignedInView::from(signed_in))?)
}

/// Ends the caller's session at once.
#[utoipa::path(tag = "Platform", security(("platform" = [])), responses((status = 204)))]
#[post("/v1/platform/auth/logout")]
async fn log_out(admin: Admin, _body: NoBody) -> Result<Reply, Refusal> {
    let caller = admin.caller();
    admin.auth().end_admin_session(caller, caller.session).await?;
    Ok(Reply::no_content())
}

/// The caller's open sessions, the latest first.
#[utoipa::path(
    tag = "Platform",
    security(("platform" = [])),
    responses((status = 200, body = PlatformSessionsView)),
)]
#[get("/v1/platform/auth/sessions")]
async fn sessions(admin: Admin) -> Result<Reply, Refusal> {
    let sessions = admin.auth().admin_sessions(admin.caller()).await?;
    let current = admin.caller().session;
    let data = sessions.into_iter().map(|session| PlatformSessionView::of(session, current)).collect();
    Ok(Reply::ok(&PlatformSessionsView { data })?)
}

/// Ends one of the caller's sessions at once.
#[utoipa::path(
    tag = "Platform",
    security(("platform" = [])),
    params(("id" = PlatformSessionId, Path)),
    responses((status = 204)),
)]
#[delete("/v1/platform/auth/sessions/{id}")]
async fn end(admin: Admin, PathId(id): PathId<Session>) -> Result<Reply, Refusal> {
    admin.auth().end_admin_session(admin.caller(), id).await?;
    Ok(Reply::no_content())
}
