//! Suspending, re-activating and closing the organization.
use super::OrganizationView;
use actix_web::{HttpResponse, post};
use purser_http::{
    body::{Body, NoBody},
    problem::Refusal,
    reply::Reply,
    routes::Routes,
    unit::Write,
};
use purser_tenancy::organizations;
use serde::Deserialize;
use utoipa::ToSchema;

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(suspend).service(reactivate).service(close);
}

/// Why the organization is suspended.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SuspendOrganization {
    /// Why.
    #[schema(max_length = 500)]
    pub reason: String,
}

/// How long what the organization had is kept.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CloseOrganization {
    /// Days.
    #[schema(minimum = 1, maximum = 3653)]
    pub retention_days: i32,
}

/// Suspends the organization: everything but reading and re-activating it is refused.
#[utoipa::path(
    tag = "Organization",
    security(("bearer" = ["organization.own"])),
    request_body = SuspendOrganization,
    responses((status = 200, body = OrganizationView)),
)]
#[post("/v1/organization/suspend")]
async fn suspend(unit: Write, body: Body<SuspendOrganization>) -> Result<HttpResponse, Refusal> {
    let tx = unit.begin_while_suspended(&body).await?;
    let view = OrganizationView::from(organizations::suspend(&tx, &body.into_inner().reason).await?);
    unit.commit(tx, Reply::ok(&view)?.etag(view.version)).await
}

/// Ends the suspension of the organization.
#[utoipa::path(
    tag = "Organization",
    security(("bearer" = ["organization.own"])),
    responses((status = 200, body = OrganizationView)),
)]
#[post("/v1/organization/reactivate")]
async fn reactivate(unit: Write, body: NoBody) -> Result<HttpResponse, Refusal> {
    let tx = unit.begin_while_suspended(&body).await?;
    let view = OrganizationView::from(organizations::reactivate(&tx).await?);
    unit.commit(tx, Reply::ok(&view)?.etag(view.version)).await
}

/// Closes the organization for good: nobody gets in any more. What it had is kept for the retention at the least.
#[utoipa::path(
    tag = "Organization",
    security(("bearer" = ["organization.own"])),
    request_body = CloseOrganization,
    responses((status = 200, body = OrganizationView)),
)]
#[post("/v1/organization/close")]
async fn close(unit: Write, body: Body<CloseOrganization>) -> Result<HttpResponse, Refusal> {
    let tx = unit.begin_while_suspended(&body).await?;
    let view = OrganizationView::from(organizations::close(&tx, body.into_inner().retention_days).await?);
    unit.commit(tx, Reply::ok(&view)?.etag(view.version)).await
}
