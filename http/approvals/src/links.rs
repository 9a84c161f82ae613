//! Deciding by a link from a mail, without signing in.
//!
//! The page that the link leads to has the token in its fragment and sends it from there, so that it stands in no log; programs that
//! open links in mails reach none of these.
use super::requests::ApprovalView;
use actix_web::{post, web::Data};
use purser_approvals::{Answer, DecisionLinks, Outcome};
use purser_compliance::{Access, AccessLog};
use purser_http::{body::Body, problem::Refusal, reply::Reply, routes::Routes, unit::Anyone};
use purser_kernel::{Scope, SecretString};
use serde::Deserialize;
use utoipa::ToSchema;

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(preview).service(approve).service(reject);
}

/// The token out of the mail.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PreviewLink {
    #[schema(value_type = String)]
    token: SecretString,
}

/// Yes, to what was shown.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApproveByLink {
    /// Out of the mail.
    #[schema(value_type = String)]
    token: SecretString,
    /// The `payload_hash` of what was seen.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    payload_hash: String,
}

/// No.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RejectByLink {
    /// Out of the mail.
    #[schema(value_type = String)]
    token: SecretString,
    /// Why.
    #[schema(max_length = 2000)]
    reason: String,
}

/// Shows exactly what is to be approved, to whoever got the link. Changes nothing, however often.
#[utoipa::path(
    tag = "Approvals",
    request_body = PreviewLink,
    responses((status = 200, body = ApprovalView), (status = 403), (status = 404)),
    security(()),
)]
#[post("/v1/approval-links/preview")]
async fn preview(
    anyone: Anyone,
    links: Data<DecisionLinks>,
    accesses: Data<AccessLog>,
    body: Body<PreviewLink>,
) -> Result<Reply, Refusal> {
    let token = body.into_inner().token;
    let scope = scope(&anyone, &links, &token).await?;
    let tx = anyone.store().read(&scope).await?;
    let view = ApprovalView::from(links.show(&tx, &token).await?);
    accesses.note(&scope, None, Access::select("approval_request", [view.id]).unsure())?;
    Ok(Reply::ok(&view)?)
}

/// Approves exactly what was shown, once. As `POST /v1/approvals/{id}/approve` by the person who got the link.
#[utoipa::path(
    tag = "Approvals",
    request_body = ApproveByLink,
    responses((status = 200, body = ApprovalView), (status = 403), (status = 404), (status = 409)),
    security(()),
)]
#[post("/v1/approval-links/approve")]
async fn approve(anyone: Anyone, links: Data<DecisionLinks>, body: Body<ApproveByLink>) -> Result<Reply, Refusal> {
    let ApproveByLink { token, payload_hash } = body.into_inner();
    decide(&anyone, &links, &token, Answer::Approve { payload_hash }).await
}

/// Rejects it, once. As `POST /v1/approvals/{id}/reject` by the person who got the link.
#[utoipa::path(
    tag = "Approvals",
    request_body = RejectByLink,
    responses((status = 200, body = ApprovalView), (status = 403), (status = 404), (status = 409)),
    security(()),
)]
#[post("/v1/approval-links/reject")]
async fn reject(anyone: Anyone, links: Data<DecisionLinks>, body: Body<RejectByLink>) -> Result<Reply, Refusal> {
    let RejectByLink { token, reason } = body.into_inner();
    decide(&anyone, &links, &token, Answer::Reject { reason }).await
}

async fn scope(anyone: &Anyone, links: &DecisionLinks, token: &SecretString) -> Result<Scope, Refusal> {
    let (client, request_id) = (anyone.client.clone(), anyone.request_id.clone());
    Ok(links.scope(anyone.store(), token, client, request_id).await?)
}

async fn decide(
    anyone: &Anyone,
    links: &DecisionLinks,
    token: &SecretString,
    answer: Answer,
) -> Result<Reply, Refusal> {
    let scope = scope(anyone, links, token).await?;
    let tx = anyone.store().write(&scope).await?;
    let outcome = links.decide(&tx, token, answer).await?;
    tx.commit().await?;
    match outcome {
        Outcome::Decided(request) => Ok(Reply::ok(&ApprovalView::from(*request))?),
        Outcome::Outdated(problem) => Err(problem.into()),
    }
}
