//! Retries that are safe.
use crate::{at, problem, refused, rows};
use purser_tests::{
    app::{Answer, Tenant, TestApp},
    database::Engine,
};
use rstest::rstest;
use serde_json::{Value, json};
use tokio::task::JoinSet;

const REPLAYED: &str = "idempotency-replayed";

/// What must be the same in a replay.
fn told(answer: &Answer) -> (u16, &str, &str, &str) {
    (answer.status, &answer.body, answer.header("etag"), answer.header("location"))
}

fn customer(name: &str) -> Value {
    json!({ "business_name": name })
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn the_same_request_is_answered_again_and_done_once(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let product = json!({ "sku": "A", "name": "A", "unit": "kg", "base_price": "1", "currency": "EUR" });
    for (list, body) in [
        ("/v1/products", product),
        ("/v1/customers", customer("A")),
        ("/v1/product-categories", json!({ "name": "A" })),
        ("/v1/durations", json!({ "months": 1, "discount_percent": "0" })),
    ] {
        // One key for all: a key belongs to its path.
        let first = owner.post_keyed(list, "the key", &body).await;
        problem(&first, 422, "validation_failed");
        let first = owner.post_keyed(list, "the-key", &body).await.expect(201);
        assert_eq!(first.header(REPLAYED), "");
        for _ in 0..2 {
            let again = owner.post_keyed(list, "the-key", &body).await;
            assert_eq!((told(&again), again.header(REPLAYED)), (told(&first), "true"));
            assert_eq!(again.header("content-type"), "application/json");
        }
        assert_eq!(rows(&owner, list).await.len(), 1);
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_key_stands_for_one_body(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let (owner, stranger) = (app.tenant("Blue Harbor Foods").await, app.tenant("Red Valley Tools").await);
    let first = owner.post_keyed("/v1/customers", "key", &customer("A")).await.expect(201);
    problem(&owner.post_keyed("/v1/customers", "key", &customer("B")).await, 422, "idempotency_key_reused");
    owner.post_keyed("/v1/customers", "key-2", &customer("A")).await.expect(201);
    assert_eq!(rows(&owner, "/v1/customers").await.len(), 2);
    // To others it is another key, whatever they send.
    let other = stranger.post_keyed("/v1/customers", "key", &customer("C")).await.expect(201);
    assert_ne!(other.json()["id"], first.json()["id"]);
    for key in [&*"x".repeat(256), "", "two words"] {
        refused(
            &owner.post_keyed("/v1/customers", key, &customer("A")).await,
            &[("/Idempotency-Key", "invalid_idempotency_key")],
        );
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_was_refused_can_be_tried_again_with_the_same_key(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    refused(&owner.post_keyed("/v1/customers", "key", &customer("")).await, &[("/business_name", "required")]);
    let first = owner.post_keyed("/v1/customers", "key", &customer("A")).await.expect(201);
    assert_eq!(first.header(REPLAYED), "");
}

/// Sends the same request many times at once and returns those that were done or answered again.
async fn at_once(owner: &Tenant, body: &Value) -> Vec<Answer> {
    let mut requests = JoinSet::new();
    for _ in 0..12 {
        let (owner, body) = (owner.clone(), body.clone());
        requests.spawn(async move { owner.post_keyed("/v1/customers", "key", &body).await });
    }
    let (done, waiting): (Vec<_>, Vec<_>) =
        requests.join_all().await.into_iter().partition(|answer| answer.status == 201);
    for answer in waiting {
        problem(&answer, 409, "idempotency_key_in_use");
    }
    done
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn the_same_request_many_times_at_once_is_done_once(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let done = at_once(&owner, &customer("A")).await;
    let first: Vec<_> = done.iter().filter(|answer| answer.header(REPLAYED).is_empty()).collect();
    assert_eq!(first.len(), 1, "{done:?}");
    assert!(done.iter().all(|answer| told(answer) == told(first[0])));
    assert_eq!(rows(&owner, "/v1/customers").await, [first[0].json()]);
}

/// The client that got no answer before the server went away asks the next one.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_answer_outlives_its_server(#[case] engine: Engine) {
    let Some(mut app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let first = owner.post_keyed("/v1/customers", "key", &customer("A")).await.expect(201);
    app.restart().await;
    let owner = owner.at(&app.url);
    let again = owner.post_keyed("/v1/customers", "key", &customer("A")).await;
    assert_eq!((told(&again), again.header(REPLAYED)), (told(&first), "true"));
    // What was changed since does not change what was answered.
    let path = at("/v1/customers", &first.json());
    owner.patch(&path, 1, &customer("B")).await.expect(200);
    assert_eq!(told(&owner.post_keyed("/v1/customers", "key", &customer("A")).await), told(&first));
}
