//! Whoever follows at one node sees what another did.
use super::{newest, project};
use purser_kernel::clock::Stopwatch;
use purser_tests::{app::TestApp, database::Engine};
use rstest::rstest;
use std::time::Duration;

/// A second, and what a busy machine needs to be asked and to answer.
const SOON: Duration = Duration::from_secs(4);

/// On SQLite nobody sends word: the table is looked at.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn within_a_second(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    // It answers, and leaves the work to the other.
    let node = app.another_node_with(|config| config.workers = 0).await;
    let elsewhere = owner.at(&node.url);
    let mut stream = elsewhere.follow("?type=project.created").await;
    for name in ["One", "Two", "Three"] {
        project(&owner, name).await;
        let watch = Stopwatch::start();
        assert_eq!(stream.expect().await.data["data"]["name"], name);
        assert!(watch.elapsed() < SOON, "{name} took {:?}", watch.elapsed());
    }
    // The other way round as well: who did it is not who numbers it.
    let mut here = owner.follow("?type=project.created").await;
    let watch = Stopwatch::start();
    project(&elsewhere, "Four").await;
    assert_eq!(here.expect().await.data["data"]["name"], "Four");
    assert!(watch.elapsed() < SOON, "{:?}", watch.elapsed());
}

/// Going from node to node loses nothing.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_id_of_one_node_is_good_at_the_other(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let node = app.another_node().await;
    let mut at = newest(&app, &owner).await;
    for round in 0..6 {
        let who = if round % 2 == 0 { owner.clone() } else { owner.at(&node.url) };
        let mut stream = who.follow_from("", at).await;
        project(if round % 3 == 0 { &owner } else { &who }, &format!("{round}")).await;
        let sent = stream.expect().await;
        assert_eq!((sent.id, &sent.data["data"]["name"]), (at + 1, &serde_json::json!(format!("{round}"))));
        at = stream.last_id;
    }
}
