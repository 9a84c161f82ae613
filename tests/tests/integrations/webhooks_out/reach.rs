//! Where nothing is sent, whatever an endpoint says.
use super::Hooks;
use purser_tests::{
    app::TestApp,
    database::{Engine, uuid_literal},
    receiver::{Receiver, Response},
};
use rstest::rstest;
use serde_json::json;

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_redirect_is_not_followed(#[case] engine: Engine) {
    let Some(hooks) = Hooks::start(engine).await else { return };
    let elsewhere = Receiver::start().await;
    let location = elsewhere.url.clone();
    hooks.receiver.answer(move |_| Response::Full(307, vec![("Location", location.clone())], String::new()));
    hooks.endpoint(json!({ "max_attempts": 1 })).await;
    hooks.project("Cold store").await;
    let delivery = hooks.wait("failed", 1, 1).await.remove(0);
    assert_eq!(delivery["error"], "status_307");
    assert_eq!(elsewhere.requests().len(), 0);
}

/// An endpoint that was made when it was allowed, or whose name leads elsewhere by now.
#[rstest]
#[case::sqlite(Engine::Sqlite, "https://localhost/")]
#[case::postgres(Engine::Postgres, "https://localhost/")]
#[case::sqlite_not_any_more(Engine::Sqlite, "http://127.0.0.1/")]
#[case::postgres_private(Engine::Postgres, "https://10.0.0.1/")]
#[tokio::test]
async fn the_address_is_looked_at_when_something_is_sent(#[case] engine: Engine, #[case] url: &str) {
    let app = TestApp::start_with(engine, |config| config.webhooks_allow_loopback = false);
    let Some(app) = app.await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let body = json!({ "url": "https://example.com/", "event_types": ["project.created"], "max_attempts": 1 });
    let endpoint = owner.create("/v1/webhook-endpoints", &body).await;
    let id = uuid_literal(engine, endpoint["id"].as_str().unwrap());
    let moved = format!("update webhook_endpoints set url = '{url}' where id = {id}");
    app.database.owner().await.execute(&moved).await.unwrap();
    owner.create("/v1/projects", &json!({ "name": "Cold store" })).await;
    let delivery = purser_tests::app::eventually("the delivery to fail", || async {
        let failed = owner.get("/v1/webhook-deliveries?status=failed").await.json();
        failed["data"].as_array().and_then(|failed| failed.first().cloned())
    })
    .await;
    assert_eq!(delivery["error"], "address_not_allowed");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn no_answer_is_read_without_end(#[case] engine: Engine) {
    const LENGTH: usize = 50_000_000;
    let Some(hooks) = Hooks::start(engine).await else { return };
    hooks.receiver.answer(|_| Response::Full(200, vec![], "x".repeat(LENGTH)));
    hooks.endpoint(json!({})).await;
    hooks.project("Cold store").await;
    let delivery = hooks.wait("success", 1, 1).await.remove(0);
    let shown = format!("/v1/webhook-deliveries/{}", delivery["id"].as_str().unwrap());
    let shown = hooks.owner.get(&shown).await.expect(200).json();
    assert_eq!(shown["history"][0]["response_body"].as_str().unwrap().len(), 1_024);
    // The sockets between hold some megabytes that nobody reads.
    let sent = hooks.receiver.sent(1).await[0];
    assert!(sent < LENGTH / 4, "{sent} bytes went out before the connection was closed");
}
