//! Working in another of one's organizations.
use super::log_in::SignedInView;
use actix_web::{http::StatusCode, post};
use purser_http::{body::Body, cookies::Delivery, problem::Refusal, reply::Reply, routes::Routes, unit::Read};
use purser_kernel::OrganizationId;
use serde::Deserialize;
use utoipa::ToSchema;

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(switch_organization);
}

/// Where the caller wants to work.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SwitchOrganizationRequest {
    /// One of the caller's organizations.
    organization_id: OrganizationId,
}

/// Opens a session in another of the caller's organizations. The one they came with stays open.
#[utoipa::path(
    tag = "Auth",
    request_body = SwitchOrganizationRequest,
    responses((status = 200, body = SignedInView)),
)]
#[post("/v1/auth/switch-organization")]
async fn switch_organization(
    caller: Read,
    delivery: Delivery,
    body: Body<SwitchOrganizationRequest>,
) -> Result<Reply, Refusal> {
    let auth = caller.auth();
    let organization = body.into_inner().organization_id;
    let signed_in = auth.switch_organization(caller.scope(), caller.session()?, organization).await?;
    Ok(delivery.reply(StatusCode::OK, SignedInView::from(signed_in))?)
}
