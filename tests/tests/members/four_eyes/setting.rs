//! The setting itself: one person switches it on, and it takes two to switch it off.
use super::{Board, LIST, SETTINGS, approve, switch};
use crate::{give, problem, rows};
use purser_tests::database::Engine;
use rstest::rstest;
use serde_json::json;

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn it_takes_two_to_switch_it_off(#[case] engine: Engine) {
    let Some(board) = Board::open(engine).await else { return };
    let set = async || board.owner.get(SETTINGS).await.expect(200).json()["role_changes_need_approval"].clone();
    for who in [&board.owner, &board.second.tenant] {
        problem(&switch(who, false).await, 409, "second_person_needed");
    }
    switch(&board.owner, true).await.expect(200);
    // It stands among the policies, where nobody can take it away either.
    let policy = rows(&board.owner, "/v1/approval-policies?subject=role_change").await.remove(0);
    assert_eq!((&policy["is_predefined"], &policy["separation_of_duties"]), (&json!(true), &json!(true)));
    let path = format!("/v1/approval-policies/{}", policy["id"].as_str().unwrap());
    problem(&board.owner.delete(&path, 1).await, 409, "predefined_policy");

    let body = json!({ "role_changes_need_approval": true });
    problem(&board.owner.post(LIST, &body).await, 422, "validation_failed");
    let body = json!({ "role_changes_need_approval": false, "reason": "Only the two of us are left" });
    let shown = board.asked(&board.owner.post(LIST, &body).await).await;
    assert_eq!(shown["summary"], "Let promotions to admin or owner need no second person any more");
    problem(&approve(&board.owner, &shown).await, 403, "separation_of_duties");
    assert_eq!(set().await, json!(true));
    approve(&board.second.tenant, &shown).await.expect(200);
    assert_eq!(set().await, json!(false));
    assert!(rows(&board.owner, "/v1/approval-policies?subject=role_change").await.is_empty());
    problem(&board.owner.post(LIST, &body).await, 409, "illegal_transition");
    // What was approved once is not approved for another time.
    switch(&board.owner, true).await.expect(200);
    problem(&approve(&board.second.tenant, &shown).await, 409, "illegal_transition");
    problem(&switch(&board.owner, false).await, 409, "second_person_needed");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn without_it_nobody_is_asked(#[case] engine: Engine) {
    let Some(board) = Board::open(engine).await else { return };
    let body = json!({ "role_changes_need_approval": false });
    let shown = board.asked(&board.owner.post(LIST, &body).await).await;
    approve(&board.second.tenant, &shown).await.expect(200);
    let viewer = board.person(&["viewer"]).await;
    give(&board.owner, &viewer.path, &["owner"]).await.expect(200);
    assert_eq!(rows(&board.owner, &format!("{LIST}?status=pending")).await.len(), 0);
}
