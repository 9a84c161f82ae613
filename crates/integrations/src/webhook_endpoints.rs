//! Addresses that an organization has its events sent to.
mod concerns;
pub(crate) mod deletion;
mod event_types;
mod secret;
mod state;
mod switch;
mod target;
mod test_event;

pub use concerns::EndpointOwners;
pub use purser_entity_integrations::webhook_endpoint::{DisabledReason, EventTypes, Model};
pub use secret::rotate_secret;
pub use state::{EndpointState, state_of, states};
pub use switch::{disable, enable};
pub use target::Targets;
pub use test_event::send_test;

pub(crate) use secret::opened;
pub(crate) use state::lock;
pub(crate) use switch::{give_up, go_on, off};

use event_types::checked_types;
use purser_entity_integrations::{
    webhook_endpoint::{ActiveModel, Column, Entity},
    webhook_endpoint_state,
};
use purser_kernel::{Expected, Patch, SecretString, ids::WebhookEndpointId, text::Findings};
use purser_store::{Sealed, name_of, prelude::*};
use serde_json::{Value, json};

const MAX_DESCRIPTION: usize = 200;
/// Deliveries in a minute: 1,000 a second.
const MAX_RATE: i32 = 60_000;
const MAX_ATTEMPTS: i32 = 50;
/// What an installation takes of an endpoint.
#[derive(Clone, Debug)]
pub struct WebhookRules {
    /// Where events may be sent.
    pub targets: Targets,
    /// The types of events that there are.
    pub event_types: Vec<&'static str>,
}

/// Endpoints of one organization: each event is a row for each of them.
pub(crate) const MAX_ENDPOINTS: u64 = 50;
pub(crate) const RESOURCE: &str = "webhook_endpoint";

/// An endpoint that is to be made.
#[derive(Clone, Debug)]
pub struct NewEndpoint {
    /// Where events are sent. What may be named is [`Targets`]' to say.
    pub url: String,
    /// What it is for, in one line.
    pub description: Option<String>,
    /// Which events; `None` for all.
    pub event_types: Option<Vec<String>>,
    /// Whether what fails holds back what comes after it about the same resource.
    pub ordered: bool,
    /// Attempts in a minute; `None` for no limit.
    pub rate_limit: Option<i32>,
    /// Attempts at one delivery.
    pub max_attempts: i32,
}

/// What changes in an endpoint. What is left out stays.
#[derive(Clone, Debug, Default)]
pub struct EndpointChange {
    /// As in [`NewEndpoint`].
    pub url: Option<String>,
    /// As in [`NewEndpoint`].
    pub description: Patch<String>,
    /// As in [`NewEndpoint`].
    pub event_types: Patch<Vec<String>>,
    /// As in [`NewEndpoint`].
    pub ordered: Option<bool>,
    /// As in [`NewEndpoint`].
    pub rate_limit: Patch<i32>,
    /// As in [`NewEndpoint`].
    pub max_attempts: Option<i32>,
}

/// An endpoint whose secret was just made.
#[derive(Debug)]
pub struct Issued {
    /// The endpoint.
    pub endpoint: Model,
    /// What its requests are signed with: `whsec_…`. Shown now and never again.
    pub secret: SecretString,
}

/// Endpoints, the newest first.
pub async fn list(tx: &ReadTx, page: &PageRequest) -> Result<Page<Model>, Problem> {
    tx.scope().require(Permission::WebhooksRead)?;
    tx.find::<Entity>().page(page).await
}

/// One endpoint.
pub async fn get(tx: &ReadTx, id: WebhookEndpointId) -> Result<Model, Problem> {
    tx.scope().require(Permission::WebhooksRead)?;
    tx.get::<Entity>(id).await
}

/// Makes an endpoint. `in_use` when the organization has as many as one may have.
pub async fn create(tx: &WriteTx, rules: &WebhookRules, new: NewEndpoint) -> Result<Issued, Problem> {
    tx.scope().require(Permission::WebhooksManage)?;
    let NewEndpoint { url, description, event_types, ordered, rate_limit, max_attempts } = new;
    let change = checked(
        rules,
        EndpointChange {
            url: Some(url),
            description: description.map_or(Patch::Null, Patch::Value),
            event_types: event_types.map_or(Patch::Null, Patch::Value),
            ordered: Some(ordered),
            rate_limit: rate_limit.map_or(Patch::Null, Patch::Value),
            max_attempts: Some(max_attempts),
        },
    )?;
    has_room(tx).await?;
    let id = WebhookEndpointId::generate();
    let (secret, Sealed { ciphertext, key_id }) = secret::new(tx, id).await?;
    let mut row = ActiveModel {
        id: Set(id),
        secret_ciphertext: Set(ciphertext),
        secret_key_id: Set(key_id),
        previous_secret_ciphertext: Set(None),
        previous_secret_key_id: Set(None),
        previous_secret_until: Set(None),
        is_active: Set(true),
        disabled_reason: Set(None),
        disabled_at: Set(None),
        created_by: Set(tx.scope().actor.user()),
        deleted_at: Set(None),
        deleted_by: Set(None),
        ..Default::default()
    };
    apply(change, &mut row);
    let endpoint = tx.insert(row).await?;
    let state = webhook_endpoint_state::ActiveModel {
        endpoint_id: Set(id),
        lane_job: Set(None),
        lane_until: Set(None),
        failing_since: Set(None),
        last_failed_at: Set(None),
        paused_until: Set(None),
        paced_until: Set(None),
        ..Default::default()
    };
    tx.insert_many([state]).await?;
    tx.audit(AuditEntry::new("webhook_endpoint.create", RESOURCE, id).after(&view(&endpoint))).await?;
    Ok(Issued { endpoint, secret })
}

/// Whoever adds one waits for those who do the same: two cannot both take the last place.
async fn has_room(tx: &WriteTx) -> Result<(), Problem> {
    tx.find_for_update::<webhook_endpoint_state::Entity>()
        .order_by(webhook_endpoint_state::Column::Id, Asc)
        .all(MAX_ENDPOINTS)
        .await?;
    let count = tx.find::<Entity>().count().await?;
    if u64::try_from(count).is_ok_and(|count| count < MAX_ENDPOINTS) {
        return Ok(());
    }
    let detail = format!("An organization has at most {MAX_ENDPOINTS} webhook endpoints.");
    Err(Problem::of(crate::IntegrationProblem::WebhookEndpointsFull).detail(detail))
}

/// Changes an endpoint that has the version `expected`.
pub async fn update(
    tx: &WriteTx,
    rules: &WebhookRules,
    id: WebhookEndpointId,
    expected: impl Into<Expected>,
    change: EndpointChange,
) -> Result<Model, Problem> {
    tx.scope().require(Permission::WebhooksManage)?;
    state::lock(tx, id).await?;
    let before = tx.get_for_update::<Entity>(id).await?;
    tx.expect_version(&before, expected)?;
    let change = checked(rules, change)?;
    let (was, was_ordered, was_at) = (view(&before), before.ordered, before.url.clone());
    let endpoint = tx.update(before, |row| apply(change, row)).await?;
    if endpoint.url != was_at {
        switch::begin_anew(tx, id).await?;
    }
    if was_ordered && !endpoint.ordered {
        go_on(tx, id).await?;
    }
    tx.audit(AuditEntry::new("webhook_endpoint.update", RESOURCE, id).before(&was).after(&view(&endpoint))).await?;
    // It may have waited for what was just changed.
    tx.enqueue(crate::delivery::wake(id)).await?;
    Ok(endpoint)
}

/// Deletes an endpoint. What was not sent yet is not sent any more; what was can still be looked at.
pub async fn delete(tx: &WriteTx, id: WebhookEndpointId, expected: impl Into<Expected>) -> Result<(), Problem> {
    tx.scope().require(Permission::WebhooksManage)?;
    state::lock(tx, id).await?;
    let row = tx.get_for_update::<Entity>(id).await?;
    tx.expect_version(&row, expected)?;
    give_up(tx, id, "endpoint_deleted").await?;
    tx.audit(AuditEntry::new("webhook_endpoint.delete", RESOURCE, id).before(&view(&row))).await?;
    tx.soft_delete(row).await
}

fn checked(rules: &WebhookRules, change: EndpointChange) -> Result<EndpointChange, Problem> {
    let EndpointChange { url, description, event_types, ordered, rate_limit, max_attempts } = change;
    let mut found = Findings::new();
    let url = found.check(url.map(|url| rules.targets.checked(&url).map(String::from)).transpose())?.flatten();
    let description = description.try_map(|text| text::line("/description", &text, MAX_DESCRIPTION));
    let description = found.check(description)?.unwrap_or_default();
    let event_types = found.check(event_types.try_map(|types| checked_types(rules, &types)))?.unwrap_or_default();
    let rate_limit = found.check(rate_limit.try_map(|rate| within("/rate_limit", rate, MAX_RATE)))?.unwrap_or_default();
    let max_attempts = max_attempts.map(|most| within("/max_attempts", most, MAX_ATTEMPTS)).transpose();
    let max_attempts = found.check(max_attempts)?.flatten();
    found.finish()?;
    Ok(EndpointChange { url, description, event_types, ordered, rate_limit, max_attempts })
}

fn within(pointer: &str, value: i32, most: i32) -> Result<i32, Problem> {
    if (1..=most).contains(&value) {
        return Ok(value);
    }
    Err(Problem::invalid(pointer, "out_of_range", format!("must be from 1 to {most}")))
}

fn apply(change: EndpointChange, row: &mut ActiveModel) {
    let EndpointChange { url, description, event_types, ordered, rate_limit, max_attempts } = change;
    if let Some(url) = url {
        row.url = Set(url);
    }
    if let Some(description) = description.into_change() {
        row.description = Set(description);
    }
    if let Some(types) = event_types.into_change() {
        row.event_types = Set(types.map(EventTypes));
    }
    if let Some(ordered) = ordered {
        row.ordered = Set(ordered);
    }
    if let Some(rate) = rate_limit.into_change() {
        row.rate_limit = Set(rate);
    }
    if let Some(most) = max_attempts {
        row.max_attempts = Set(most);
    }
}

/// An endpoint as the audit trail shows it. Its address may hold a token of the receiver's: the host says where events go.
pub(crate) fn view(endpoint: &Model) -> Value {
    let host = url::Url::parse(&endpoint.url).ok().and_then(|url| url.host_str().map(str::to_owned));
    json!({
        "host": host,
        "description": endpoint.description,
        "event_types": endpoint.event_types.as_ref().map(|types| &types.0),
        "ordered": endpoint.ordered,
        "rate_limit": endpoint.rate_limit,
        "max_attempts": endpoint.max_attempts,
        "is_active": endpoint.is_active,
        "disabled_reason": endpoint.disabled_reason.map(|reason| name_of(&reason)),
        "previous_secret_until": endpoint.previous_secret_until,
    })
}

/// The events that this crate publishes.
pub fn event_types() -> Vec<EventType> {
    vec![EventType::of::<switch::WebhookEndpointDisabled>(), EventType::of::<test_event::WebhookTest>()]
}

/// The endpoints that there are, for an event: those that are switched off miss it and can be sent it later.
pub(crate) async fn all(tx: &ReadTx) -> Result<Vec<Model>, Problem> {
    tx.find::<Entity>().order_by(Column::Id, Asc).all(MAX_ENDPOINTS).await
}
