//! What the program logs has no personal data.
use purser_tests::{
    database::{Engine, TestDatabase},
    program::Program,
};
use rstest::rstest;

/// A request may be called anything, a card number among the rest; that name stands in every line about it.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_a_client_writes_is_masked(#[case] engine: Engine) {
    let Some(database) = TestDatabase::new(engine).await else { return };
    let program = Program::start(&database, &["--no-workers"]).await;
    let request = reqwest::Client::new().get(format!("{}/v1/customers", program.url));
    let answer = request.header("X-Request-Id", "4242424242424242").send().await.unwrap();
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["x-request-id"]),
        (401, &"4242424242424242".parse().unwrap())
    );
    let log = program.log("************4242").await;
    assert!(!log.contains("4242424242424242"), "{log}");
}
