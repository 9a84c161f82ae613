//! Signing in.
use super::view::{PersonView, TokensView};
use actix_web::{http::StatusCode, post};
use purser_auth::{LogIn, SignedIn};
use purser_http::{
    body::Body,
    cookies::{Delivery, Signed, Tokens},
    problem::Refusal,
    reply::Reply,
    routes::Routes,
    unit::Anyone,
};
use purser_kernel::{OrganizationId, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(log_in);
}

/// Who signs in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LogInRequest {
    #[schema(format = "email")]
    email: String,
    #[schema(value_type = String, format = Password)]
    password: SecretString,
    /// The organization to work in; when left out, the one the person has belonged to for the longest time.
    organization_id: Option<OrganizationId>,
}

impl From<LogInRequest> for LogIn {
    fn from(request: LogInRequest) -> Self {
        let LogInRequest { email, password, organization_id } = request;
        Self { email, password, organization_id }
    }
}

/// What signing in gives.
#[derive(Serialize, ToSchema)]
pub struct SignedInView {
    /// The organization that the tokens are for.
    organization_id: OrganizationId,
    user: PersonView,
    #[serde(flatten)]
    tokens: TokensView,
}

impl From<SignedIn> for SignedInView {
    fn from(signed_in: SignedIn) -> Self {
        let SignedIn { organization, user, tokens } = signed_in;
        Self { organization_id: organization, user: user.into(), tokens: tokens.into() }
    }
}

impl Signed for SignedInView {
    fn take(&mut self) -> Tokens {
        self.tokens.take()
    }
}

/// Opens a session. Whatever is wrong, the answer is the same.
#[utoipa::path(
    tag = "Auth",
    request_body = LogInRequest,
    responses((status = 200, body = SignedInView), (status = 401), (status = 429)),
    security(()),
)]
#[post("/v1/auth/login")]
async fn log_in(anyone: Anyone, delivery: Delivery, body: Body<LogInRequest>) -> Result<Reply, Refusal> {
    let (client, request_id) = (anyone.client.clone(), anyone.request_id.clone());
    let signed_in = anyone.auth().log_in(body.into_inner().into(), client, request_id).await?;
    Ok(delivery.reply(StatusCode::OK, SignedInView::from(signed_in))?)
}
