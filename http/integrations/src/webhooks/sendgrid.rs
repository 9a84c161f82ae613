//! The door of Twilio SendGrid.
use super::{Door, Visit};
use actix_web::{
    HttpMessage, HttpRequest, HttpResponse, post,
    web::{Data, Payload},
};
use purser_http::{problem::Refusal, routes::Routes, unit::Anyone};
use purser_integrations::{
    Provider,
    webhooks::{Doors, MAX_BODY, MAX_MAIL},
};
use purser_kernel::{OrganizationId, ids::IntegrationId};

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.service(receive_sendgrid);
}

/// Takes in a mail of Inbound Parse, which comes as a form, or a batch of the Event Webhook, which comes as JSON. The same again changes
/// nothing.
#[utoipa::path(
    tag = "Webhooks",
    params(
        ("organization_id" = OrganizationId, Path),
        ("integration_id" = IntegrationId, Path),
        ("X-Twilio-Email-Event-Webhook-Signature" = String, Header, description = "The ECDSA signature over timestamp and body, in Base64"),
        ("X-Twilio-Email-Event-Webhook-Timestamp" = String, Header, description = "When it was signed"),
    ),
    request_body(content((String = "multipart/form-data"), (Object = "application/json")), description = "A mail with its files, at most 30 MiB, or a list of events"),
    responses((status = 200), (status = 401)),
    security(()),
)]
#[post("/v1/webhooks/sendgrid/{organization_id}/{integration_id}")]
async fn receive_sendgrid(
    anyone: Anyone,
    door: Door,
    doors: Data<Doors>,
    request: HttpRequest,
    body: Payload,
) -> Result<HttpResponse, Refusal> {
    let visit = Visit { provider: Provider::SendGrid, anyone: &anyone, door: &door, doors: &doors, request: &request };
    let is_mail = request.content_type().eq_ignore_ascii_case("multipart/form-data");
    visit.take_in(body, if is_mail { MAX_MAIL } else { MAX_BODY }).await?;
    Ok(HttpResponse::Ok().finish())
}
