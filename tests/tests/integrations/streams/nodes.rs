//! Whoever follows at one node sees what another did.
use super::{Anybody, newest, project, scope_of};
use purser_api::{Config, wiring};
use purser_integrations::streams::{EventFilter, StreamOptions, Streams};
use purser_kernel::clock::Stopwatch;
use purser_tests::{
    app::{TestApp, eventually},
    database::Engine,
};
use rstest::rstest;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

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

/// By word alone: the table is looked at once an hour. On SQLite nobody sends word.
#[tokio::test]
async fn at_once_where_word_is_sent() {
    let Some(app) = TestApp::start(Engine::Postgres).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let node = app.another_node_with(|config| config.workers = 0).await;
    eventually("both to listen", || async {
        let listening = "select cast(pid as text) from pg_stat_activity
            where datname = current_database() and state = 'idle' and query like 'LISTEN%'";
        (app.database.application().await.rows(listening).await.unwrap().len() == 2).then_some(())
    })
    .await;
    let options = StreamOptions { look: Duration::from_hours(1), ..Config::default().streams() };
    let streams = Streams::new(node.app.services().store.clone(), wiring::event_types(), vec![], options);
    let stop = CancellationToken::new();
    let running = tokio::spawn(streams.clone().run(stop.clone()));
    let (scope, filter) =
        (scope_of(&owner), EventFilter { types: Some(vec!["project.created".to_owned()]), ..EventFilter::default() });
    let mut stream = streams.open(Box::new(Anybody(scope.clone())), &scope, filter, None).await.unwrap();
    stream.next().await.unwrap();
    // The first may be found by the look with which following begins, the others may not.
    for name in ["One", "Two", "Three"] {
        let (text, _) = tokio::join!(stream.next(), project(&owner, name));
        assert!(text.as_deref().is_some_and(|text| text.contains(name)), "{text:?}");
    }
    stop.cancel();
    running.await.unwrap();
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
