//! Suspending, re-activating and closing an organization from outside.
use super::PlatformOrganizationView;
use crate::Admin;
use actix_web::post;
use purser_http::{
    body::{Body, NoBody},
    path::PathId,
    problem::Refusal,
    reply::Reply,
    routes::Routes,
};
use purser_http_tenancy::organizations::{CloseOrganization, SuspendOrganization};
use purser_kernel::{OrganizationId, Permission, ids::Organization};
use purser_store::WriteTx;
use purser_tenancy::{
    entity::organization::Model,
    organizations::{self, administration},
};
use serde_json::{Value, json};

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(suspend).service(reactivate).service(close);
}

/// Writes the change down in the platform's trail, commits, and answers.
async fn done(
    admin: &Admin,
    tx: WriteTx,
    action: &'static str,
    details: Value,
    organization: Model,
) -> Result<Reply, Refusal> {
    administration::note(&tx, admin.scope(), action, &details).await?;
    tx.commit().await?;
    let view = PlatformOrganizationView::from(organization);
    Ok(Reply::ok(&view)?.etag(view.version))
}

/// Suspends an organization: everything but reading is refused there, and its owners cannot re-activate it.
#[utoipa::path(
    tag = "Platform",
    security(("platform" = [])),
    params(("id" = OrganizationId, Path)),
    request_body = SuspendOrganization,
    responses((status = 200, body = PlatformOrganizationView)),
)]
#[post("/v1/platform/organizations/{id}/suspend")]
async fn suspend(
    admin: Admin,
    PathId(id): PathId<Organization>,
    body: Body<SuspendOrganization>,
) -> Result<Reply, Refusal> {
    let tx = admin.begin_in(id, Permission::OrganizationOwn).await?;
    let organization = organizations::suspend(&tx, &body.into_inner().reason).await?;
    let details = json!({ "reason": organization.suspension_reason });
    done(&admin, tx, "organization.suspend", details, organization).await
}

/// Ends the suspension of an organization, whoever has suspended it.
#[utoipa::path(
    tag = "Platform",
    security(("platform" = [])),
    params(("id" = OrganizationId, Path)),
    responses((status = 200, body = PlatformOrganizationView)),
)]
#[post("/v1/platform/organizations/{id}/reactivate")]
async fn reactivate(admin: Admin, PathId(id): PathId<Organization>, _body: NoBody) -> Result<Reply, Refusal> {
    let tx = admin.begin_in(id, Permission::OrganizationOwn).await?;
    let organization = organizations::reactivate(&tx).await?;
    done(&admin, tx, "organization.reactivate", json!({}), organization).await
}

/// Closes an organization for good: nobody gets in any more. What it had is kept for the retention at the least.
#[utoipa::path(
    tag = "Platform",
    security(("platform" = [])),
    params(("id" = OrganizationId, Path)),
    request_body = CloseOrganization,
    responses((status = 200, body = PlatformOrganizationView)),
)]
#[post("/v1/platform/organizations/{id}/close")]
async fn close(
    admin: Admin,
    PathId(id): PathId<Organization>,
    body: Body<CloseOrganization>,
) -> Result<Reply, Refusal> {
    let tx = admin.begin_in(id, Permission::OrganizationOwn).await?;
    let organization = organizations::close(&tx, body.into_inner().retention_days).await?;
    let details = json!({ "purge_after": organization.purge_after });
    done(&admin, tx, "organization.close", details, organization).await
}
