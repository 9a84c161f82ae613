//! Changing one's password, and choosing another one that was forgotten.
use actix_web::post;
use purser_auth::{PasswordChange, PasswordReset};
use purser_http::{
    body::Body,
    problem::Refusal,
    reply::Reply,
    routes::Routes,
    unit::{Anyone, Read},
};
use purser_kernel::SecretString;
use serde::Deserialize;
use utoipa::ToSchema;

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(change).service(forgot).service(reset);
}

/// The password until now, and from now on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangePassword {
    #[schema(value_type = String, format = Password)]
    current_password: SecretString,
    /// At least 12 characters unless the installation says otherwise. Holds neither the mail address nor the person's name nor
    /// an organization's, and is not among those that are tried first.
    #[schema(value_type = String, format = Password, max_length = 128)]
    new_password: SecretString,
}

impl From<ChangePassword> for PasswordChange {
    fn from(body: ChangePassword) -> Self {
        let ChangePassword { current_password, new_password } = body;
        Self { current_password, new_password }
    }
}

/// Gives the caller another password, and ends their other sessions. Wrong current passwords are slowed down as at sign-in.
#[utoipa::path(
    tag = "Auth",
    request_body = ChangePassword,
    responses((status = 204), (status = 429)),
)]
#[post("/v1/auth/password")]
async fn change(caller: Read, body: Body<ChangePassword>) -> Result<Reply, Refusal> {
    caller.auth().change_password(caller.scope(), caller.session()?, body.into_inner().into()).await?;
    Ok(Reply::no_content())
}

/// Whose password was forgotten.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ForgotPassword {
    #[schema(format = "email")]
    email: String,
}

/// Has a mail sent to whoever has signed up with this address, by which they can choose another password. The answer is the same
/// whether there is such a person or not, and however many mails there were before.
#[utoipa::path(
    tag = "Auth",
    request_body = ForgotPassword,
    responses((status = 202)),
    security(()),
)]
#[post("/v1/auth/password/forgot")]
async fn forgot(anyone: Anyone, body: Body<ForgotPassword>) -> Result<Reply, Refusal> {
    anyone.auth().forgot_password(&body.into_inner().email).await?;
    Ok(Reply::accepted())
}

/// The token from the mail, and the password from now on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ResetPassword {
    #[schema(value_type = String)]
    token: SecretString,
    /// As in changing it.
    #[schema(value_type = String, format = Password, max_length = 128)]
    password: SecretString,
}

impl From<ResetPassword> for PasswordReset {
    fn from(body: ResetPassword) -> Self {
        let ResetPassword { token, password } = body;
        Self { token, password }
    }
}

/// Gives the owner of the token another password, and ends all their sessions. They are not signed in by it. The token works once,
/// for an hour.
#[utoipa::path(
    tag = "Auth",
    request_body = ResetPassword,
    responses((status = 204), (status = 400)),
    security(()),
)]
#[post("/v1/auth/password/reset")]
async fn reset(anyone: Anyone, body: Body<ResetPassword>) -> Result<Reply, Refusal> {
    let (client, request_id) = (anyone.client.clone(), anyone.request_id.clone());
    anyone.auth().reset_password(body.into_inner().into(), client, request_id).await?;
    Ok(Reply::no_content())
}
