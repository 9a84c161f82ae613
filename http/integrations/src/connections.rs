//! Connections with providers that have a route of their own.
mod gmail;
mod hmac;
mod sendgrid;
mod twilio;

use crate::integrations::IntegrationView;
use actix_web::HttpResponse;
use purser_http::{
    body::Body,
    problem::Refusal,
    reply::Reply,
    routes::Routes,
    unit::{Read, Write},
};
use purser_integrations::connections::{self, ConnectionPatch, Connects, NewConnection};
use purser_kernel::ids::IntegrationId;

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes.configure(twilio::routes).configure(sendgrid::routes).configure(gmail::routes).configure(hmac::routes);
}

async fn created<C, B>(unit: Write, body: Body<B>) -> Result<HttpResponse, Refusal>
where
    C: Connects,
    B: Into<NewConnection<C>>,
{
    let tx = unit.begin(&body).await?;
    let integration = connections::create(&tx, body.into_inner().into()).await?;
    let (version, location) = (integration.version, format!("/v1/integrations/{}", integration.id));
    let view = IntegrationView::new(unit.scope().organization, integration);
    unit.commit(tx, Reply::created(&view)?.etag(version).location(location)).await
}

async fn shown<C: Connects>(unit: Read, id: IntegrationId) -> Result<Reply, Refusal> {
    let tx = unit.begin().await?;
    let integration = connections::get::<C>(&tx, id).await?;
    let version = integration.version;
    Ok(Reply::ok(&IntegrationView::new(unit.scope().organization, integration))?.etag(version))
}

async fn updated<C, B>(unit: Write, id: IntegrationId, body: Body<B>) -> Result<HttpResponse, Refusal>
where
    C: Connects,
    B: Into<ConnectionPatch<C>>,
{
    let expected = unit.if_match()?;
    let tx = unit.begin(&body).await?;
    let integration = connections::update(&tx, id, expected, body.into_inner().into()).await?;
    let version = integration.version;
    let view = IntegrationView::new(unit.scope().organization, integration);
    unit.commit(tx, Reply::ok(&view)?.etag(version)).await
}
