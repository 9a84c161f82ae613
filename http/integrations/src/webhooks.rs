//! Providers' doors. No session: who may speak is decided by the provider's signature.
mod gmail;
mod hmac;
mod sendgrid;
mod twilio;
mod whatsapp;

use actix_web::{
    FromRequest, HttpRequest,
    dev::Payload,
    web::{self, Bytes},
};
use purser_http::{problem::Refusal, routes::Routes, unit::Anyone};
use purser_integrations::{
    Provider,
    webhooks::{self, Doors, Knock, Lock},
};
use purser_kernel::{CommonProblem, OrganizationId, Problem, Scope, ids::IntegrationId};
use purser_store::ReadTx;
use std::{
    collections::BTreeMap,
    future::{Ready, ready},
};

pub(super) fn routes(routes: &mut Routes<'_>) {
    routes
        .configure(whatsapp::routes)
        .configure(twilio::routes)
        .configure(sendgrid::routes)
        .configure(gmail::routes)
        .configure(hmac::routes);
}

/// Which door. What is no id names no door, as an id that never was.
struct Door {
    organization: OrganizationId,
    integration: IntegrationId,
}

impl Door {
    /// Purser's own scope: the caller has none until the signature is checked.
    fn scope(&self, anyone: &Anyone) -> Scope {
        let scope = Scope::system(self.organization, anyone.request_id.clone());
        Scope { client: anyone.client.clone(), ..scope }
    }

    /// Opens the transaction in which it is seen who knocks. A closed organization has no doors.
    async fn open(&self, anyone: &Anyone) -> Result<ReadTx, Problem> {
        let opened = anyone.store().read(&self.scope(anyone)).await;
        opened.map_err(|problem| {
            let is_closed = problem.is(CommonProblem::Unauthenticated);
            if is_closed { Problem::not_found("integration") } else { problem }
        })
    }
}

impl FromRequest for Door {
    type Error = Refusal;
    type Future = Ready<Result<Self, Refusal>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let part = |name| request.match_info().get(name);
        let organization = part("organization_id").and_then(|id| id.parse().ok());
        let integration = part("integration_id").and_then(|id| id.parse().ok());
        let door = organization.zip(integration).map(|(organization, integration)| Self { organization, integration });
        ready(door.ok_or_else(|| Problem::not_found("integration").into()))
    }
}

/// A body as it came, with a limit of its own.
async fn read(payload: web::Payload, limit: usize) -> Result<Bytes, Problem> {
    let body = payload.to_bytes_limited(limit).await;
    let body = body.map_err(|_| Problem::of(CommonProblem::PayloadTooLarge))?;
    body.map_err(|_| Problem::of(CommonProblem::MalformedRequest).detail("The body did not arrive whole."))
}

/// A request at a door.
struct Visit<'r> {
    provider: Provider,
    anyone: &'r Anyone,
    door: &'r Door,
    doors: &'r Doors,
    request: &'r HttpRequest,
}

impl Visit<'_> {
    /// Takes in what a provider sends: who it is is seen first, and nobody waits for its being read. Where there is no door the body is
    /// not even read from the wire.
    async fn take_in(self, payload: web::Payload, limit: usize) -> Result<(), Refusal> {
        let Self { provider, anyone, door, doors, request } = self;
        let tx = door.open(anyone).await?;
        let lock = Lock::of(&tx, provider, door.integration).await?;
        // Given back before another is asked for: a connection that waits for a connection can wait for ever.
        drop(tx);
        let body = read(payload, limit).await?;
        let headers = headers(request);
        let target = request.uri().path_and_query().map_or_else(|| request.path(), |target| target.as_str());
        let authentic = doors.check(&lock, Knock { target, headers: &headers, body: &body }).await?;
        let tx = anyone.store().write(&door.scope(anyone)).await?;
        webhooks::accept(&tx, authentic, &headers).await?;
        Ok(tx.commit().await?)
    }
}

fn headers(request: &HttpRequest) -> BTreeMap<String, String> {
    let text = request.headers().iter().filter_map(|(name, value)| Some((name, value.to_str().ok()?)));
    text.map(|(name, value)| (name.as_str().to_owned(), value.to_owned())).collect()
}
