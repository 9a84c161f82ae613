//! Where there is nobody else, nobody is asked: an organization does not lock itself out. Nobody gets there by force.
use super::{Board, LIST, approve, assigned, switch};
use crate::{give, person, problem, rows};
use purser_tests::{app::TestApp, database::Engine};
use rstest::rstest;
use serde_json::json;

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_single_owner_is_not_locked_out(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    switch(&owner, true).await.expect(200);
    switch(&owner, false).await.expect(200);
    switch(&owner, true).await.expect(200);
    // Who may not manage members is nobody to ask.
    let viewer = person(&app, &owner, &["manager"]).await;
    give(&owner, &viewer.path, &["admin"]).await.expect(200);
    assert_eq!(rows(&owner, "/v1/audit-logs?action=role_change.alone").await.len(), 1);
    // From now on there is somebody.
    problem(&switch(&owner, false).await, 409, "second_person_needed");
    let other = person(&app, &owner, &["viewer"]).await;
    give(&owner, &other.path, &["admin"]).await.expect(202);
    // The one who is promoted is not the second person.
    give(&owner, &viewer.path, &["owner"]).await.expect(200);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn nobody_is_alone_by_shutting_the_others_out(#[case] engine: Engine) {
    for way in ["disable", "remove", "demote", "deny", "narrow"] {
        let Some(board) = Board::open(engine).await else { return };
        let second = &board.second.path;
        match way {
            "disable" => drop(board.owner.verb(&format!("{second}/disable")).await.expect(200)),
            "remove" => {
                let version = board.member(second).await["version"].as_i64().unwrap();
                board.owner.delete(second, version).await.expect(204);
            }
            "demote" => drop(give(&board.owner, second, &["viewer"]).await.expect(200)),
            "deny" => {
                let denied = json!({ "grants": [], "denials": ["approvals.read"] });
                board.owner.put(&format!("{second}/permissions"), &denied).await.expect(200);
            }
            _ => {
                // The second person is one by a role of the organization's own, which allows less from now on.
                let wide = ["members.manage", "members.read", "approvals.read"];
                let role = json!({ "name": "Board", "rank": 50, "permissions": wide });
                let role = board.owner.create("/v1/roles", &role).await;
                give(&board.owner, second, &["Board"]).await.expect(200);
                board.sql("update memberships set could_decide_until = null").await;
                let narrow = json!({ "permissions": ["members.read"] });
                let path = format!("/v1/roles/{}", role["id"].as_str().unwrap());
                board.owner.patch(&path, 1, &narrow).await.expect(200);
            }
        }
        let viewer = board.person(&["viewer"]).await;
        let shown = board.waits(&viewer.path, &["admin"]).await;
        problem(&switch(&board.owner, false).await, 409, "second_person_needed");
        assert_eq!(assigned(&board.owner).await, 0, "{way}");
        problem(&approve(&board.owner, &shown).await, 403, "separation_of_duties");
        // After a week there is nobody to wait for.
        board.sql("update memberships set could_decide_until = '2026-01-01 00:00:00+00:00'").await;
        give(&board.owner, &viewer.path, &["admin"]).await.expect(200);
        assert_eq!(board.roles(&viewer.path).await, ["admin"], "{way}");
        assert_eq!(rows(&board.owner, &format!("{LIST}?status=applied")).await.len(), 0);
    }
}
