//! Renewing a session.
use super::view::TokensView;
use crate::http::{body::Body, problem::Refusal, reply::Reply, unit::Anyone};
use actix_web::post;
use purser_kernel::SecretString;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

pub(super) fn routes(config: &mut ServiceConfig<'_>) {
    config.service(refresh);
}

/// The token that renews.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefreshRequest {
    #[schema(value_type = String)]
    refresh_token: SecretString,
}

/// Exchanges a refresh token for new tokens. One that was used before ends the session, unless its answer was lost a moment
/// ago.
#[utoipa::path(
    tag = "Auth",
    request_body = RefreshRequest,
    responses((status = 200, body = TokensView), (status = 401)),
    security(()),
)]
#[post("/v1/auth/refresh")]
async fn refresh(anyone: Anyone, body: Body<RefreshRequest>) -> Result<Reply, Refusal> {
    let (client, request_id) = (anyone.client.clone(), anyone.request_id.clone());
    let token = body.into_inner().refresh_token;
    let tokens = anyone.services().identities.refresh(&token, client, request_id).await?;
    Ok(Reply::ok(&TokensView::from(tokens))?)
}
