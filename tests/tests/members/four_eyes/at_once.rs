//! Several at once.
use super::{Board, LIST, approve};
use crate::{problem, role, rows};
use purser_tests::database::Engine;
use rstest::rstest;
use serde_json::json;

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn two_wishes_are_one_request_and_two_approvers_one_promotion(#[case] engine: Engine) {
    let Some(board) = Board::open(engine).await else { return };
    let third = board.person(&["viewer"]).await;
    let shown = board.waits(&third.path, &["admin"]).await;
    approve(&board.second.tenant, &shown).await.expect(200);
    let viewer = board.person(&["viewer"]).await;
    let (path, body) = (format!("{}/roles", viewer.path), json!({ "role_ids": [role(&board.owner, "admin").await] }));
    let (one, other) = tokio::join!(board.owner.put(&path, &body), board.owner.put(&path, &body));
    let shown = board.asked(&one).await;
    assert_eq!(board.asked(&other).await["id"], shown["id"]);
    assert_eq!(rows(&board.owner, &format!("{LIST}?status=pending")).await.len(), 1);
    let (one, other) = tokio::join!(approve(&board.second.tenant, &shown), approve(&third.tenant, &shown));
    let (done, told): (Vec<_>, Vec<_>) = [one, other].into_iter().partition(|answer| answer.status == 200);
    assert_eq!((done.len(), told.len()), (1, 1));
    problem(&told[0], 409, "illegal_transition");
    assert_eq!(board.roles(&viewer.path).await, ["admin"]);
    assert_eq!(rows(&board.owner, "/v1/audit-logs?action=role_change.end").await.len(), 2);
}
