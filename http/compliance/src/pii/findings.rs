//! What was found in free texts.
use actix_web::{HttpResponse, get, post};
use chrono::{DateTime, Utc};
use purser_compliance::{
    entity::pii_finding::{Model, Verdict},
    pii::findings::{self, FindingFilter},
};
use purser_http::{
    body::Body,
    path::PathId,
    problem::Refusal,
    query::{self, Query},
    reply::Reply,
    routes::Routes,
    unit::{Read, Write},
    view::PageView,
};
use purser_kernel::ids::{PiiFinding, PiiFindingId, PiiRuleId, UserId};
use purser_store::{name_of, named};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(list).service(show).service(review);
}

/// Personal data in a text: where it stands, and never what.
#[derive(Debug, Serialize, ToSchema)]
pub struct PiiFindingView {
    id: PiiFindingId,
    rule_id: PiiRuleId,
    /// `message`, `order` or `customer`.
    resource: String,
    resource_id: Uuid,
    /// Such as `content`, as the resource has it. The `labels` of a customer are those that say something, one in each line.
    field: String,
    /// As a rule's `pii_type`.
    pii_type: String,
    /// The place of its first character, in Unicode scalar values from 0.
    start: i32,
    /// The place behind its last character.
    end: i32,
    /// From 0 to 1.
    confidence: f64,
    /// `confirmed` or `false_alarm`, once somebody has looked at it.
    verdict: Option<String>,
    reviewed_by: Option<UserId>,
    reviewed_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
}

impl From<Model> for PiiFindingView {
    fn from(finding: Model) -> Self {
        Self {
            id: finding.id,
            rule_id: finding.rule_id,
            resource: finding.resource,
            resource_id: finding.resource_id,
            field: finding.field,
            pii_type: name_of(&finding.pii_type),
            start: finding.start_offset,
            end: finding.end_offset,
            confidence: finding.confidence,
            verdict: finding.verdict.as_ref().map(name_of),
            reviewed_by: finding.reviewed_by,
            reviewed_at: finding.reviewed_at,
            created_at: finding.created_at,
        }
    }
}

/// Which findings.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListPiiFindings {
    /// Only those of this kind of resource, such as `message`.
    resource: Option<String>,
    /// Only those of this resource.
    resource_id: Option<Uuid>,
    /// Only those of this type, such as `iban`.
    pii_type: Option<String>,
    /// Only those with this verdict: `confirmed` or `false_alarm`.
    verdict: Option<String>,
    /// `false` for those that nobody has looked at yet, `true` for the others.
    is_reviewed: Option<bool>,
    /// Only those that are so certain at least.
    #[param(minimum = 0, maximum = 1)]
    min_confidence: Option<f64>,
    /// Rows in the page, from 1 to 200; 50 when left out.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// What somebody makes of a finding.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum VerdictName {
    /// It is what the rule says.
    Confirmed,
    /// It is not. The same value in the same text is not found again by the rule.
    FalseAlarm,
}

/// A verdict.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReviewPiiFinding {
    #[schema(inline)]
    verdict: VerdictName,
}

/// Findings, the latest first.
#[utoipa::path(
    tag = "Personal data",
    security(("bearer" = ["pii.read"])),
    params(ListPiiFindings),
    responses((status = 200, body = PageView<PiiFindingView>)),
)]
#[get("/v1/pii-findings")]
async fn list(unit: Read, Query(query): Query<ListPiiFindings>) -> Result<Reply, Refusal> {
    let page = query::page(query.limit, query.cursor)?;
    let filter = FindingFilter {
        resource: query.resource,
        resource_id: query.resource_id,
        pii_type: query.pii_type.map(|name| named("/pii_type", &name)).transpose()?,
        verdict: query.verdict.map(|name| named("/verdict", &name)).transpose()?,
        is_reviewed: query.is_reviewed,
        min_confidence: query.min_confidence,
    };
    let tx = unit.begin().await?;
    let page = findings::list(&tx, filter, &page).await?;
    Ok(Reply::ok(&PageView::of(page, PiiFindingView::from))?)
}

/// One finding.
#[utoipa::path(
    tag = "Personal data",
    security(("bearer" = ["pii.read"])),
    params(("id" = PiiFindingId, Path)),
    responses((status = 200, body = PiiFindingView)),
)]
#[get("/v1/pii-findings/{id}")]
async fn show(unit: Read, PathId(id): PathId<PiiFinding>) -> Result<Reply, Refusal> {
    let tx = unit.begin().await?;
    Ok(Reply::ok(&PiiFindingView::from(findings::get(&tx, id).await?))?)
}

/// Says what a person makes of a finding. Another verdict takes the place of the one before.
#[utoipa::path(
    tag = "Personal data",
    security(("bearer" = ["pii.manage"])),
    params(("id" = PiiFindingId, Path)),
    request_body = ReviewPiiFinding,
    responses((status = 200, body = PiiFindingView)),
)]
#[post("/v1/pii-findings/{id}/review")]
async fn review(
    unit: Write,
    PathId(id): PathId<PiiFinding>,
    body: Body<ReviewPiiFinding>,
) -> Result<HttpResponse, Refusal> {
    let tx = unit.begin(&body).await?;
    let verdict = match body.into_inner().verdict {
        VerdictName::Confirmed => Verdict::Confirmed,
        VerdictName::FalseAlarm => Verdict::FalseAlarm,
    };
    let view = PiiFindingView::from(findings::review(&tx, id, verdict).await?);
    unit.commit(tx, Reply::ok(&view)?).await
}
