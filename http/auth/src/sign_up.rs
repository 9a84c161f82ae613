//! Signing up.
use super::view::{OrganizationBrief, PersonView, TokensView};
use actix_web::{http::StatusCode, post};
use purser_auth::{CompleteSignUp, SignUp, SignedUp};
use purser_http::{
    body::Body,
    cookies::{Delivery, Signed, Tokens},
    problem::Refusal,
    reply::Reply,
    routes::Routes,
    unit::Anyone,
};
use purser_kernel::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(sign_up).service(request_sign_up).service(complete_sign_up);
}

/// A new organization and its first person.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignUpRequest {
    #[schema(max_length = 200)]
    organization_name: String,
    #[schema(max_length = 200)]
    full_name: String,
    #[schema(format = "email")]
    email: String,
    /// At least 12 characters unless the installation says otherwise. Holds neither the mail address nor the person's name nor
    /// the organization's, and is not among those that are tried first.
    #[schema(value_type = String, format = Password, max_length = 128)]
    password: SecretString,
}

impl From<SignUpRequest> for SignUp {
    fn from(request: SignUpRequest) -> Self {
        let SignUpRequest { organization_name, full_name, email, password } = request;
        Self { organization_name, full_name, email, password }
    }
}

/// What signing up has made.
#[derive(Serialize, ToSchema)]
pub struct SignedUpView {
    organization: OrganizationBrief,
    user: PersonView,
    #[serde(flatten)]
    tokens: TokensView,
}

impl From<SignedUp> for SignedUpView {
    fn from(signed_up: SignedUp) -> Self {
        let SignedUp { organization, user, tokens } = signed_up;
        Self { organization: organization.into(), user: user.into(), tokens: tokens.into() }
    }
}

impl Signed for SignedUpView {
    fn take(&mut self) -> Tokens {
        self.tokens.take()
    }
}

/// Founds an organization. Who signs up owns it and is signed in. An installation may sign nobody up before they have answered a mail
/// (`sign_up_by_mail`).
#[utoipa::path(
    tag = "Auth",
    request_body = SignUpRequest,
    responses((status = 201, body = SignedUpView), (status = 403)),
    security(()),
)]
#[post("/v1/auth/signup")]
async fn sign_up(anyone: Anyone, delivery: Delivery, body: Body<SignUpRequest>) -> Result<Reply, Refusal> {
    let (client, request_id) = (anyone.client.clone(), anyone.request_id.clone());
    let signed_up = anyone.auth().sign_up(body.into_inner().into(), client, request_id).await?;
    Ok(delivery.reply(StatusCode::CREATED, SignedUpView::from(signed_up))?)
}

/// Who wants to sign up.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RequestSignUp {
    #[schema(format = "email")]
    email: String,
}

/// Has a mail sent by which this address signs up or, where it has an account, that says so. The answer is the same whether it has
/// one or not, and however many mails there were before.
#[utoipa::path(
    tag = "Auth",
    request_body = RequestSignUp,
    responses((status = 202)),
    security(()),
)]
#[post("/v1/auth/signup/request")]
async fn request_sign_up(anyone: Anyone, body: Body<RequestSignUp>) -> Result<Reply, Refusal> {
    anyone.auth().request_sign_up(&body.into_inner().email).await?;
    Ok(Reply::accepted())
}

/// The token from the mail, and who founds what.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CompleteSignUpRequest {
    #[schema(value_type = String)]
    token: SecretString,
    #[schema(max_length = 200)]
    organization_name: String,
    #[schema(max_length = 200)]
    full_name: String,
    /// As in signing up at once.
    #[schema(value_type = String, format = Password, max_length = 128)]
    password: SecretString,
}

impl From<CompleteSignUpRequest> for CompleteSignUp {
    fn from(request: CompleteSignUpRequest) -> Self {
        let CompleteSignUpRequest { token, organization_name, full_name, password } = request;
        Self { token, organization_name, full_name, password }
    }
}

/// Founds an organization with the address that the mail was sent to. Who signs up owns it and is signed in. The token works once, for a
/// day.
#[utoipa::path(
    tag = "Auth",
    request_body = CompleteSignUpRequest,
    responses((status = 201, body = SignedUpView), (status = 400)),
    security(()),
)]
#[post("/v1/auth/signup/complete")]
async fn complete_sign_up(
    anyone: Anyone,
    delivery: Delivery,
    body: Body<CompleteSignUpRequest>,
) -> Result<Reply, Refusal> {
    let (client, request_id) = (anyone.client.clone(), anyone.request_id.clone());
    let signed_up = anyone.auth().complete_sign_up(body.into_inner().into(), client, request_id).await?;
    Ok(delivery.reply(StatusCode::CREATED, SignedUpView::from(signed_up))?)
}
