//! What a member may do.
use super::view::MemberView;
use crate::role_changes::{RoleChangeRequestView, waits};
use actix_web::{HttpResponse, put, web::Data};
use purser_http::{body::Body, path::PathId, problem::Refusal, reply::Reply, routes::Routes, unit::Write};
use purser_kernel::{
    Permission,
    ids::{Membership, MembershipId, RoleId},
};
use purser_store::WriteTx;
use purser_tenancy::{
    members::{Extras, Member, Members},
    role_changes::Changed,
};
use serde::Deserialize;
use utoipa::ToSchema;

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(set_roles).service(set_permissions);
}

/// The roles of a member.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MemberRoles {
    /// All of them. Those that are added rank no higher than the caller and allow nothing that the caller may not.
    #[schema(max_items = 20)]
    role_ids: Vec<RoleId>,
    /// Why, for whoever decides about a promotion.
    #[schema(max_length = 2000)]
    reason: Option<String>,
}

/// What a member may and may not do beyond their roles.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MemberPermissions {
    /// Whatever their roles say. The caller holds what is added.
    grants: Vec<Permission>,
    /// Whatever their roles and grants say. The caller holds what is taken off this list.
    denials: Vec<Permission>,
    /// Why, for whoever decides about a promotion.
    #[schema(max_length = 2000)]
    reason: Option<String>,
}

/// Gives a member these roles and no others. Holds from their next request on, at other nodes within a second.
///
/// Where promotions need a second person, one to admin or owner waits: the answer is 202.
#[utoipa::path(
    tag = "Members",
    security(("bearer" = ["members.manage"])),
    params(("id" = MembershipId, Path)),
    request_body = MemberRoles,
    responses((status = 200, body = MemberView), (status = 202, body = RoleChangeRequestView)),
)]
#[put("/v1/members/{id}/roles")]
async fn set_roles(
    unit: Write,
    members: Data<Members>,
    PathId(id): PathId<Membership>,
    body: Body<MemberRoles>,
) -> Result<HttpResponse, Refusal> {
    let expected = unit.if_match_optional();
    let tx = unit.begin(&body).await?;
    let MemberRoles { role_ids, reason } = body.into_inner();
    let changed = members.set_roles(&tx, id, expected, &role_ids, reason.as_deref()).await?;
    answer(&unit, tx, changed).await
}

/// Grants and denies a member these permissions beyond their roles, and no others. Holds from their next request on, at other nodes
/// within a second.
///
/// Where promotions need a second person, what makes an admin or an owner waits: the answer is 202.
#[utoipa::path(
    tag = "Members",
    security(("bearer" = ["members.manage"])),
    params(("id" = MembershipId, Path)),
    request_body = MemberPermissions,
    responses((status = 200, body = MemberView), (status = 202, body = RoleChangeRequestView)),
)]
#[put("/v1/members/{id}/permissions")]
async fn set_permissions(
    unit: Write,
    members: Data<Members>,
    PathId(id): PathId<Membership>,
    body: Body<MemberPermissions>,
) -> Result<HttpResponse, Refusal> {
    let expected = unit.if_match_optional();
    let tx = unit.begin(&body).await?;
    let MemberPermissions { grants, denials, reason } = body.into_inner();
    let extras = Extras { grants: grants.into_iter().collect(), denials: denials.into_iter().collect() };
    let changed = members.set_permissions(&tx, id, expected, extras, reason.as_deref()).await?;
    answer(&unit, tx, changed).await
}

async fn answer(unit: &Write, tx: WriteTx, changed: Changed<Member>) -> Result<HttpResponse, Refusal> {
    match changed {
        Changed::Done(member) => {
            let view = MemberView::from(member);
            unit.commit(tx, Reply::ok(&view)?.etag(view.version)).await
        }
        Changed::Waits(request) => waits(unit, tx, *request).await,
    }
}
