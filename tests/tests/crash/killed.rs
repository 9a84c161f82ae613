//! Killed with SIGKILL between the webhook and its job.
use purser_tests::{
    app::grocery,
    database::{Engine, TestDatabase},
    program::Program,
    whatsapp,
};
use rstest::rstest;

const NUMBER: &str = "4915112345678";

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn after_the_webhooks_200_the_draft_is_made_at_the_next_start(#[case] engine: Engine) {
    let Some(database) = TestDatabase::new(engine).await else { return };
    // Without workers the job is certainly still waiting when the program dies.
    let program = Program::start(&database, &["--no-workers"]).await;
    let tenant = program.tenant("olive@example.com").await;
    grocery(&tenant).await;
    tenant.customer("Corner Café", NUMBER).await;
    let callback = tenant.connect_whatsapp().await;
    tenant.deliver(&callback, &whatsapp::messages(&[whatsapp::text(NUMBER, "4 white bread")])).await.expect(200);
    program.kill().await;

    let program = Program::start(&database, &[]).await;
    let tenant = tenant.at(&program.url);
    let order = tenant.order_with_status("pending").await;
    assert_eq!(order["lines"][0]["quantity"], "4");
    let orders = tenant.get("/v1/orders").await.expect(200).json();
    assert_eq!(orders["data"].as_array().unwrap().len(), 1);
}
