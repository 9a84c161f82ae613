//! An endpoint, as it is shown.
use chrono::{DateTime, Utc};
use purser_integrations::webhook_endpoints::{self, EndpointState, Issued, Model};
use purser_kernel::{
    ExposeSecret, Problem,
    ids::{UserId, WebhookEndpointId},
};
use purser_store::{ReadTx, name_of};
use serde::Serialize;
use utoipa::ToSchema;

/// An address that events are sent to.
#[derive(Debug, Serialize, ToSchema)]
pub struct WebhookEndpointView {
    id: WebhookEndpointId,
    url: String,
    description: Option<String>,
    /// Null for all.
    event_types: Option<Vec<String>>,
    ordered: bool,
    /// Attempts in a minute; null for no limit.
    rate_limit: Option<i32>,
    max_attempts: i32,
    is_active: bool,
    /// `requested`, `failing` or `gone`; null while it is active.
    disabled_reason: Option<String>,
    disabled_at: Option<DateTime<Utc>>,
    /// Until when requests are signed with the secret before the last rotation as well.
    previous_secret_until: Option<DateTime<Utc>>,
    /// Since when nothing was taken, with no silence of 60 hours; null while what is sent is taken. After five days the endpoint is switched off.
    failing_since: Option<DateTime<Utc>>,
    /// Until when nothing is sent, because the endpoint has asked for it or has not answered in time.
    paused_until: Option<DateTime<Utc>>,
    created_by: Option<UserId>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    version: i64,
}

impl WebhookEndpointView {
    pub(super) fn new(endpoint: Model, state: EndpointState) -> Self {
        let EndpointState { failing_since, paused_until } = state;
        Self {
            id: endpoint.id,
            url: endpoint.url,
            description: endpoint.description,
            event_types: endpoint.event_types.map(|types| types.0),
            ordered: endpoint.ordered,
            rate_limit: endpoint.rate_limit,
            max_attempts: endpoint.max_attempts,
            is_active: endpoint.is_active,
            disabled_reason: endpoint.disabled_reason.map(|reason| name_of(&reason)),
            disabled_at: endpoint.disabled_at,
            previous_secret_until: endpoint.previous_secret_until,
            failing_since,
            paused_until,
            created_by: endpoint.created_by,
            created_at: endpoint.created_at,
            updated_at: endpoint.updated_at,
            version: endpoint.version,
        }
    }

    pub(super) fn version(&self) -> i64 {
        self.version
    }
}

/// The endpoint with how sending to it goes.
pub(super) async fn shown(tx: &ReadTx, endpoint: Model) -> Result<WebhookEndpointView, Problem> {
    let state = webhook_endpoints::state_of(tx, endpoint.id).await?;
    Ok(WebhookEndpointView::new(endpoint, state))
}

/// An endpoint whose secret was just made.
#[derive(Serialize, ToSchema)]
pub struct IssuedEndpointView {
    #[serde(flatten)]
    endpoint: WebhookEndpointView,
    /// What requests are signed with, as Standard Webhooks has it. Shown this once.
    #[schema(example = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD")]
    secret: String,
}

impl IssuedEndpointView {
    pub(super) fn new(Issued { endpoint, secret }: Issued, state: EndpointState) -> Self {
        let secret = secret.expose_secret().to_owned();
        Self { endpoint: WebhookEndpointView::new(endpoint, state), secret }
    }

    pub(super) fn id(&self) -> WebhookEndpointId {
        self.endpoint.id
    }

    pub(super) fn version(&self) -> i64 {
        self.endpoint.version
    }
}

impl From<Issued> for IssuedEndpointView {
    /// Nothing was sent to it yet.
    fn from(issued: Issued) -> Self {
        Self::new(issued, EndpointState::default())
    }
}
