//! The inbox costs the same, however full it is.
use super::Board;
use crate::statements;
use purser_tests::database::Engine;
use rstest::rstest;

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn fifty_that_wait_take_as_many_statements_as_one(#[case] engine: Engine) {
    let heard = statements::heard();
    let Some(board) = Board::open(engine).await else { return };
    let ask = async |waiting: usize| {
        let request = board.second.tenant.request("GET", "/v1/approvals?assigned=me&limit=200");
        let answer = purser_tests::app::Answer::of(request).await.expect(200);
        assert_eq!(answer.json()["data"].as_array().unwrap().len(), waiting);
        heard.reads_of(answer.header("x-request-id"))
    };
    let one = {
        let viewer = board.person(&["viewer"]).await;
        board.waits(&viewer.path, &["admin"]).await;
        ask(1).await
    };
    assert!(one.len() >= 3, "they are not heard: {one:#?}");
    for _ in 1..50 {
        let viewer = board.person(&["viewer"]).await;
        board.waits(&viewer.path, &["admin"]).await;
    }
    let fifty = ask(50).await;
    // Who asks and how the organization stands is remembered for a second: whether that was asked once more says nothing of the list.
    let times = |all: &[String], statement: &String| all.iter().filter(|other| *other == statement).count();
    let more = fifty.iter().find(|statement| times(&fifty, statement) > times(&one, statement).max(1));
    assert!(more.is_none(), "{more:?}: {one:#?} {fifty:#?}");
}
