//! Roles.
use super::role_changes::{RoleChangeRequestView, waits};
use actix_web::{HttpResponse, delete, get, patch, post, web::Data};
use chrono::{DateTime, Utc};
use purser_http::{
    body::Body,
    path::PathId,
    problem::Refusal,
    query::{PageQuery, Query},
    reply::Reply,
    routes::Routes,
    unit::{Read, Write},
    view::PageView,
};
use purser_kernel::{
    Patch, Permission,
    ids::{Role, RoleId},
};
use purser_tenancy::{
    role_changes::{Changed, RoleChanges},
    roles::{self, NewRole, RoleChange, RoleWithPermissions},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(list).service(create).service(show).service(update).service(delete);
}

/// A set of permissions with a name.
#[derive(Debug, Serialize, ToSchema)]
pub struct RoleView {
    id: RoleId,
    name: String,
    description: Option<String>,
    /// Every organization has it; it cannot be changed.
    is_system: bool,
    /// From 0 to 100. Nobody gives or takes a role of a higher rank than their own.
    rank: i32,
    permissions: Vec<Permission>,
    version: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl From<RoleWithPermissions> for RoleView {
    fn from(RoleWithPermissions { role, permissions }: RoleWithPermissions) -> Self {
        Self {
            id: role.id,
            name: role.name,
            description: role.description,
            is_system: role.is_system,
            rank: role.rank,
            permissions: permissions.iter().collect(),
            version: role.version,
            created_at: role.created_at,
            updated_at: role.updated_at,
        }
    }
}

/// A role that is to be made.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateRole {
    /// Unique in the organization, in any spelling of upper and lower case.
    #[schema(max_length = 64)]
    name: String,
    #[schema(max_length = 2000)]
    description: Option<String>,
    /// At most the caller's own; 0 when left out.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 100)]
    rank: i32,
    /// What the caller holds themselves, or less.
    permissions: Vec<Permission>,
}

impl From<CreateRole> for NewRole {
    fn from(body: CreateRole) -> Self {
        let CreateRole { name, description, rank, permissions } = body;
        Self { name, description, rank, permissions: permissions.into_iter().collect() }
    }
}

/// What changes in a role. Fields that are left out keep their value.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateRole {
    #[schema(max_length = 64)]
    name: Option<String>,
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 2000)]
    description: Patch<String>,
    /// At most the caller's own.
    #[schema(minimum = 0, maximum = 100)]
    rank: Option<i32>,
    /// All that the role allows from now on. The caller holds what is added.
    permissions: Option<Vec<Permission>>,
}

impl From<UpdateRole> for RoleChange {
    fn from(body: UpdateRole) -> Self {
        let UpdateRole { name, description, rank, permissions } = body;
        Self { name, description, rank, permissions: permissions.map(|names| names.into_iter().collect()) }
    }
}

/// Roles, the highest first.
#[utoipa::path(
    tag = "Roles",
    security(("bearer" = ["roles.read"])),
    params(PageQuery),
    responses((status = 200, body = PageView<RoleView>)),
)]
#[get("/v1/roles")]
async fn list(unit: Read, Query(query): Query<PageQuery>) -> Result<Reply, Refusal> {
    let page = query.page()?;
    let tx = unit.begin().await?;
    let page = roles::list(&tx, &page).await?;
    Ok(Reply::ok(&PageView::of(page, RoleView::from))?)
}

/// Makes a role. Nobody grants what they do not hold, nor ranks a role above themselves.
#[utoipa::path(
    tag = "Roles",
    security(("bearer" = ["roles.manage"])),
    request_body = CreateRole,
    responses((status = 201, body = RoleView)),
)]
#[post("/v1/roles")]
async fn create(unit: Write, body: Body<CreateRole>) -> Result<HttpResponse, Refusal> {
    let tx = unit.begin(&body).await?;
    let view = RoleView::from(roles::create(&tx, body.into_inner().into()).await?);
    let location = format!("/v1/roles/{}", view.id);
    unit.commit(tx, Reply::created(&view)?.etag(view.version).location(location)).await
}

/// One role.
#[utoipa::path(
    tag = "Roles",
    security(("bearer" = ["roles.read"])),
    params(("id" = RoleId, Path)),
    responses((status = 200, body = RoleView)),
)]
#[get("/v1/roles/{id}")]
async fn show(unit: Read, PathId(id): PathId<Role>) -> Result<Reply, Refusal> {
    let tx = unit.begin().await?;
    let view = RoleView::from(roles::get(&tx, id).await?);
    Ok(Reply::ok(&view)?.etag(view.version))
}

/// Changes a role, for everybody who has it: from their next request on, at other nodes within a second.
#[utoipa::path(
    tag = "Roles",
    security(("bearer" = ["roles.manage"])),
    params(("id" = RoleId, Path)),
    request_body = UpdateRole,
    responses((status = 200, body = RoleView), (status = 202, body = RoleChangeRequestView)),
)]
#[patch("/v1/roles/{id}")]
async fn update(
    unit: Write,
    role_changes: Data<RoleChanges>,
    PathId(id): PathId<Role>,
    body: Body<UpdateRole>,
) -> Result<HttpResponse, Refusal> {
    let expected = unit.if_match()?;
    let tx = unit.begin(&body).await?;
    let role_changes = &role_changes;
    match roles::update(&tx, role_changes, id, expected, body.into_inner().into()).await? {
        Changed::Done(role) => {
            let view = RoleView::from(role);
            unit.commit(tx, Reply::ok(&view)?.etag(view.version)).await
        }
        Changed::Waits(request) => waits(&unit, tx, *request).await,
    }
}

/// Deletes a role that nobody has.
#[utoipa::path(
    tag = "Roles",
    security(("bearer" = ["roles.manage"])),
    params(("id" = RoleId, Path)),
    responses((status = 204)),
)]
#[delete("/v1/roles/{id}")]
async fn delete(unit: Write, PathId(id): PathId<Role>) -> Result<HttpResponse, Refusal> {
    let expected = unit.if_match()?;
    let tx = unit.begin(&()).await?;
    roles::delete(&tx, id, expected).await?;
    unit.commit(tx, Reply::no_content()).await
}
