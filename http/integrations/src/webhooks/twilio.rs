//! The door of Twilio.
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
    routes.service(receive_twilio);
}

/// Takes in a message, or how far one has come. The same again changes nothing. It is signed over the URL that Twilio was given: the
/// installation's public address and the connection's `callback_path`.
#[utoipa::path(
    tag = "Webhooks",
    params(
        ("organization_id" = OrganizationId, Path),
        ("integration_id" = IntegrationId, Path),
        ("X-Twilio-Signature" = String, Header, description = "The HMAC-SHA1 of the URL and the parameters, in Base64"),
    ),
    request_body(content = String, content_type = "application/x-www-form-urlencoded", description = "A form as Twilio posts it, at most 3 MiB; JSON where the URL has its `bodySHA256`"),
    responses((status = 200, body = String, content_type = "text/xml"), (status = 401)),
    security(()),
)]
#[post("/v1/webhooks/twilio/{organization_id}/{integration_id}")]
async fn receive_twilio(
    anyone: Anyone,
    door: Door,
    doors: Data<Doors>,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, Refusal> {
    let visit = Visit { provider: Provider::Twilio, anyone: &anyone, door: &door, doors: &doors, request: &request };
    visit.take_in(body, MAX_BODY).await?;
    // TwiML that says nothing: nobody is answered.
    Ok(HttpResponse::Ok().content_type("text/xml; charset=utf-8").body("<Response/>"))
}
