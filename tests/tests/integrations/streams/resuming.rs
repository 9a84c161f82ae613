//! Where a stream begins.
use super::{happen, lively, newest, numbers, project};
use purser_tests::{
    app::TestApp,
    database::{Engine, uuid_literal},
};
use rstest::rstest;

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn it_begins_now_or_behind_what_was_told_last(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    project(&owner, "Before").await;
    let last = newest(&app, &owner).await;
    let mut now = owner.follow("").await;
    // Who goes before anything has happened has an id to come back with.
    assert_eq!(now.last_id, last);
    let all = owner.follow_from("", 0).await.upto(last).await;
    assert_eq!(numbers(&all), (1..=last).collect::<Vec<_>>());
    let some = owner.follow_from("", last - 1).await.upto(last).await;
    assert_eq!(numbers(&some), [last]);
    // At the end there is nothing to be told of yet.
    let mut end = owner.follow_from("", last).await;
    project(&owner, "After").await;
    assert_eq!((now.expect().await.id, end.expect().await.id), (last + 1, last + 1));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_id_that_was_not_told_is_refused(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let last = newest(&app, &owner).await;
    for wrong in ["", "x", "-1", "+1", "01", "1.5", "1e3", "9223372036854775808", "0x1", "1,2"] {
        let refused = owner.try_follow("", Some(wrong)).await.unwrap_err().expect(422);
        assert_eq!(refused.errors(), [("/Last-Event-ID".to_owned(), "invalid_event_id".to_owned())], "{wrong}");
    }
    for beyond in [last + 1, i64::MAX] {
        let refused = owner.try_follow("", Some(&beyond.to_string())).await.unwrap_err().expect(422);
        assert_eq!(refused.errors(), [("/Last-Event-ID".to_owned(), "unknown_event".to_owned())], "{beyond}");
    }
}

/// Somebody has made room by hand.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_is_not_kept_any_more_is_said(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    for number in 0..5 {
        project(&owner, &format!("{number}")).await;
    }
    let last = newest(&app, &owner).await;
    let organization = uuid_literal(engine, &owner.organization_id);
    let old = format!("delete from outbox_events where organization_id = {organization} and sequence <= {}", last - 2);
    assert!(app.database.owner().await.execute(&old).await.unwrap() > 0);

    for gone in [0, last - 3] {
        let refused = owner.try_follow("", Some(&gone.to_string())).await.unwrap_err().expect(410);
        assert_eq!(refused.problem(), "events_gone");
    }
    let kept = owner.follow_from("", last - 2).await.upto(last).await;
    assert_eq!(numbers(&kept), [last - 1, last]);
    // Those that were removed to the last, too.
    let all = format!("delete from outbox_events where organization_id = {organization}");
    app.database.owner().await.execute(&all).await.unwrap();
    owner.try_follow("", Some(&(last - 1).to_string())).await.unwrap_err().expect(410);
    let mut now = owner.follow("").await;
    project(&owner, "Again").await;
    assert_eq!(now.expect().await.id, last + 1);
}

/// Longer than a page, and than what goes round.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_long_absence_is_read_in_pages(#[case] engine: Engine) {
    let Some(app) = lively(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let start = newest(&app, &owner).await;
    happen(&app, &owner, 1_500).await;
    let last = newest(&app, &owner).await;
    assert_eq!(last, start + 1_500);
    let mut back = owner.follow_from("?resource=conversation", start).await;
    assert_eq!(numbers(&back.upto(last).await), (start + 1..=last).collect::<Vec<_>>());
    project(&owner, "Live").await;
    // Who wants none of it comes as far, by ids alone.
    let mut other = owner.follow_from("?type=project.created", start).await;
    let told = other.upto(last + 1).await;
    assert_eq!(numbers(&told), [last + 1]);
}
