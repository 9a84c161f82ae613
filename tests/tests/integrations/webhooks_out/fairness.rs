//! Nobody keeps others waiting.
use super::{Hooks, still};
use chrono::TimeDelta;
use purser_kernel::Clock;
use purser_tests::{
    app::TestApp,
    database::Engine,
    receiver::{Receiver, Response},
};
use rstest::rstest;
use serde_json::json;
use std::time::Duration;

/// With patience for longer than any test: only a request that is not waited for lets the others through.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn endpoints_that_hang_hold_up_nobody_else(#[case] engine: Engine) {
    let app = TestApp::start_at(engine, Clock::system(), |config| {
        config.webhook_timeout = Duration::from_secs(25);
        config.webhook_concurrency = 8;
    });
    let Some(app) = app.await else { return };
    let (owner, neighbour) = (app.tenant("Blue Harbor Foods").await, app.tenant("Red Valley Tools").await);
    let (hanging, taking, theirs) = (Receiver::start().await, Receiver::start().await, Receiver::start().await);
    hanging.answer(|_| Response::Never);
    let endpoint = |url: &str| json!({ "url": url, "event_types": ["project.created"] });
    owner.create("/v1/webhook-endpoints", &endpoint(&hanging.url)).await;
    owner.create("/v1/webhook-endpoints", &endpoint(&taking.url)).await;
    neighbour.create("/v1/webhook-endpoints", &endpoint(&theirs.url)).await;
    for number in 0..6 {
        owner.create("/v1/projects", &json!({ "name": format!("Ours {number}") })).await;
    }
    // No more at once than an endpoint is sent.
    hanging.wait(4).await;
    taking.wait(6).await;
    neighbour.create("/v1/projects", &json!({ "name": "Theirs" })).await;
    theirs.wait(1).await;
    assert_eq!(hanging.most_at_once(), 4);
    // An organization that has many of them has a quarter of the places and not the one beside it.
    for _ in 0..6 {
        owner.create("/v1/webhook-endpoints", &endpoint(&hanging.url)).await;
    }
    owner.create("/v1/projects", &json!({ "name": "Ours again" })).await;
    neighbour.create("/v1/projects", &json!({ "name": "Theirs again" })).await;
    theirs.wait(2).await;
    // Nor do other jobs wait for any of it.
    app.mail(&owner.email, "Confirm").await;
    drop(hanging);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn no_more_in_a_minute_than_the_endpoint_wants(#[case] engine: Engine) {
    let Some(mut hooks) = Hooks::start_at(engine, still()).await else { return };
    hooks.endpoint(json!({ "rate_limit": 6 })).await;
    for number in 0..3 {
        hooks.project(&format!("{number}")).await;
    }
    hooks.wait("success", 1, 1).await;
    hooks.wait("pending", 0, 2).await;
    hooks.later(TimeDelta::milliseconds(9_999)).await;
    assert_eq!(hooks.receiver.requests().len(), 1);
    hooks.later(TimeDelta::milliseconds(1)).await;
    hooks.wait("success", 1, 2).await;
    hooks.wait("pending", 0, 1).await;
    assert_eq!(hooks.receiver.requests().len(), 2);
    hooks.later(TimeDelta::seconds(10)).await;
    hooks.wait("success", 1, 3).await;
}
