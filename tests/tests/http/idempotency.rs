//! A retry gets the first answer and does nothing.
use purser_tests::{app::TestApp, database::Engine};
use rstest::rstest;
use serde_json::json;
use tokio::task::JoinSet;

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn survives_a_restart(#[case] engine: Engine) {
    let Some(mut app) = TestApp::start(engine).await else { return };
    let tenant = app.tenant("Acme").await;
    let body = json!({ "business_name": "Corner Café" });
    let first = tenant.post_keyed("/v1/customers", "key-1", &body).await.expect(201);
    app.restart().await;
    let tenant = tenant.at(&app.url);
    let again = tenant.post_keyed("/v1/customers", "key-1", &body).await.expect(201);
    assert_eq!(again.body, first.body);
    assert_eq!((again.header("etag"), again.header("location")), (first.header("etag"), first.header("location")));
    assert_eq!((first.header("idempotency-replayed"), again.header("idempotency-replayed")), ("", "true"));
    let other = tenant.post_keyed("/v1/customers", "key-1", &json!({ "business_name": "Another" })).await;
    assert_eq!(other.expect(422).problem(), "idempotency_key_reused");
    assert_eq!(tenant.get("/v1/customers").await.json()["data"].as_array().unwrap().len(), 1);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn at_once_has_one_effect(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let tenant = app.tenant("Acme").await;
    let mut attempts = JoinSet::new();
    for _ in 0..8 {
        let tenant = tenant.clone();
        attempts.spawn(async move {
            tenant.post_keyed("/v1/customers", "key-2", &json!({ "business_name": "Corner Café" })).await
        });
    }
    for answer in attempts.join_all().await {
        match answer.status {
            201 => {}
            // The first one was still running.
            409 => assert_eq!(answer.problem(), "idempotency_key_in_use"),
            _ => panic!("{answer:?}"),
        }
    }
    assert_eq!(tenant.get("/v1/customers").await.json()["data"].as_array().unwrap().len(), 1);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn belongs_to_its_caller(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let (one, two) = (app.tenant("One").await, app.tenant("Two").await);
    let body = json!({ "business_name": "Corner Café" });
    let first = one.post_keyed("/v1/customers", "same", &body).await.expect(201).json();
    let second = two.post_keyed("/v1/customers", "same", &body).await.expect(201).json();
    assert_ne!(first["id"], second["id"]);
    // What failed is not kept: the corrected request may use its key.
    let wrong = one.post_keyed("/v1/customers", "third", &json!({ "business_name": "" })).await;
    wrong.expect(422);
    one.post_keyed("/v1/customers", "third", &body).await.expect(201);
    let long = one.post_keyed("/v1/customers", &"k".repeat(256), &body).await.expect(422);
    assert_eq!(long.errors()[0].1, "invalid_idempotency_key");
}
