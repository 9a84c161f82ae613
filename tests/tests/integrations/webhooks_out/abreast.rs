//! Several requests to one endpoint at the same time.
use super::{Hooks, still};
use chrono::TimeDelta;
use purser_kernel::Clock;
use purser_tests::{
    app::{TestApp, eventually},
    database::Engine,
    receiver::{Receiver, Response},
};
use rstest::rstest;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::sync::Mutex;

impl Hooks {
    /// With an endpoint at which as much is due as it is sent at once, and nobody has begun yet.
    async fn with_four_due(engine: Engine, clock: Clock, patience: Duration) -> Option<Self> {
        let app = TestApp::start_at(engine, clock.clone(), |config| config.workers = 0).await?;
        let owner = app.tenant("Blue Harbor Foods").await;
        let mut hooks = Self { app, owner, receiver: Receiver::start().await, clock };
        hooks.endpoint(json!({})).await;
        for name in ["Late", "Cold store", "Quay", "Pier"] {
            hooks.project(name).await;
        }
        hooks.receiver.answer(|request| if is_late(&request.json()) { Response::Never } else { Response::Status(204) });
        hooks.app.restart_with(|config| config.webhook_timeout = patience).await;
        hooks.owner = hooks.owner.at(&hooks.app.url);
        Some(hooks)
    }
}

fn is_late(event: &Value) -> bool {
    event["data"]["name"] == "Late"
}

/// With patience for longer than any test.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_was_taken_is_written_down_while_another_hangs(#[case] engine: Engine) {
    let Some(hooks) = Hooks::with_four_due(engine, Clock::system(), Duration::from_secs(25)).await else { return };
    hooks.wait("success", 1, 3).await;
    // And what comes now finds a place beside it.
    hooks.project("Dock").await;
    hooks.wait("success", 1, 4).await;
    assert_eq!(hooks.receiver.requests().len(), 5);
    assert_eq!(hooks.deliveries("status=pending").await.len(), 1);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn each_that_is_too_much_counts_as_a_try(#[case] engine: Engine) {
    let Some(mut hooks) = Hooks::with_four_due(engine, still(), Duration::from_secs(1)).await else { return };
    hooks.wait("success", 1, 3).await;
    hooks.wait("retrying", 1, 1).await;
    hooks.receiver.answer(|_| Response::Never);
    for name in ["Dock", "Jetty", "Wharf"] {
        hooks.project(name).await;
    }
    hooks.wait("pending", 0, 3).await;
    // Past the pause of an endpoint that did not answer.
    hooks.later(TimeDelta::seconds(10)).await;
    hooks.wait("retrying", 1, 3).await;
    hooks.wait("retrying", 2, 1).await;
    hooks.receiver.answer_with(204);
    hooks.later(TimeDelta::hours(1)).await;
    hooks.wait("success", 2, 3).await;
    hooks.wait("success", 3, 1).await;
    assert_eq!(hooks.receiver.requests().len(), 4 + 4 + 4);
}

/// A job that gives up the lane has looked for the last time, and has not committed yet. SQLite lets nobody look meanwhile.
#[tokio::test]
async fn what_comes_while_the_lane_is_given_up_is_not_forgotten() {
    let Some(hooks) = Hooks::start(Engine::Postgres).await else { return };
    hooks.endpoint(json!({})).await;
    hooks.project("Cold store").await;
    hooks.wait("success", 1, 1).await;
    hooks.app.settle().await;
    let mut holder = hooks.app.database.owner().await;
    let job = "kind = 'webhooks.deliver'";
    let held = format!(
        "update jobs set status = 'running', lease_owner = id, leased_until = now() + interval '1 hour' where {job};
         update webhook_endpoint_states set lane_job = (select id from jobs where {job} limit 1), lane_until = now() + interval '1 hour'"
    );
    holder.execute(&held).await.unwrap();
    holder.execute("begin").await.unwrap();
    holder.execute("update webhook_endpoint_states set lane_job = null, lane_until = null").await.unwrap();
    hooks.project("Quay").await;
    let others = Mutex::new(hooks.app.database.owner().await);
    let looked = format!(
        "select 'waits' from pg_locks join pg_stat_activity using (pid) where datname = current_database() and not granted
         union all select 'gone' from jobs where {job} and status = 'done'"
    );
    eventually("the event's job to look", || async {
        let found = others.lock().await.rows(&looked).await.unwrap();
        (!found.is_empty()).then_some(())
    })
    .await;
    holder
        .execute(&format!(
            "update jobs set status = 'done' where {job} and leased_until > now() + interval '30 minutes'"
        ))
        .await
        .unwrap();
    holder.execute("commit").await.unwrap();
    hooks.wait("success", 1, 2).await;
    assert_eq!(hooks.receiver.requests().len(), 2);
}
