//! Projects.
mod members;

use actix_web::{HttpResponse, delete, get, patch, post};
use chrono::{DateTime, Utc};
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
    ids::{Project, ProjectId},
};
use purser_tenancy::projects::{self, CountedProject, NewProject, ProjectChange, ProjectFilter};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(list).service(create).service(show).service(update).service(delete);
    routes.configure(members::routes);
}

/// Work that members do together.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProjectView {
    id: ProjectId,
    name: String,
    description: Option<String>,
    manager_id: Option<UserId>,
    is_active: bool,
    /// How many work in it.
    member_count: i64,
    version: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<CountedProject> for ProjectView {
    fn from(counted: CountedProject) -> Self {
        let CountedProject { project, member_count } = counted;
        Self {
            id: project.id,
            name: project.name,
            description: project.description,
            manager_id: project.manager_id,
            is_active: project.is_active,
            member_count,
            version: project.version,
            created_at: project.created_at,
            updated_at: project.updated_at,
        }
    }
}

/// A project that is to be created.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateProject {
    #[schema(max_length = 200)]
    name: String,
    #[schema(max_length = 4000)]
    description: Option<String>,
    /// A member of the organization.
    manager_id: Option<UserId>,
}

impl From<CreateProject> for NewProject {
    fn from(body: CreateProject) -> Self {
        let CreateProject { name, description, manager_id } = body;
        Self { name, description, manager_id }
    }
}

/// What changes in a project. Fields that are left out keep their value.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateProject {
    #[schema(max_length = 200)]
    name: Option<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 4000)]
    description: Patch<String>,
    #[serde(default)]
    #[schema(value_type = Option<UserId>)]
    manager_id: Patch<UserId>,
    is_active: Option<bool>,
}

impl From<UpdateProject> for ProjectChange {
    fn from(body: UpdateProject) -> Self {
        let UpdateProject { name, description, manager_id, is_active } = body;
        Self { name, description, manager_id, is_active }
    }
}

/// Which projects, and which part of the list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct ListProjects {
    /// Only active ones, or only others.
    is_active: Option<bool>,
    /// Only those of this manager.
    manager_id: Option<UserId>,
    /// Rows in the page, from 1 to 200; 50 when left out.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<u64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Projects, newest first.
#[utoipa::path(
    tag = "Projects",
    security(("bearer" = ["projects.read"])),
    params(ListProjects),
    responses((status = 200, body = PageView<ProjectView>)),
)]
#[get("/v1/projects")]
async fn list(unit: Read, Query(query): Query<ListProjects>) -> Result<Reply, Refusal> {
    let ListProjects { is_active, manager_id, limit, cursor } = query;
    let page = query::page(limit, cursor)?;
    let tx = unit.begin().await?;
    let page = projects::list(&tx, ProjectFilter { is_active, manager_id }, &page).await?;
    Ok(Reply::ok(&PageView::of(page, ProjectView::from))?)
}

/// Creates a project, if the organization may have one more.
#[utoipa::path(
    tag = "Projects",
    security(("bearer" = ["projects.manage"])),
    request_body = CreateProject,
    responses((status = 201, body = ProjectView)),
)]
#[post("/v1/projects")]
async fn create(unit: Write, body: Body<CreateProject>) -> Result<HttpResponse, Refusal> {
    let tx = unit.begin(&body).await?;
    let view = ProjectView::from(projects::create(&tx, body.into_inner().into()).await?);
    let location = format!("/v1/projects/{}", view.id);
    unit.commit(tx, Reply::created(&view)?.etag(view.version).location(location)).await
}

/// One project.
#[utoipa::path(
    tag = "Projects",
    security(("bearer" = ["projects.read"])),
    params(("id" = ProjectId, Path)),
    responses((status = 200, body = ProjectView)),
)]
#[get("/v1/projects/{id}")]
async fn show(unit: Read, PathId(id): PathId<Project>) -> Result<Reply, Refusal> {
    let tx = unit.begin().await?;
    let view = ProjectView::from(projects::get(&tx, id).await?);
    Ok(Reply::ok(&view)?.etag(view.version))
}

/// Changes a project.
#[utoipa::path(
    tag = "Projects",
    security(("bearer" = ["projects.manage"])),
    params(("id" = ProjectId, Path)),
    request_body = UpdateProject,
    responses((status = 200, body = ProjectView)),
)]
#[patch("/v1/projects/{id}")]
async fn update(unit: Write, PathId(id): PathId<Project>, body: Body<UpdateProject>) -> Result<HttpResponse, Refusal> {
    let expected = unit.if_match()?;
    let tx = unit.begin(&body).await?;
    let view = ProjectView::from(projects::update(&tx, id, expected, body.into_inner().into()).await?);
    unit.commit(tx, Reply::ok(&view)?.etag(view.version)).await
}

/// Deletes a project.
#[utoipa::path(
    tag = "Projects",
    security(("bearer" = ["projects.manage"])),
    params(("id" = ProjectId, Path)),
    responses((status = 204)),
)]
#[delete("/v1/projects/{id}")]
async fn delete(unit: Write, PathId(id): PathId<Project>) -> Result<HttpResponse, Refusal> {
    let expected = unit.if_match()?;
    let tx = unit.begin(&()).await?;
    projects::delete(&tx, id, expected).await?;
    unit.commit(tx, Reply::no_content()).await
}
