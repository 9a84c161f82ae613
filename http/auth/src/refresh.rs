//! Renewing a session.
use super::view::TokensView;
use actix_web::{http::StatusCode, post, web::Data};
use purser_auth::Identities;
use purser_http::{
    body::OptionalBody, cookies::Delivery, problem::Refusal, reply::Reply, routes::Routes, unit::Anyone,
};
use purser_kernel::{Problem, SecretString};
use serde::Deserialize;
use utoipa::ToSchema;

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(refresh);
}

/// The token that renews. It may be left out where it is in a cookie.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefreshRequest {
    #[schema(value_type = Option<String>)]
    refresh_token: Option<SecretString>,
}

/// Exchanges a refresh token for new tokens. One that was used before ends the session, unless its answer was lost a moment
/// ago.
#[utoipa::path(
    tag = "Auth",
    request_body = Option<RefreshRequest>,
    responses((status = 200, body = TokensView), (status = 401)),
    security(()),
)]
#[post("/v1/auth/refresh")]
async fn refresh(
    anyone: Anyone,
    identities: Data<Identities>,
    delivery: Delivery,
    body: OptionalBody<RefreshRequest>,
) -> Result<Reply, Refusal> {
    let (client, request_id) = (anyone.client.clone(), anyone.request_id.clone());
    let token = body.into_inner().refresh_token.or_else(|| delivery.refresh_token());
    let token = token.ok_or_else(|| Problem::invalid("/refresh_token", "required", "is required"))?;
    let tokens = identities.refresh(&token, client, request_id).await?;
    Ok(delivery.reply(StatusCode::OK, TokensView::from(tokens))?)
}
