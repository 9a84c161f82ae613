//! Verifying one's mail address.
use actix_web::post;
use purser_http::{
    body::{Body, NoBody},
    problem::Refusal,
    reply::Reply,
    routes::Routes,
    unit::{Anyone, Read},
};
use purser_kernel::SecretString;
use serde::Deserialize;
use utoipa::ToSchema;

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(verify).service(send);
}

/// The token from the mail.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VerifyEmail {
    #[schema(value_type = String)]
    token: SecretString,
}

/// Shows that mails to the address reach the person. The token is in the mail that signing up sends, and works once.
#[utoipa::path(
    tag = "Auth",
    request_body = VerifyEmail,
    responses((status = 204), (status = 400)),
    security(()),
)]
#[post("/v1/auth/email/verify")]
async fn verify(anyone: Anyone, body: Body<VerifyEmail>) -> Result<Reply, Refusal> {
    let (client, request_id) = (anyone.client.clone(), anyone.request_id.clone());
    anyone.auth().verify_email(&body.into_inner().token, client, request_id).await?;
    Ok(Reply::no_content())
}

/// Has the mail sent again by which the caller shows that their address is theirs. Whether one is sent is not told: not when the
/// address is verified, nor when there were several within the hour.
#[utoipa::path(tag = "Auth", responses((status = 202)))]
#[post("/v1/auth/email/verification")]
async fn send(caller: Read, _body: NoBody) -> Result<Reply, Refusal> {
    caller.auth().send_verification(caller.scope()).await?;
    Ok(Reply::accepted())
}
