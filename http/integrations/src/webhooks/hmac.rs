//! The door of whoever signs with a shared secret.
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
    routes.service(receive_hmac);
}

/// Takes in what is signed as the connection says, in the header that it names. The same event again changes nothing.
#[utoipa::path(
    tag = "Webhooks",
    params(
        ("organization_id" = OrganizationId, Path),
        ("integration_id" = IntegrationId, Path),
    ),
    request_body(content = Object, description = "Whatever is sent, at most 3 MiB"),
    responses((status = 200), (status = 401)),
    security(()),
)]
#[post("/v1/webhooks/hmac/{organization_id}/{integration_id}")]
async fn receive_hmac(
    anyone: Anyone,
    door: Door,
    doors: Data<Doors>,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, Refusal> {
    let visit = Visit { provider: Provider::Hmac, anyone: &anyone, door: &door, doors: &doors, request: &request };
    visit.take_in(body, MAX_BODY).await?;
    Ok(HttpResponse::Ok().finish())
}
