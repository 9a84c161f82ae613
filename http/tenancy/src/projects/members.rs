//! Who works in a project.
use actix_web::{HttpResponse, delete, get, put};
use chrono::{DateTime, Utc};
use purser_http::{
    body::Body,
    path::{PathId, PathIds},
    problem::Refusal,
    query::{PageQuery, Query},
    reply::Reply,
    routes::Routes,
    unit::{Read, Write},
    view::PageView,
};
use purser_kernel::{
    UserId,
    ids::{Project, ProjectId, User},
};
use purser_tenancy::{entity::project_member, projects};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(list).service(add).service(remove);
}

/// A member who works in a project.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProjectMemberView {
    user_id: UserId,
    /// What they do in it, in words.
    role: Option<String>,
    created_at: DateTime<Utc>,
}

impl From<project_member::Model> for ProjectMemberView {
    fn from(member: project_member::Model) -> Self {
        Self { user_id: member.user_id, role: member.role, created_at: member.created_at }
    }
}

/// What a member does in a project.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddProjectMember {
    /// In words; it gives no rights.
    #[schema(max_length = 64)]
    role: Option<String>,
}

/// The members of a project, in the order in which they came.
#[utoipa::path(
    tag = "Projects",
    security(("bearer" = ["projects.read"])),
    params(("id" = ProjectId, Path), PageQuery),
    responses((status = 200, body = PageView<ProjectMemberView>)),
)]
#[get("/v1/projects/{id}/members")]
async fn list(unit: Read, PathId(id): PathId<Project>, Query(query): Query<PageQuery>) -> Result<Reply, Refusal> {
    let page = query.page()?;
    let tx = unit.begin().await?;
    let page = projects::members(&tx, id, &page).await?;
    Ok(Reply::ok(&PageView::of(page, ProjectMemberView::from))?)
}

/// Adds a member of the organization to a project, or changes what they do in it.
#[utoipa::path(
    tag = "Projects",
    security(("bearer" = ["projects.manage"])),
    params(("id" = ProjectId, Path), ("user_id" = UserId, Path)),
    request_body = AddProjectMember,
    responses((status = 200, body = ProjectMemberView)),
)]
#[put("/v1/projects/{id}/members/{user_id}")]
async fn add(
    unit: Write,
    PathIds(id, user_id): PathIds<Project, User>,
    body: Body<AddProjectMember>,
) -> Result<HttpResponse, Refusal> {
    let tx = unit.begin(&body).await?;
    let member = projects::add_member(&tx, id, user_id, body.into_inner().role).await?;
    unit.commit(tx, Reply::ok(&ProjectMemberView::from(member))?).await
}

/// Takes a member from a project.
#[utoipa::path(
    tag = "Projects",
    security(("bearer" = ["projects.manage"])),
    params(("id" = ProjectId, Path), ("user_id" = UserId, Path)),
    responses((status = 204)),
)]
#[delete("/v1/projects/{id}/members/{user_id}")]
async fn remove(unit: Write, PathIds(id, user_id): PathIds<Project, User>) -> Result<HttpResponse, Refusal> {
    let tx = unit.begin(&()).await?;
    projects::remove_member(&tx, id, user_id).await?;
    unit.commit(tx, Reply::no_content()).await
}
