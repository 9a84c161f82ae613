//! Following events as they happen.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops where it fails")]
mod ends;
mod filters;
mod idle;
mod nodes;
mod order;
mod resuming;
mod rights;
mod slow;
mod unread;
mod wire;

use async_trait::async_trait;
use purser_api::Config;
use purser_integrations::streams::Caller;
use purser_kernel::{Id, PermissionSet, Problem, Scope};
use purser_messaging::ConversationLinked;
use purser_tests::{
    app::{Tenant, TestApp, eventually},
    database::{Engine, uuid_literal},
    event_stream::Sent,
};
use serde_json::{Value, json};
use std::time::Duration;

/// A server whose streams say often that they are there.
pub(crate) async fn lively(engine: Engine) -> Option<TestApp> {
    TestApp::start_with(engine, beats).await
}

pub(crate) fn beats(config: &mut Config) {
    config.stream_heartbeat = Duration::from_millis(100);
}

/// Who may do the same at any time.
pub(crate) struct Anybody(pub(crate) Scope);

#[async_trait]
impl Caller for Anybody {
    async fn now(&self) -> Result<Scope, Problem> {
        Ok(self.0.clone())
    }
}

/// Somebody who may do everything.
pub(crate) fn scope_of(tenant: &Tenant) -> Scope {
    Scope::user(tenant.organization_id.parse().unwrap(), tenant.user_id.parse().unwrap(), PermissionSet::all())
}

/// Something happens: a project begins.
pub(crate) async fn project(who: &Tenant, name: &str) -> Value {
    who.create("/v1/projects", &json!({ "name": name })).await
}

/// A lot happens at once: so many conversations are linked, in one transaction.
pub(crate) async fn happen(app: &TestApp, tenant: &Tenant, count: usize) {
    let scope = Scope::system(tenant.organization_id.parse().unwrap(), "test");
    let linked = |_| ConversationLinked { conversation_id: Id::generate(), customer_id: Id::generate() };
    let tx = app.app().services().store.write(&scope).await.unwrap();
    tx.emit_many(&(0..count).map(linked).collect::<Vec<_>>()).await.unwrap();
    tx.commit().await.unwrap();
}

/// The numbers of the events.
pub(crate) fn numbers(events: &[Sent]) -> Vec<i64> {
    events.iter().map(|event| event.id).collect()
}

/// The names in the events, of projects, engagements and customers that is.
pub(crate) fn names(events: &[Sent]) -> Vec<String> {
    let name = |data: &Value| data.get("name").or(data.get("business_name")).and_then(Value::as_str).map(str::to_owned);
    events.iter().map(|event| name(&event.data["data"]).unwrap_or_default()).collect()
}

/// The number of the organization's newest event, once all that was committed has one.
pub(crate) async fn newest(app: &TestApp, tenant: &Tenant) -> i64 {
    let organization = uuid_literal(app.database.engine, &tenant.organization_id);
    let sql = format!(
        "select cast(count(*) as text), cast(coalesce(max(sequence), 0) as text) from outbox_events
         where organization_id = {organization}"
    );
    eventually("all events to be numbered", || async {
        let rows = app.database.owner().await.rows(&sql).await.unwrap();
        (rows[0][0] == rows[0][1]).then(|| rows[0][1].parse().unwrap())
    })
    .await
}
