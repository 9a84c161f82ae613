//! The second factor: signing in with it, getting it, taking it away.
use super::log_in::SignedInView;
use actix_web::{get, http::StatusCode, post, web::Data};
use chrono::{DateTime, Utc};
use purser_auth::{
    Identities,
    mfa::{Enrolment, MfaStatus, Proof, SecondStep},
};
use purser_http::{
    body::Body,
    cookies::Delivery,
    problem::Refusal,
    reply::Reply,
    routes::Routes,
    unit::{Anyone, Read},
};
use purser_kernel::{ExposeSecret, Problem, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(show).service(begin).service(confirm).service(remove).service(recovery_codes).service(verify);
}

/// What the caller shows beside their password.
#[derive(Serialize, ToSchema)]
pub struct MfaView {
    /// Since when codes of an app are asked for; null while they are not.
    totp_confirmed_at: Option<DateTime<Utc>>,
    /// Recovery codes that are left, of ten.
    recovery_codes_left: usize,
    /// Whether the organization asks for a second factor.
    is_required: bool,
}

impl From<MfaStatus> for MfaView {
    fn from(status: MfaStatus) -> Self {
        let MfaStatus { confirmed_at, recovery_codes_left, is_required } = status;
        Self { totp_confirmed_at: confirmed_at, recovery_codes_left, is_required }
    }
}

/// What is put into an app. Shown this once.
#[derive(Serialize, ToSchema)]
pub struct EnrolmentView {
    /// In base32, to be typed.
    secret: String,
    /// For a QR code: `otpauth://totp/…`.
    otpauth_uri: String,
}

impl From<Enrolment> for EnrolmentView {
    fn from(enrolment: Enrolment) -> Self {
        let Enrolment { secret, uri } = enrolment;
        Self { secret: secret.expose_secret().to_owned(), otpauth_uri: uri.expose_secret().to_owned() }
    }
}

/// Codes that stand in for the app, once each. Shown this once.
#[derive(Serialize, ToSchema)]
pub struct RecoveryCodesView {
    recovery_codes: Vec<String>,
}

impl RecoveryCodesView {
    fn of(codes: Vec<SecretString>) -> Self {
        Self { recovery_codes: codes.iter().map(|code| code.expose_secret().to_owned()).collect() }
    }
}

/// Who begins shows their password once more: here, or in the directory that vouches for them.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BeginTotp {
    #[schema(value_type = String, format = Password)]
    password: SecretString,
}

/// A code of the app.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmTotp {
    /// Six digits.
    #[schema(value_type = String, format = Password)]
    code: SecretString,
}

/// Who changes their second factor shows their password or a code: one of the two.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProofBody {
    #[schema(value_type = Option<String>, format = Password)]
    password: Option<SecretString>,
    /// The six digits of the app, or a recovery code.
    #[schema(value_type = Option<String>, format = Password)]
    code: Option<SecretString>,
}

impl TryFrom<ProofBody> for Proof {
    type Error = Problem;

    fn try_from(body: ProofBody) -> Result<Self, Problem> {
        match (body.password, body.code) {
            (Some(password), None) => Ok(Self::Password(password)),
            (None, Some(code)) => Ok(Self::Code(code)),
            (None, None) => Err(Problem::invalid("/password", "required", "is required, or else a code")),
            (Some(_), Some(_)) => Err(Problem::invalid("/code", "one_of", "must be left out beside a password")),
        }
    }
}

/// The second step of signing in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct VerifyMfa {
    /// From the answer to the right password.
    #[schema(value_type = String)]
    challenge: SecretString,
    /// The six digits of the app, or a recovery code.
    #[schema(value_type = String, format = Password)]
    code: SecretString,
}

/// What the caller has.
#[utoipa::path(tag = "Second factor", responses((status = 200, body = MfaView)))]
#[get("/v1/auth/mfa")]
async fn show(caller: Read) -> Result<Reply, Refusal> {
    let status = caller.auth().mfa_status(caller.scope()).await?;
    Ok(Reply::ok(&MfaView::from(status))?)
}

/// Makes a secret for the caller's app. It counts once its first code was confirmed.
#[utoipa::path(
    tag = "Second factor",
    request_body = BeginTotp,
    responses((status = 200, body = EnrolmentView), (status = 429)),
)]
#[post("/v1/auth/mfa/totp")]
async fn begin(caller: Read, identities: Data<Identities>, body: Body<BeginTotp>) -> Result<Reply, Refusal> {
    let proof = Proof::Password(body.into_inner().password);
    let enrolment = identities.begin_totp(caller.scope(), caller.session()?, proof).await?;
    Ok(Reply::ok(&EnrolmentView::from(enrolment))?)
}

/// Takes the first code of the app, which is asked for at every sign-in from now on.
#[utoipa::path(
    tag = "Second factor",
    request_body = ConfirmTotp,
    responses((status = 200, body = RecoveryCodesView), (status = 429)),
)]
#[post("/v1/auth/mfa/totp/confirm")]
async fn confirm(caller: Read, body: Body<ConfirmTotp>) -> Result<Reply, Refusal> {
    let codes = caller.auth().confirm_totp(caller.scope(), &body.into_inner().code).await?;
    Ok(Reply::ok(&RecoveryCodesView::of(codes))?)
}

/// Takes the second factor away, recovery codes included.
#[utoipa::path(tag = "Second factor", request_body = ProofBody, responses((status = 204), (status = 429)))]
#[post("/v1/auth/mfa/totp/remove")]
async fn remove(caller: Read, identities: Data<Identities>, body: Body<ProofBody>) -> Result<Reply, Refusal> {
    let proof = body.into_inner().try_into()?;
    identities.remove_mfa(caller.scope(), caller.session()?, proof).await?;
    Ok(Reply::no_content())
}

/// Gives the caller ten new recovery codes; the old ones are worth nothing from now on.
#[utoipa::path(
    tag = "Second factor",
    request_body = ProofBody,
    responses((status = 200, body = RecoveryCodesView), (status = 429)),
)]
#[post("/v1/auth/mfa/recovery-codes")]
async fn recovery_codes(caller: Read, identities: Data<Identities>, body: Body<ProofBody>) -> Result<Reply, Refusal> {
    let proof = body.into_inner().try_into()?;
    let session = caller.session()?;
    let codes = identities.replace_recovery_codes(caller.scope(), session, proof).await?;
    Ok(Reply::ok(&RecoveryCodesView::of(codes))?)
}

/// Opens the session for which the right password was given.
#[utoipa::path(
    tag = "Second factor",
    request_body = VerifyMfa,
    responses((status = 200, body = SignedInView), (status = 401), (status = 429)),
    security(()),
)]
#[post("/v1/auth/mfa/verify")]
async fn verify(anyone: Anyone, delivery: Delivery, body: Body<VerifyMfa>) -> Result<Reply, Refusal> {
    let (client, request_id) = (anyone.client.clone(), anyone.request_id.clone());
    let VerifyMfa { challenge, code } = body.into_inner();
    let signed_in = anyone.auth().second_step(SecondStep { challenge, code }, client, request_id).await?;
    Ok(delivery.reply(StatusCode::OK, SignedInView::from(signed_in))?)
}
