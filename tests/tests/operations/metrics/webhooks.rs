//! What came of webhooks.
use super::{counted, listening};
use purser_tests::{
    app::TestApp,
    database::Engine,
    receiver::{Receiver, Response},
};
use rstest::rstest;
use serde_json::json;
use tokio::sync::Mutex;

/// Servers of a process share what they count: whoever counts exactly sends alone.
static SENDING: Mutex<()> = Mutex::const_new(());

/// How many attempts were taken, and how many failed.
async fn attempts(app: &TestApp) -> (u64, u64) {
    let of = async |outcome: &str| counted(app, &format!("purser_webhooks_total{{outcome=\"{outcome}\"}}")).await;
    (of("taken").await, of("failed").await)
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn attempts_are_counted_by_what_came_of_them(#[case] engine: Engine) {
    let Some(app) = TestApp::start_with(engine, listening).await else { return };
    let owner = app.tenant("Acme").await;
    let receiver = Receiver::start().await;
    receiver.answer(|request| {
        let is_refused = request.json()["data"]["name"] == "Refused";
        Response::Status(if is_refused { 500 } else { 204 })
    });
    let endpoint = json!({ "url": receiver.url, "event_types": ["project.created"], "max_attempts": 1 });
    owner.create("/v1/webhook-endpoints", &endpoint).await;

    let alone = SENDING.lock().await;
    let (taken, failed) = attempts(&app).await;
    for name in ["Taken", "Refused", "Taken as well"] {
        owner.create("/v1/projects", &json!({ "name": name })).await;
    }
    app.settle().await;
    assert_eq!(attempts(&app).await, (taken + 2, failed + 1));
    drop(alone);
}
