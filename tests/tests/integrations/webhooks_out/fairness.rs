//! Nobody keeps others waiting.
use super::{Hooks, still};
use chrono::TimeDelta;
use purser_kernel::Clock;
use purser_tests::{
    app::{TestApp, eventually},
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
    // An organization that has more of them than there are places has a quarter of these and none beside.
    for _ in 0..9 {
        owner.create("/v1/webhook-endpoints", &endpoint(&hanging.url)).await;
    }
    owner.create("/v1/projects", &json!({ "name": "Ours again" })).await;
    neighbour.create("/v1/projects", &json!({ "name": "Theirs again" })).await;
    theirs.wait(2).await;
    // Nor do other jobs wait for any of it.
    app.mail(&owner.email, "Confirm").await;
    assert!(hanging.most_at_once() <= 2 * 4, "{}", hanging.most_at_once());
}

/// By a clock that stands still between events: what is put off stays so.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_waits_for_its_share_is_one_job_for_each_endpoint(#[case] engine: Engine) {
    const ENDPOINTS: usize = 10;
    let clock = still();
    let app = TestApp::start_at(engine, clock.clone(), |config| {
        config.webhook_timeout = Duration::from_secs(25);
        config.webhook_concurrency = 8;
    });
    let Some(app) = app.await else { return };
    let (owner, hanging) = (app.tenant("Blue Harbor Foods").await, Receiver::start().await);
    hanging.answer(|_| Response::Never);
    for _ in 0..ENDPOINTS {
        let endpoint = json!({ "url": hanging.url, "event_types": ["project.created"] });
        owner.create("/v1/webhook-endpoints", &endpoint).await;
    }
    let looked = "select (select cast(count(*) as text) from webhook_deliveries),
            (select cast(count(*) as text) from jobs where kind = 'webhooks.deliver' and status = 'running'),
            (select cast(count(*) as text) from jobs where kind = 'webhooks.deliver' and status = 'ready' and run_at <= created_at)";
    for event in 1..=6 {
        clock.advance(TimeDelta::milliseconds(1));
        owner.create("/v1/projects", &json!({ "name": format!("Ours {event}") })).await;
        let (queued, quarter, due) = ((event * ENDPOINTS).to_string(), "2", "0");
        eventually("every endpoint to be sent to or put off", || async {
            let found = app.database.owner().await.rows(looked).await.unwrap().concat();
            (found == [queued.as_str(), quarter, due]).then_some(())
        })
        .await;
    }
    let waiting = "select cast(count(*) as text) from jobs where kind = 'webhooks.deliver' and status = 'ready'
        group by cast(payload as text)";
    assert_eq!(app.database.owner().await.rows(waiting).await.unwrap().concat(), ["1"; ENDPOINTS]);
    // Those that have the places go on with them.
    hanging.wait(2 * 4).await;
    assert_eq!(hanging.most_at_once(), 2 * 4);
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
