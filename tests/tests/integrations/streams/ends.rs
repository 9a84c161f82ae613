//! Streams that end, and say why.
use super::{beats, lively, newest, project};
use chrono::{DateTime, TimeDelta};
use purser_kernel::Clock;
use purser_tests::{
    app::{TestApp, eventually},
    database::{Engine, TestDatabase},
    program::Program,
};
use rstest::rstest;
use serde_json::json;

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_token_that_runs_out_takes_its_stream_along(#[case] engine: Engine) {
    let clock = Clock::fixed(DateTime::parse_from_rfc3339("2026-11-20T10:00:00Z").unwrap().to_utc());
    let Some(app) = TestApp::start_at(engine, clock.clone(), beats).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let mut stream = owner.follow("").await;
    project(&owner, "Before").await;
    while stream.expect().await.event != "project.created" {}
    let seen = stream.last_id;

    clock.advance(TimeDelta::minutes(11));
    assert_eq!(stream.end().await, "unauthenticated");
    owner.try_follow("", None).await.unwrap_err().expect(401);
    // Whoever renews it goes on where they were.
    let owner = owner.signed_in_at(&app.url).await;
    project(&owner, "After").await;
    let mut again = owner.follow_from("?type=project.created", seen).await;
    assert_eq!(again.expect().await.data["data"]["name"], "After");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn nothing_is_followed_in_a_suspended_organization(#[case] engine: Engine) {
    let Some(app) = lively(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let node = app.another_node().await;
    newest(&app, &owner).await;
    let (mut here, mut there) = (owner.follow("").await, owner.at(&node.url).follow("").await);
    owner.post("/v1/organization/suspend", &json!({ "reason": "unpaid" })).await.expect(200);
    for stream in [&mut here, &mut there] {
        // What happened before may still be told.
        while stream.expect().await.event != "stream.ended" {}
        assert_eq!(stream.next().await, None);
    }
    let at = here.last_id;
    let refused = owner.try_follow("", Some(&at.to_string())).await.unwrap_err().expect(403);
    assert_eq!(refused.problem(), "organization_suspended");

    owner.verb("/v1/organization/reactivate").await.expect(200);
    let last = newest(&app, &owner).await;
    let types: Vec<_> = owner.follow_from("", at).await.upto(last).await.into_iter().map(|sent| sent.event).collect();
    assert!(types.contains(&"organization.reactivated".to_owned()), "{types:?}");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_program_that_is_told_to_end_ends_its_streams_and_loses_nothing(#[case] engine: Engine) {
    let Some(database) = TestDatabase::new(engine).await else { return };
    let program = Program::start(&database, &[]).await;
    let owner = program.tenant("olive@example.com").await;
    let mut streams = Vec::new();
    for _ in 0..20 {
        streams.push(owner.follow("?type=project.created").await);
    }
    project(&owner, "Before").await;
    for stream in &mut streams {
        assert_eq!(stream.expect().await.data["data"]["name"], "Before");
    }
    let (ended, reasons) = tokio::join!(program.end(), async {
        let mut reasons = Vec::new();
        for stream in &mut streams {
            reasons.push(stream.end().await);
        }
        reasons
    });
    assert!(ended.unwrap().success());
    assert_eq!(reasons, vec!["shutting_down"; 20]);

    let program = Program::start(&database, &[]).await;
    let owner = owner.signed_in_at(&program.url).await;
    project(&owner, "After").await;
    let mut again = owner.follow_from("?type=project.created", streams[0].last_id).await;
    assert_eq!(again.expect().await.data["data"]["name"], "After");
}

/// The database is away for a moment.
#[tokio::test]
async fn a_database_that_cannot_be_asked_ends_them_with_a_place_to_begin_again() {
    let Some(app) = lively(Engine::Postgres).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let start = newest(&app, &owner).await;
    let mut stream = owner.follow("").await;
    let mut raw = app.database.owner().await;
    // Who may read is not known.
    raw.execute("alter table memberships rename to elsewhere").await.unwrap();
    assert_eq!(stream.end().await, "unavailable");
    raw.execute("alter table elsewhere rename to memberships").await.unwrap();
    assert_eq!(stream.last_id, start);
    let mut again =
        eventually("to be let in again", || async { owner.try_follow("", Some(&start.to_string())).await.ok() }).await;
    project(&owner, "After").await;
    assert_eq!(again.expect().await.id, start + 1);
}
