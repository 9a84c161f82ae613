//! The door of Gmail.
use super::{Door, Visit};
use actix_web::{
    HttpRequest, HttpResponse, post,
    web::{Data, Payload},
};
use purser_http::{problem::Refusal, routes::Routes, unit::Anyone};
use purser_integrations::{
    Provider,
    webhooks::{Doors, MAX_BODY},
};
use purser_kernel::{OrganizationId, ids::IntegrationId};

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(receive_gmail);
}

/// Takes in that a mailbox has changed, as Google's Pub/Sub pushes it. The same again changes nothing.
#[utoipa::path(
    tag = "Webhooks",
    params(
        ("organization_id" = OrganizationId, Path),
        ("integration_id" = IntegrationId, Path),
        ("Authorization" = String, Header, description = "`Bearer` and the token of the push subscription"),
    ),
    request_body(content = Object, description = "A message of Pub/Sub"),
    responses((status = 200), (status = 401)),
    security(()),
)]
#[post("/v1/webhooks/gmail/{organization_id}/{integration_id}")]
async fn receive_gmail(
    anyone: Anyone,
    door: Door,
    doors: Data<Doors>,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, Refusal> {
    let visit = Visit { provider: Provider::Gmail, anyone: &anyone, door: &door, doors: &doors, request: &request };
    visit.take_in(body, MAX_BODY).await?;
    Ok(HttpResponse::Ok().finish())
}
