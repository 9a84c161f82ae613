//! What is done again, at once, or from a version that was changed.
use crate::{give, person, problem, rows};
use purser_tests::{
    app::{Answer, TestApp},
    database::{Engine, uuid_literal},
};
use rstest::rstest;
use serde_json::json;

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_was_done_changes_nothing_when_it_is_done_again(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let viewer = person(&app, &owner, &["viewer"]).await;
    for verb in ["disable", "enable"] {
        let path = format!("{}/{verb}", viewer.path);
        let first = owner.verb(&path).await.expect(200);
        assert_eq!(owner.verb(&path).await.expect(200).body, first.body);
    }
    let before = owner.get(&viewer.path).await.expect(200).body;
    assert_eq!(give(&owner, &viewer.path, &["viewer", "viewer"]).await.expect(200).body, before);
    let none = json!({ "grants": [], "denials": [] });
    assert_eq!(owner.put(&format!("{}/permissions", viewer.path), &none).await.expect(200).body, before);
    for action in ["member.disable", "member.enable", "member.set_roles"] {
        assert_eq!(rows(&owner, &format!("/v1/audit-logs?action={action}")).await.len(), 1, "{action}");
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_was_made_from_an_old_version_is_refused(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let viewer = person(&app, &owner, &["viewer"]).await;
    let old = owner.get(&viewer.path).await.expect(200);
    give(&owner, &viewer.path, &["operator"]).await.expect(200);
    let nothing = [("roles", json!({ "role_ids": [] })), ("permissions", json!({ "grants": [], "denials": [] }))];
    for (part, body) in nothing {
        let path = format!("{}/{part}", viewer.path);
        let request = owner.request("PUT", &path).header("If-Match", old.header("etag")).json(&body);
        problem(&Answer::of(request).await, 412, "stale");
    }
    problem(&owner.delete(&viewer.path, 1).await, 412, "stale");
    problem(&Answer::of(owner.request("DELETE", &viewer.path)).await, 428, "precondition_required");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_role_that_is_not_there_is_named(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let viewer = person(&app, &owner, &["viewer"]).await;
    let path = format!("{}/roles", viewer.path);
    let real = crate::role(&owner, "viewer").await;
    let body = json!({ "role_ids": [real, "01a1fa5a-0000-7000-8000-000000000000"] });
    let answer = owner.put(&path, &body).await.expect(422);
    assert_eq!(answer.errors(), [("/role_ids/1".to_owned(), "unknown_reference".to_owned())]);
    let many: Vec<_> = (0..21).map(|_| real.clone()).collect();
    let answer = owner.put(&path, &json!({ "role_ids": many })).await.expect(422);
    assert_eq!(answer.errors(), [("/role_ids".to_owned(), "too_many".to_owned())]);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn who_is_enabled_again_needs_a_place(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let viewer = person(&app, &owner, &["viewer"]).await;
    let organization = uuid_literal(engine, &owner.organization_id);
    let sql = format!("update organizations set max_users = 2 where id = {organization}");
    app.database.owner().await.execute(&sql).await.unwrap();
    owner.verb(&format!("{}/disable", viewer.path)).await.expect(200);
    let enable = format!("{}/enable", viewer.path);
    let other = person(&app, &owner, &["viewer"]).await;
    problem(&owner.verb(&enable).await, 409, "limit_reached");
    owner.delete(&other.path, 2).await.expect(204);
    owner.verb(&enable).await.expect(200);
}
