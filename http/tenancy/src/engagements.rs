//! Engagements.
mod access;

use actix_web::{HttpResponse, delete, get, patch, post};
use chrono::{DateTime, NaiveDate, Utc};
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
    Patch, UserId,
    ids::{Engagement, EngagementId},
};
use purser_tenancy::{
    engagements::{self, EngagementChange, EngagementFilter},
    entity::engagement,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(list).service(create).service(show).service(update).service(delete);
    routes.configure(access::routes);
}

/// Where an engagement stands.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EngagementStatus {
    /// Not begun.
    Planned,
    /// Worked on.
    Active,
    /// Begun, and not worked on.
    OnHold,
    /// Done.
    Completed,
    /// Put away.
    Archived,
}

impl From<engagement::Status> for EngagementStatus {
    fn from(status: engagement::Status) -> Self {
        match status {
            engagement::Status::Planned => Self::Planned,
            engagement::Status::Active => Self::Active,
            engagement::Status::OnHold => Self::OnHold,
            engagement::Status::Completed => Self::Completed,
            engagement::Status::Archived => Self::Archived,
        }
    }
}

impl From<EngagementStatus> for engagement::Status {
    fn from(status: EngagementStatus) -> Self {
        match status {
            EngagementStatus::Planned => Self::Planned,
            EngagementStatus::Active => Self::Active,
            EngagementStatus::OnHold => Self::OnHold,
            EngagementStatus::Completed => Self::Completed,
            EngagementStatus::Archived => Self::Archived,
        }
    }
}

/// Work for a client, which only those see who were given access.
#[derive(Debug, Serialize, ToSchema)]
pub struct EngagementView {
    id: EngagementId,
    name: String,
    client_name: String,
    description: Option<String>,
    status: EngagementStatus,
    starts_on: Option<NaiveDate>,
    ends_on: Option<NaiveDate>,
    lead_id: Option<UserId>,
    version: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<engagement::Model> for EngagementView {
    fn from(engagement: engagement::Model) -> Self {
        Self {
            id: engagement.id,
            name: engagement.name,
            client_name: engagement.client_name,
            description: engagement.description,
            status: engagement.status.into(),
            starts_on: engagement.starts_on,
            ends_on: engagement.ends_on,
            lead_id: engagement.lead_id,
            version: engagement.version,
            created_at: engagement.created_at,
            updated_at: engagement.updated_at,
        }
    }
}

/// An engagement that is to be created.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateEngagement {
    #[schema(max_length = 200)]
    name: String,
    /// Whom the work is for.
    #[schema(max_length = 200)]
    client_name: String,
    #[schema(max_length = 4000)]
    description: Option<String>,
    /// `planned` when left out.
    status: Option<EngagementStatus>,
    starts_on: Option<NaiveDate>,
    /// Not before `starts_on`.
    ends_on: Option<NaiveDate>,
    /// A member of the organization. Being named gives no access.
    lead_id: Option<UserId>,
}

impl From<CreateEngagement> for EngagementChange {
    fn from(body: CreateEngagement) -> Self {
        let CreateEngagement { name, client_name, description, status, starts_on, ends_on, lead_id } = body;
        Self {
            name: Some(name),
            client_name: Some(client_name),
            description: description.map_or(Patch::Absent, Patch::Value),
            status: status.map(Into::into),
            starts_on: starts_on.map_or(Patch::Absent, Patch::Value),
            ends_on: ends_on.map_or(Patch::Absent, Patch::Value),
            lead_id: lead_id.map_or(Patch::Absent, Patch::Value),
        }
    }
}

/// What changes in an engagement. Fields that are left out keep their value.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateEngagement {
    #[schema(max_length = 200)]
    name: Option<String>,
    #[schema(max_length = 200)]
    client_name: Option<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 4000)]
    description: Patch<String>,
    status: Option<EngagementStatus>,
    #[serde(default)]
    #[schema(value_type = Option<NaiveDate>)]
    starts_on: Patch<NaiveDate>,
    #[serde(default)]
    #[schema(value_type = Option<NaiveDate>)]
    ends_on: Patch<NaiveDate>,
    #[serde(default)]
    #[schema(value_type = Option<UserId>)]
    lead_id: Patch<UserId>,
}

impl From<UpdateEngagement> for EngagementChange {
    fn from(body: UpdateEngagement) -> Self {
        let UpdateEngagement { name, client_name, description, status, starts_on, ends_on, lead_id } = body;
        Self { name, client_name, description, status: status.map(Into::into), starts_on, ends_on, lead_id }
    }
}

/// Which engagements, and which part of the list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListEngagements {
    /// Only those of this status.
    status: Option<EngagementStatus>,
    /// Rows in the page, from 1 to 200; 50 when left out.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// The engagements that the caller has access to, newest first.
#[utoipa::path(
    tag = "Engagements",
    security(("bearer" = ["engagements.read"])),
    params(ListEngagements),
    responses((status = 200, body = PageView<EngagementView>)),
)]
#[get("/v1/engagements")]
async fn list(unit: Read, Query(query): Query<ListEngagements>) -> Result<Reply, Refusal> {
    let ListEngagements { status, limit, cursor } = query;
    let page = query::page(limit, cursor)?;
    let tx = unit.begin().await?;
    let filter = EngagementFilter { status: status.map(Into::into) };
    let page = engagements::list(&tx, filter, &page).await?;
    Ok(Reply::ok(&PageView::of(page, EngagementView::from))?)
}

/// Creates an engagement, to which nobody has been given access yet.
#[utoipa::path(
    tag = "Engagements",
    security(("bearer" = ["engagements.manage"])),
    request_body = CreateEngagement,
    responses((status = 201, body = EngagementView)),
)]
#[post("/v1/engagements")]
async fn create(unit: Write, body: Body<CreateEngagement>) -> Result<HttpResponse, Refusal> {
    let tx = unit.begin(&body).await?;
    let view = EngagementView::from(engagements::create(&tx, body.into_inner().into()).await?);
    let location = format!("/v1/engagements/{}", view.id);
    unit.commit(tx, Reply::created(&view)?.etag(view.version).location(location)).await
}

/// One engagement, for who may read it.
#[utoipa::path(
    tag = "Engagements",
    security(("bearer" = ["engagements.read"])),
    params(("id" = EngagementId, Path)),
    responses((status = 200, body = EngagementView)),
)]
#[get("/v1/engagements/{id}")]
async fn show(unit: Read, PathId(id): PathId<Engagement>) -> Result<Reply, Refusal> {
    let tx = unit.begin().await?;
    let view = EngagementView::from(engagements::get(&tx, id).await?);
    Ok(Reply::ok(&view)?.etag(view.version))
}

/// Changes an engagement, for who may write it.
#[utoipa::path(
    tag = "Engagements",
    security(("bearer" = ["engagements.read"])),
    params(("id" = EngagementId, Path)),
    request_body = UpdateEngagement,
    responses((status = 200, body = EngagementView)),
)]
#[patch("/v1/engagements/{id}")]
async fn update(
    unit: Write,
    PathId(id): PathId<Engagement>,
    body: Body<UpdateEngagement>,
) -> Result<HttpResponse, Refusal> {
    let expected = unit.if_match()?;
    let tx = unit.begin(&body).await?;
    let view = EngagementView::from(engagements::update(&tx, id, expected, body.into_inner().into()).await?);
    unit.commit(tx, Reply::ok(&view)?.etag(view.version)).await
}

/// Deletes an engagement.
#[utoipa::path(
    tag = "Engagements",
    security(("bearer" = ["engagements.manage"])),
    params(("id" = EngagementId, Path)),
    responses((status = 204)),
)]
#[delete("/v1/engagements/{id}")]
async fn delete(unit: Write, PathId(id): PathId<Engagement>) -> Result<HttpResponse, Refusal> {
    let expected = unit.if_match()?;
    let tx = unit.begin(&()).await?;
    engagements::delete(&tx, id, expected).await?;
    unit.commit(tx, Reply::no_content()).await
}
