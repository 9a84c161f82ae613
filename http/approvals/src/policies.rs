//! When something needs approval, and whose.
mod condition;

use actix_web::{HttpResponse, delete, get, patch, post, web::Data};
use chrono::{DateTime, Utc};
use condition::ConditionView;
use purser_approvals::{
    ApprovalService,
    entity::approval_policy,
    policies::{self, NewPolicy, PolicyChange},
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
use purser_kernel::{
    Patch, Permission, Problem,
    ids::{ApprovalPolicy, ApprovalPolicyId},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(list).service(create).service(show).service(update).service(delete);
}

/// Which policies.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListPolicies {
    /// Only those about this kind of thing, such as `order`.
    subject: Option<String>,
    /// Rows in the page, from 1 to 200; 50 when left out.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// A step of a decision: one person who holds the permission.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PolicyStep {
    /// A permission to decide; agents and API keys never hold one.
    permission: Permission,
}

/// When something needs approval, and whose.
#[derive(Debug, Serialize, ToSchema)]
pub struct PolicyView {
    id: ApprovalPolicyId,
    name: String,
    /// The kind of thing.
    #[schema(example = "order")]
    subject: String,
    condition: ConditionView,
    /// The permissions that decide, one after the other.
    steps: Vec<String>,
    /// Who asked and who edited last cannot decide. Nobody decides two steps in any case.
    separation_of_duties: bool,
    /// After so many hours a request expires. Nothing is approved by time.
    due_after_hours: Option<i32>,
    /// After so many hours deciders are reminded.
    reminder_after_hours: Option<i32>,
    /// It follows from the organization's settings and is changed there.
    is_predefined: bool,
    version: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<approval_policy::Model> for PolicyView {
    fn from(policy: approval_policy::Model) -> Self {
        Self {
            id: policy.id,
            name: policy.name,
            subject: policy.subject,
            condition: policy.condition.into(),
            steps: policy.steps.0,
            separation_of_duties: policy.separation_of_duties,
            due_after_hours: policy.due_after_hours,
            reminder_after_hours: policy.reminder_after_hours,
            is_predefined: policy.is_predefined,
            version: policy.version,
            created_at: policy.created_at,
            updated_at: policy.updated_at,
        }
    }
}

/// A policy that is to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreatePolicy {
    /// What people call it: the reason that a request names.
    #[schema(max_length = 120)]
    name: String,
    /// The kind of thing.
    #[schema(example = "order")]
    subject: String,
    /// When it holds: all that is said must be so. Always, when left out.
    #[serde(default)]
    condition: ConditionView,
    /// Who decides, one after the other.
    #[schema(min_items = 1, max_items = 10)]
    steps: Vec<PolicyStep>,
    /// Who asked and who edited last cannot decide; so it is when left out.
    separation_of_duties: Option<bool>,
    /// After so many hours a request expires; never when left out.
    #[schema(minimum = 1, maximum = 87600)]
    due_after_hours: Option<i32>,
    /// After so many hours deciders are reminded; never when left out.
    #[schema(minimum = 1, maximum = 87600)]
    reminder_after_hours: Option<i32>,
}

impl TryFrom<CreatePolicy> for NewPolicy {
    type Error = Problem;

    fn try_from(body: CreatePolicy) -> Result<Self, Problem> {
        let CreatePolicy {
            name,
            subject,
            condition,
            steps,
            separation_of_duties,
            due_after_hours,
            reminder_after_hours,
        } = body;
        Ok(Self {
            name,
            subject,
            condition: condition.parsed()?,
            steps: permissions(steps),
            separation_of_duties: separation_of_duties.unwrap_or(true),
            due_after_hours,
            reminder_after_hours,
        })
    }
}

/// What changes in a policy. Fields that are left out keep their value.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdatePolicy {
    #[schema(max_length = 120)]
    name: Option<String>,
    /// The whole of it.
    condition: Option<ConditionView>,
    /// All of them.
    #[schema(min_items = 1, max_items = 10)]
    steps: Option<Vec<PolicyStep>>,
    separation_of_duties: Option<bool>,
    #[serde(default)]
    #[schema(value_type = Option<i32>, minimum = 1, maximum = 87600)]
    due_after_hours: Patch<i32>,
    #[serde(default)]
    #[schema(value_type = Option<i32>, minimum = 1, maximum = 87600)]
    reminder_after_hours: Patch<i32>,
}

impl TryFrom<UpdatePolicy> for PolicyChange {
    type Error = Problem;

    fn try_from(body: UpdatePolicy) -> Result<Self, Problem> {
        let UpdatePolicy { name, condition, steps, separation_of_duties, due_after_hours, reminder_after_hours } = body;
        Ok(Self {
            name,
            condition: condition.map(ConditionView::parsed).transpose()?,
            steps: steps.map(permissions),
            separation_of_duties,
            due_after_hours,
            reminder_after_hours,
        })
    }
}

fn permissions(steps: Vec<PolicyStep>) -> Vec<Permission> {
    steps.into_iter().map(|PolicyStep { permission }| permission).collect()
}

/// Policies, the newest first.
#[utoipa::path(
    tag = "Approvals",
    security(("bearer" = ["approvals.read"])),
    params(ListPolicies),
    responses((status = 200, body = PageView<PolicyView>)),
)]
#[get("/v1/approval-policies")]
async fn list(unit: Read, Query(query): Query<ListPolicies>) -> Result<Reply, Refusal> {
    let page = query::page(query.limit, query.cursor)?;
    let tx = unit.begin().await?;
    let page = policies::list(&tx, query.subject, &page).await?;
    Ok(Reply::ok(&PageView::of(page, PolicyView::from))?)
}

/// Makes a policy. It holds from the next request and the next decision on, also for what was asked before.
#[utoipa::path(
    tag = "Approvals",
    security(("bearer" = ["approvals.manage"])),
    request_body = CreatePolicy,
    responses((status = 201, body = PolicyView)),
)]
#[post("/v1/approval-policies")]
async fn create(
    unit: Write,
    approvals: Data<ApprovalService>,
    body: Body<CreatePolicy>,
) -> Result<HttpResponse, Refusal> {
    let tx = unit.begin(&body).await?;
    let policy = approvals.create_policy(&tx, body.into_inner().try_into()?).await?;
    let view = PolicyView::from(policy);
    let location = format!("/v1/approval-policies/{}", view.id);
    unit.commit(tx, Reply::created(&view)?.etag(view.version).location(location)).await
}

/// One policy.
#[utoipa::path(
    tag = "Approvals",
    security(("bearer" = ["approvals.read"])),
    params(("id" = ApprovalPolicyId, Path)),
    responses((status = 200, body = PolicyView)),
)]
#[get("/v1/approval-policies/{id}")]
async fn show(unit: Read, PathId(id): PathId<ApprovalPolicy>) -> Result<Reply, Refusal> {
    let tx = unit.begin().await?;
    let view = PolicyView::from(policies::get(&tx, id).await?);
    Ok(Reply::ok(&view)?.etag(view.version))
}

/// Changes a policy.
#[utoipa::path(
    tag = "Approvals",
    security(("bearer" = ["approvals.manage"])),
    params(("id" = ApprovalPolicyId, Path)),
    request_body = UpdatePolicy,
    responses((status = 200, body = PolicyView)),
)]
#[patch("/v1/approval-policies/{id}")]
async fn update(
    unit: Write,
    PathId(id): PathId<ApprovalPolicy>,
    body: Body<UpdatePolicy>,
) -> Result<HttpResponse, Refusal> {
    let expected = unit.if_match()?;
    let tx = unit.begin(&body).await?;
    let view = PolicyView::from(policies::update(&tx, id, expected, body.into_inner().try_into()?).await?);
    unit.commit(tx, Reply::ok(&view)?.etag(view.version)).await
}

/// Deletes a policy. What was asked because of it is decided by the policies that are left.
#[utoipa::path(
    tag = "Approvals",
    security(("bearer" = ["approvals.manage"])),
    params(("id" = ApprovalPolicyId, Path)),
    responses((status = 204)),
)]
#[delete("/v1/approval-policies/{id}")]
async fn delete(unit: Write, PathId(id): PathId<ApprovalPolicy>) -> Result<HttpResponse, Refusal> {
    let expected = unit.if_match()?;
    let tx = unit.begin(&()).await?;
    policies::delete(&tx, id, expected).await?;
    unit.commit(tx, Reply::no_content()).await
}
