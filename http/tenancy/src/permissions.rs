//! The closed list of permissions.
use actix_web::get;
use purser_http::{problem::Refusal, reply::Reply, routes::Routes, unit::Read, view::PageView};
use purser_kernel::Permission;
use purser_tenancy::permissions;
use serde::Serialize;
use utoipa::ToSchema;

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(list);
}

/// One thing that somebody may do.
#[derive(Debug, Serialize, ToSchema)]
pub struct PermissionView {
    name: Permission,
    /// What it allows.
    description: String,
    /// Whether it decides, spends or grants: agents and API keys never hold it.
    is_decision: bool,
}

impl From<Permission> for PermissionView {
    fn from(permission: Permission) -> Self {
        let is_decision = Permission::decisions().contains(permission);
        Self { name: permission, description: permission.about(), is_decision }
    }
}

/// Every permission there is, by name, on one page.
#[utoipa::path(
    tag = "Roles",
    security(("bearer" = ["roles.read"])),
    responses((status = 200, body = PageView<PermissionView>)),
)]
#[get("/v1/permissions")]
async fn list(caller: Read) -> Result<Reply, Refusal> {
    let data = permissions::list(caller.scope())?.into_iter().map(PermissionView::from).collect();
    Ok(Reply::ok(&PageView { data, next_cursor: None })?)
}
