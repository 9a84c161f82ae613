//! A change of rights holds on the next request at the same node, and within a second at others.
use crate::statements;
use crate::{give, person};
use purser_tests::{
    app::{Answer, TestApp, within_a_second},
    database::Engine,
};
use rstest::rstest;

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn another_role_holds_at_every_node(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let (node, owner) = (app.another_node().await, app.tenant("Blue Harbor Foods").await);
    let person = person(&app, &owner, &["manager"]).await;
    let elsewhere = person.tenant.at(&node.url);
    for (role, status) in [("viewer", 403), ("manager", 200), ("operator", 403)] {
        let before = elsewhere.get("/v1/usage").await.status;
        assert_ne!(before, status);
        give(&owner, &person.path, &[role]).await.expect(200);
        assert_eq!(person.tenant.get("/v1/usage").await.status, status, "{role} at the same node");
        within_a_second("the role to hold at the other node", || async {
            (elsewhere.get("/v1/usage").await.status == status).then_some(())
        })
        .await;
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_session_that_ended_is_over_at_every_node(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let (node, owner) = (app.another_node().await, app.tenant("Blue Harbor Foods").await);
    for verb in ["disable", "end-sessions"] {
        let person = person(&app, &owner, &["viewer"]).await;
        let elsewhere = person.tenant.at(&node.url);
        elsewhere.get("/v1/me").await.expect(200);
        owner.verb(&format!("{}/{verb}", person.path)).await.expect(200);
        person.tenant.get("/v1/me").await.expect(401);
        let over = || async { (elsewhere.get("/v1/me").await.status == 401).then_some(()) };
        within_a_second("the session to be over", over).await;
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_token_that_was_just_good_asks_the_database_nothing(#[case] engine: Engine) {
    let heard = statements::heard();
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let about_the_caller = async || {
        let answer = Answer::of(owner.request("GET", "/v1/products")).await.expect(200);
        let reads = heard.reads_of(answer.header("x-request-id"));
        assert!(reads.iter().any(|read| read.contains("products")), "they are not heard: {reads:#?}");
        reads
            .into_iter()
            .filter(|read| ["sessions", "memberships", "users", "roles"].iter().any(|of| read.contains(of)))
            .count()
    };
    assert!(about_the_caller().await > 0, "the first request finds out whose it is");
    // The second one too, where a busy machine took longer than a second for both.
    within_a_second("a request that knows", || async { (about_the_caller().await == 0).then_some(()) }).await;
}
