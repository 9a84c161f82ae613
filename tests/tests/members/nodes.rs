//! A change of rights holds on the next request at the same node, and within a second at others.
use crate::{give, person};
use purser_kernel::clock::Stopwatch;
use purser_tests::{
    app::{TestApp, eventually},
    database::Engine,
};
use rstest::rstest;
use std::time::Duration;

/// A second, and what a busy machine needs to be asked and to answer.
const SOON: Duration = Duration::from_secs(3);

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
        let watch = Stopwatch::start();
        assert_eq!(person.tenant.get("/v1/usage").await.status, status, "{role} at the same node");
        eventually("the role to hold at the other node", || async {
            (elsewhere.get("/v1/usage").await.status == status).then_some(())
        })
        .await;
        assert!(watch.elapsed() < SOON, "{role} after {:?}", watch.elapsed());
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
        let watch = Stopwatch::start();
        person.tenant.get("/v1/me").await.expect(401);
        eventually("the session to be over", || async { (elsewhere.get("/v1/me").await.status == 401).then_some(()) })
            .await;
        assert!(watch.elapsed() < SOON, "{verb} after {:?}", watch.elapsed());
    }
}
