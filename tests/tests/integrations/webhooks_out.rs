//! Events on their way to endpoints.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops where it fails")]
mod abreast;
mod deliveries;
mod disabled;
mod endpoints;
mod event_types;
mod failing;
mod fairness;
mod killed;
mod offered;
mod order;
mod reach;
mod retries;
mod secrets;
mod sending;
mod sweep;
mod tls;

use chrono::{DateTime, TimeDelta, Utc};
use purser_kernel::Clock;
use purser_tests::{
    app::{Tenant, TestApp, eventually},
    database::Engine,
    receiver::Receiver,
};
use serde_json::{Value, json};
use std::time::Duration;

/// An organization, and somebody who is sent its events.
pub(crate) struct Hooks {
    pub(crate) app: TestApp,
    pub(crate) owner: Tenant,
    pub(crate) receiver: Receiver,
    pub(crate) clock: Clock,
}

/// A clock that the test moves.
pub(crate) fn still() -> Clock {
    Clock::fixed(DateTime::parse_from_rfc3339("2026-11-20T10:00:00Z").unwrap().to_utc())
}

impl Hooks {
    pub(crate) async fn start(engine: Engine) -> Option<Self> {
        Self::start_at(engine, Clock::system()).await
    }

    /// By this clock, and with little patience.
    pub(crate) async fn start_at(engine: Engine, clock: Clock) -> Option<Self> {
        Self::start_with(engine, clock, Duration::from_secs(1)).await
    }

    /// By this clock, and with patience for longer than any test.
    pub(crate) async fn patient(engine: Engine, clock: Clock) -> Option<Self> {
        Self::start_with(engine, clock, Duration::from_secs(25)).await
    }

    async fn start_with(engine: Engine, clock: Clock, patience: Duration) -> Option<Self> {
        let app = TestApp::start_at(engine, clock.clone(), |config| config.webhook_timeout = patience);
        let app = app.await?;
        let owner = app.tenant("Blue Harbor Foods").await;
        Some(Self { app, owner, receiver: Receiver::start().await, clock })
    }

    /// An endpoint at the receiver, with what is different about it.
    pub(crate) async fn endpoint(&self, change: Value) -> Value {
        let mut body = json!({ "url": format!("{}/hooks", self.receiver.url), "event_types": ["project.created", "project.updated"] });
        for (name, value) in change.as_object().unwrap() {
            body[name] = value.clone();
        }
        self.owner.create("/v1/webhook-endpoints", &body).await
    }

    /// The endpoint as it is now.
    pub(crate) async fn shown(&self, endpoint: &Value) -> Value {
        self.owner.get(&path(endpoint)).await.expect(200).json()
    }

    /// Something happens: a project begins.
    pub(crate) async fn project(&self, name: &str) -> Value {
        self.owner.create("/v1/projects", &json!({ "name": name })).await
    }

    /// Something happens to it.
    pub(crate) async fn rename(&self, project: &Value, version: i64, name: &str) {
        let path = format!("/v1/projects/{}", project["id"].as_str().unwrap());
        self.owner.patch(&path, version, &json!({ "name": name })).await.expect(200);
    }

    /// Deliveries, the oldest first.
    pub(crate) async fn deliveries(&self, query: &str) -> Vec<Value> {
        let list = self.owner.get(&format!("/v1/webhook-deliveries?{query}")).await.expect(200).json();
        let mut data = list["data"].as_array().unwrap().clone();
        data.reverse();
        data
    }

    /// Waits for so many deliveries that stand so and have been tried so often, and of which no attempt goes on.
    pub(crate) async fn wait(&self, status: &str, attempts: i64, count: usize) -> Vec<Value> {
        eventually(&format!("{count} deliveries to be {status} after {attempts}"), || async {
            let mut found = self.deliveries(&format!("status={status}")).await;
            let waits = |delivery: &Value| {
                delivery["next_attempt_at"]
                    .as_str()
                    .is_some_and(|next| next.parse::<DateTime<Utc>>().is_ok_and(|next| self.clock.now() < next))
            };
            found.retain(|delivery| delivery["attempts"] == attempts && (status != "retrying" || waits(delivery)));
            (found.len() >= count).then_some(found)
        })
        .await
    }

    /// Time goes on, and whoever was signed in has to do so again.
    pub(crate) async fn later(&mut self, by: TimeDelta) {
        self.clock.advance(by);
        self.owner = self.owner.signed_in_at(&self.app.url).await;
    }

    pub(crate) async fn verb(&self, endpoint: &Value, verb: &str, body: &Value) -> Value {
        let path = format!("{}/{verb}", path(endpoint));
        let answer = self.owner.post(&path, body).await;
        assert!(answer.status < 300, "{answer:?}");
        answer.json()
    }
}

pub(crate) fn path(endpoint: &Value) -> String {
    format!("/v1/webhook-endpoints/{}", endpoint["id"].as_str().unwrap())
}
