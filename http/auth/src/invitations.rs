//! Accepting an invitation.
use super::log_in::SignedInView;
use actix_web::{http::StatusCode, post, web::Data};
use chrono::{DateTime, Utc};
use purser_auth::{AcceptInvitation, InvitationPreview, Joins};
use purser_http::{
    body::Body,
    cookies::Delivery,
    problem::Refusal,
    reply::Reply,
    routes::Routes,
    unit::{Anyone, Visitor},
};
use purser_kernel::SecretString;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(preview).service(accept);
}

/// The token out of the mail.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PreviewInvitationRequest {
    #[schema(value_type = String)]
    token: SecretString,
}

/// An invitation, as whoever holds its token may see it.
#[derive(Serialize, ToSchema)]
pub struct InvitationPreviewView {
    organization_name: String,
    /// The role that whoever accepts gets.
    role: String,
    /// Whom it was sent to.
    email: String,
    /// Whether the address has an account: then its password is asked for, else a name and a new password.
    has_account: bool,
    expires_at: DateTime<Utc>,
}

impl From<InvitationPreview> for InvitationPreviewView {
    fn from(InvitationPreview { invitation, has_account }: InvitationPreview) -> Self {
        Self {
            organization_name: invitation.organization_name,
            role: invitation.role_name,
            email: invitation.email.as_str().to_owned(),
            has_account,
            expires_at: invitation.expires_at,
        }
    }
}

/// Who accepts an invitation.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AcceptInvitationRequest {
    /// Out of the mail.
    #[schema(value_type = String)]
    token: SecretString,
    /// Of somebody who has no account yet.
    #[schema(max_length = 200)]
    full_name: Option<String>,
    /// Of the account that the address has, or the one that somebody new chooses. Not needed with an access token.
    #[schema(value_type = Option<String>, format = Password, max_length = 128)]
    password: Option<SecretString>,
}

impl From<AcceptInvitationRequest> for AcceptInvitation {
    fn from(request: AcceptInvitationRequest) -> Self {
        let AcceptInvitationRequest { token, full_name, password } = request;
        Self { token, full_name, password }
    }
}

/// Shows what an invitation is to, before it is accepted. Whatever is wrong with the token, the answer is the same.
#[utoipa::path(
    tag = "Invitations",
    request_body = PreviewInvitationRequest,
    responses((status = 200, body = InvitationPreviewView), (status = 404)),
    security(()),
)]
#[post("/v1/invitations/preview")]
async fn preview(anyone: Anyone, joins: Data<Joins>, body: Body<PreviewInvitationRequest>) -> Result<Reply, Refusal> {
    let (client, request_id) = (anyone.client.clone(), anyone.request_id.clone());
    let invitation = joins.preview(&body.into_inner().token, client, request_id).await?;
    Ok(Reply::ok(&InvitationPreviewView::from(invitation))?)
}

/// Joins an organization, once for each invitation, and opens a session there. Somebody new gives a name and a password; whoever has
/// an account gives its password, or sends an access token of it.
#[utoipa::path(
    tag = "Invitations",
    request_body = AcceptInvitationRequest,
    responses((status = 200, body = SignedInView), (status = 401), (status = 403), (status = 404), (status = 429)),
    security(()),
)]
#[post("/v1/invitations/accept")]
async fn accept(
    visitor: Visitor,
    joins: Data<Joins>,
    delivery: Delivery,
    body: Body<AcceptInvitationRequest>,
) -> Result<Reply, Refusal> {
    let (client, request_id) = (visitor.client.clone(), visitor.request_id.clone());
    let request = body.into_inner().into();
    let signed_in = joins.accept(request, visitor.caller(), client, request_id).await?;
    Ok(delivery.reply(StatusCode::OK, SignedInView::from(signed_in))?)
}
