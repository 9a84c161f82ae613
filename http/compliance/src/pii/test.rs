//! What the rules find in a text that nobody keeps.
use actix_web::{post, web::Data};
use purser_compliance::pii::{Hit, Scanner, mask};
use purser_http::{
    body::Body,
    problem::Refusal,
    reply::Reply,
    routes::Routes,
    unit::{Read, Write},
};
use purser_kernel::ids::PiiRuleId;
use purser_store::name_of;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(test);
}

/// A text that is looked at.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TestPiiRules {
    #[schema(max_length = 20_000, example = "Please call Ana at +44 20 7946 0018")]
    text: String,
}

/// What is personal in the text.
#[derive(Debug, Serialize, ToSchema)]
pub struct TestedPiiRules {
    /// In the order of the text.
    hits: Vec<PiiHitView>,
    /// The text with all of them masked.
    masked: String,
}

/// Something personal.
#[derive(Debug, Serialize, ToSchema)]
pub struct PiiHitView {
    rule_id: PiiRuleId,
    /// As a rule's `pii_type`.
    pii_type: String,
    /// The place of its first character, in Unicode scalar values from 0.
    start: usize,
    /// The place behind its last character.
    end: usize,
    /// From 0 to 1.
    confidence: f64,
}

impl From<&Hit> for PiiHitView {
    fn from(hit: &Hit) -> Self {
        Self {
            rule_id: hit.rule,
            pii_type: name_of(&hit.pii_type),
            start: hit.span.start,
            end: hit.span.end,
            confidence: hit.confidence,
        }
    }
}

/// What the rules that are turned on find in a text. The text is not kept; the organization's own SKUs and order numbers are left out.
#[utoipa::path(
    tag = "Personal data",
    security(("bearer" = ["pii.read"])),
    request_body = TestPiiRules,
    responses((status = 200, body = TestedPiiRules)),
)]
#[post("/v1/pii-rules/test")]
async fn test(unit: Write, scanner: Data<Scanner>, body: Body<TestPiiRules>) -> Result<Reply, Refusal> {
    let TestPiiRules { text } = body.into_inner();
    // Sent again it says the same: an idempotency key has nothing to keep.
    let tx = Read::begin(&unit).await?;
    let hits = scanner.look(&tx, &text).await?;
    let masked = mask::hits(&text, &hits).into_owned();
    Ok(Reply::ok(&TestedPiiRules { hits: hits.iter().map(PiiHitView::from).collect(), masked })?)
}
