//! An upload that is sent again has one effect.
use crate::folder;
use purser_tests::{
    app::{Answer, Tenant, TestApp},
    database::Engine,
};
use rstest::rstest;
use tokio::task::JoinSet;

async fn keyed(tenant: &Tenant, query: &str, content: &str) -> Answer {
    let request = tenant.request("POST", &format!("/v1/media-files{query}")).header("Idempotency-Key", "key-1");
    Answer::of(request.header("Content-Type", "text/plain").body(content.to_owned())).await
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn the_same_file_with_the_same_key_is_kept_once(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let tenant = app.tenant("Acme").await;
    let first = keyed(&tenant, "?filename=a.txt", "hello").await.expect(201);
    let again = keyed(&tenant, "?filename=a.txt", "hello").await.expect(201);
    assert_eq!((&again.body, again.header("location")), (&first.body, first.header("location")));
    assert_eq!(again.header("idempotency-replayed"), "true");
    for (query, content) in [("?filename=a.txt", "other"), ("?filename=b.txt", "hello")] {
        assert_eq!(keyed(&tenant, query, content).await.expect(422).problem(), "idempotency_key_reused");
    }
    folder::has(&app, &tenant, 1).await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn at_once_it_is_kept_once(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let tenant = app.tenant("Acme").await;
    let mut attempts = JoinSet::new();
    for _ in 0..8 {
        let tenant = tenant.clone();
        attempts.spawn(async move { keyed(&tenant, "", "hello").await });
    }
    for answer in attempts.join_all().await {
        assert!(answer.status == 201 || answer.problem() == "idempotency_key_in_use", "{answer:?}");
    }
    assert_eq!(tenant.get("/v1/media-files").await.expect(200).json()["data"].as_array().unwrap().len(), 1);
    folder::has(&app, &tenant, 1).await;
}
