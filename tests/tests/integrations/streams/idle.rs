//! What streams take from the rest of the server.
use super::{beats, newest, project};
use purser_kernel::Permission;
use purser_tests::{
    app::{Answer, TestApp, eventually},
    database::Engine,
};
use rstest::rstest;
use std::net::{Ipv4Addr, SocketAddr};

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn who_waits_holds_no_connection_with_the_database(#[case] engine: Engine) {
    let one = |config: &mut purser_api::Config| config.database_max_connections = 1;
    let Some(app) = TestApp::start_with(engine, one).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let mut streams = Vec::new();
    for _ in 0..30 {
        streams.push(owner.follow("?type=project.created").await);
    }
    owner.get("/v1/projects").await.expect(200);
    project(&owner, "First").await;
    for stream in &mut streams {
        assert_eq!(stream.expect().await.data["data"]["name"], "First");
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn nobody_has_more_streams_than_the_operator_allows(#[case] engine: Engine) {
    let few = |config: &mut purser_api::Config| {
        beats(config);
        (config.streams_per_caller, config.streams_per_organization) = (2, 3);
    };
    let Some(app) = TestApp::start_with(engine, few).await else { return };
    let (owner, stranger) = (app.tenant("Blue Harbor Foods").await, app.tenant("Red Valley Tools").await);
    let program = owner.program(Permission::ProjectsRead.into()).await;
    let is_too_many = |answer: &Answer, policy: &str| {
        assert_eq!((answer.status, answer.problem().as_str()), (429, "too_many_requests"), "{answer:?}");
        assert_eq!(answer.json()["policy"], policy);
        assert!(answer.header("retry-after").parse::<u32>().unwrap() > 0);
    };
    let first = owner.follow("").await;
    let _second = owner.follow("").await;
    is_too_many(&owner.try_follow("", None).await.unwrap_err(), "caller_streams");
    // In another session it is the same person.
    let again = owner.signed_in_at(&app.url).await;
    is_too_many(&again.try_follow("", None).await.unwrap_err(), "caller_streams");
    let _third = program.follow("").await;
    is_too_many(&program.try_follow("", None).await.unwrap_err(), "organization_streams");
    let _theirs = stranger.follow("").await;
    // What was refused for another reason takes no place, and a place is free again when its client is gone.
    stranger.try_follow("", Some("x")).await.unwrap_err().expect(422);
    stranger.try_follow("", Some("99999")).await.unwrap_err().expect(422);
    let _other = stranger.follow("").await;
    drop(first);
    eventually("a place to be free", || async { owner.try_follow("", None).await.ok() }).await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn open_streams_and_those_that_ended_are_measured(#[case] engine: Engine) {
    let measured = |config: &mut purser_api::Config| {
        beats(config);
        config.metrics_listen = Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
    };
    let Some(app) = TestApp::start_with(engine, measured).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    newest(&app, &owner).await;
    let metrics = format!("http://{}/metrics", app.app().metrics_address().unwrap());
    let read = async |name: &str| {
        let answer = Answer::of(purser_tests::app::client().get(&metrics)).await.expect(200);
        let line = answer.body.lines().find(|line| line.starts_with(name)).map(str::to_owned);
        line.and_then(|line| line.rsplit_once(' ').map(|(_, value)| value.parse::<f64>().unwrap())).unwrap_or_default()
    };
    let ended = "purser_event_streams_ended_total{reason=\"unauthenticated\"}";
    // Other tests of this process share the recorder.
    let before = read(ended).await;
    let mut stream = owner.follow("").await;
    assert!(read("purser_event_streams ").await >= 1.0);
    owner.verb("/v1/auth/logout").await.expect(204);
    assert_eq!(stream.end().await, "unauthenticated");
    assert!(read(ended).await > before);
}
