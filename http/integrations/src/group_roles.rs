//! Roles that a directory's groups give.
use actix_web::{HttpResponse, get, put, web::Data};
use purser_auth::group_roles::{self, GroupRole};
use purser_http::{
    body::Body,
    path::PathId,
    problem::Refusal,
    reply::Reply,
    routes::Routes,
    unit::{Read, Write},
};
use purser_integrations::Providers;
use purser_kernel::ids::{self, IntegrationId, RoleId};
use purser_store::ports::Memberships;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(list).service(replace);
}

/// Whoever is in the group has the role.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupRoleBody {
    /// As the directory names it, a whole `memberOf` or a name; compared without regard to case.
    #[schema(max_length = 500)]
    group_name: String,
    role_id: RoleId,
}

impl From<GroupRole> for GroupRoleBody {
    fn from(GroupRole { group_name, role_id }: GroupRole) -> Self {
        Self { group_name, role_id }
    }
}

impl From<GroupRoleBody> for GroupRole {
    fn from(GroupRoleBody { group_name, role_id }: GroupRoleBody) -> Self {
        Self { group_name, role_id }
    }
}

/// The roles that groups give. A role that stands here is given and taken by the directory; others stay as they are.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GroupRolesBody {
    #[schema(max_items = 200)]
    group_roles: Vec<GroupRoleBody>,
}

impl From<Vec<GroupRole>> for GroupRolesBody {
    fn from(pairs: Vec<GroupRole>) -> Self {
        Self { group_roles: pairs.into_iter().map(Into::into).collect() }
    }
}

/// The roles that the groups of a directory give.
#[utoipa::path(
    tag = "Integrations",
    params(("id" = IntegrationId, Path)),
    responses((status = 200, body = GroupRolesBody)),
    security(("bearer" = ["integrations.read"])),
)]
#[get("/v1/integrations/{id}/group-roles")]
async fn list(unit: Read, providers: Data<Providers>, PathId(id): PathId<ids::Integration>) -> Result<Reply, Refusal> {
    let tx = unit.begin().await?;
    let pairs = group_roles::list(&**providers, &tx, id).await?;
    Ok(Reply::ok(&GroupRolesBody::from(pairs))?)
}

/// Replaces them all. Nobody gives or takes by it what they do not hold.
#[utoipa::path(
    tag = "Integrations",
    params(("id" = IntegrationId, Path)),
    request_body = GroupRolesBody,
    responses((status = 200, body = GroupRolesBody)),
    security(("bearer" = ["identities.manage"])),
)]
#[put("/v1/integrations/{id}/group-roles")]
async fn replace(
    unit: Write,
    providers: Data<Providers>,
    memberships: Data<dyn Memberships>,
    PathId(id): PathId<ids::Integration>,
    body: Body<GroupRolesBody>,
) -> Result<HttpResponse, Refusal> {
    let expected = unit.if_match_optional();
    let tx = unit.begin(&body).await?;
    let wanted = body.into_inner().group_roles.into_iter().map(Into::into).collect();
    let pairs = group_roles::replace(&**providers, &**memberships, &tx, id, expected, wanted).await?;
    unit.commit(tx, Reply::ok(&GroupRolesBody::from(pairs))?).await
}
