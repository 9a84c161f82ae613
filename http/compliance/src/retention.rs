//! How long what is kept.
use actix_web::{HttpResponse, delete, get, put, web::Data};
use purser_compliance::retention::{RetentionRule, RetentionRules, Source};
use purser_http::{
    body::Body,
    path::PathName,
    problem::Refusal,
    reply::Reply,
    routes::Routes,
    unit::{Read, Write},
};
use purser_kernel::Kept;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(list).service(set).service(unset);
}

/// How long something is kept.
#[derive(Serialize, ToSchema)]
pub struct RetentionRuleView {
    /// What.
    what: Kept,
    /// What that is.
    about: String,
    /// How many days it is kept; null is for ever.
    #[schema(example = 90)]
    keep_days: Option<i32>,
    /// The fewest days there may be.
    #[schema(example = 7)]
    least_days: i32,
    /// Who said so.
    source: Source,
}

impl From<RetentionRule> for RetentionRuleView {
    fn from(RetentionRule { what, keep_days, source }: RetentionRule) -> Self {
        Self { what, about: what.about(), keep_days, least_days: what.least_days(), source }
    }
}

/// All of them.
#[derive(Serialize, ToSchema)]
pub struct RetentionRulesView {
    data: Vec<RetentionRuleView>,
}

/// How long it is kept from now on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SetRetentionRule {
    /// At least `least_days`, at most 36,500; null for ever.
    #[schema(required, minimum = 1, maximum = 36500)]
    #[serde(deserialize_with = "Option::deserialize")]
    keep_days: Option<i32>,
}

/// What is kept.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[expect(dead_code, reason = "it describes the path")]
struct What {
    /// Its name, such as `inbound_events`.
    #[param(value_type = Kept, inline)]
    name: String,
}

/// How long what is kept: by a rule of its own, by `data_retention_days` of the settings, or as is usual.
#[utoipa::path(
    tag = "Retention",
    security(("bearer" = ["organization.read"])),
    responses((status = 200, body = RetentionRulesView)),
)]
#[get("/v1/retention-rules")]
async fn list(unit: Read, rules: Data<RetentionRules>) -> Result<Reply, Refusal> {
    let tx = unit.begin().await?;
    let rules = rules.list(&tx).await?;
    Ok(Reply::ok(&RetentionRulesView { data: rules.into_iter().map(RetentionRuleView::from).collect() })?)
}

/// Says how long something is kept. What is older goes in the following night; of the audit trail and of who read what, when the owner of
/// the tables runs `purser maintain`.
#[utoipa::path(
    tag = "Retention",
    security(("bearer" = ["retention.manage"])),
    params(What),
    request_body = SetRetentionRule,
    responses((status = 200, body = RetentionRuleView)),
)]
#[put("/v1/retention-rules/{name}")]
async fn set(
    unit: Write,
    PathName(name): PathName,
    body: Body<SetRetentionRule>,
    rules: Data<RetentionRules>,
) -> Result<HttpResponse, Refusal> {
    let tx = unit.begin(&body).await?;
    let rule = rules.set(&tx, &name, body.into_inner().keep_days).await?;
    unit.commit(tx, Reply::ok(&RetentionRuleView::from(rule))?).await
}

/// Takes a rule back.
#[utoipa::path(
    tag = "Retention",
    security(("bearer" = ["retention.manage"])),
    params(What),
    responses((status = 204)),
)]
#[delete("/v1/retention-rules/{name}")]
async fn unset(unit: Write, PathName(name): PathName, rules: Data<RetentionRules>) -> Result<HttpResponse, Refusal> {
    let tx = unit.begin(&()).await?;
    rules.unset(&tx, &name).await?;
    unit.commit(tx, Reply::no_content()).await
}
