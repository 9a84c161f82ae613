//! In the order in which it happened, where an endpoint asks for that.
use super::{Hooks, still};
use chrono::TimeDelta;
use purser_tests::{
    database::Engine,
    receiver::{Received, Response},
};
use rstest::rstest;
use serde_json::{Value, json};

fn names(requests: &[Received]) -> Vec<String> {
    requests.iter().map(|request| request.json()["data"]["name"].as_str().unwrap().to_owned()).collect()
}

/// Takes everything but what is about things of this name.
fn not(name: &'static str) -> impl FnMut(&Received) -> Response {
    move |request| Response::Status(if request.body.contains(name) { 500 } else { 204 })
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_fails_holds_back_what_comes_after_it_and_nothing_else(#[case] engine: Engine) {
    let Some(mut hooks) = Hooks::start_at(engine, still()).await else { return };
    hooks.receiver.answer(not("A-one"));
    let endpoint = hooks.endpoint(json!({ "ordered": true })).await;
    let (a, b) = (hooks.project("A-one").await, hooks.project("B-one").await);
    hooks.rename(&a, 1, "A-two").await;
    hooks.rename(&a, 2, "A-three").await;
    hooks.rename(&b, 1, "B-two").await;
    hooks.wait("success", 1, 2).await;
    hooks.wait("retrying", 1, 1).await;
    let held = hooks.wait("pending", 0, 2).await;
    hooks.receiver.answer_with(204);
    hooks.later(TimeDelta::seconds(6)).await;
    hooks.wait("success", 1, 4).await;
    let sent = names(&hooks.receiver.requests());
    let of = |letter: &str| sent.iter().filter(|name| name.starts_with(letter)).cloned().collect::<Vec<_>>();
    assert_eq!(of("A"), ["A-one", "A-one", "A-two", "A-three"]);
    assert_eq!(of("B"), ["B-one", "B-two"]);
    assert!(held.iter().all(|delivery| delivery["endpoint_id"] == endpoint["id"]));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_is_given_up_holds_nothing_back(#[case] engine: Engine) {
    let Some(hooks) = Hooks::start_at(engine, still()).await else { return };
    hooks.receiver.answer(not("A-one"));
    hooks.endpoint(json!({ "ordered": true, "max_attempts": 1 })).await;
    let a = hooks.project("A-one").await;
    hooks.rename(&a, 1, "A-two").await;
    hooks.wait("failed", 1, 1).await;
    hooks.wait("success", 1, 1).await;
    assert_eq!(names(&hooks.receiver.requests()), ["A-one", "A-two"]);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn without_order_nothing_is_held_back(#[case] engine: Engine) {
    let Some(hooks) = Hooks::start_at(engine, still()).await else { return };
    hooks.receiver.answer(not("A-one"));
    let endpoint = hooks.endpoint(json!({ "ordered": true })).await;
    let a = hooks.project("A-one").await;
    hooks.rename(&a, 1, "A-two").await;
    hooks.wait("retrying", 1, 1).await;
    let waits = hooks.wait("pending", 0, 1).await.remove(0);
    // Once nobody asks for order any more, it goes.
    hooks.owner.patch(&super::path(&endpoint), 1, &json!({ "ordered": false })).await.expect(200);
    let sent = hooks.wait("success", 1, 1).await.remove(0);
    assert_eq!(sent["id"], waits["id"]);
}

/// More than one look at what is due has: all of them behind one that fails, and one that is not.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn many_that_wait_hide_nobody(#[case] engine: Engine) {
    let Some(mut hooks) = Hooks::start_at(engine, still()).await else { return };
    hooks.receiver.answer(not("A-one"));
    hooks.endpoint(json!({ "ordered": true })).await;
    let a = hooks.project("A-one").await;
    hooks.wait("retrying", 1, 1).await;
    for version in 1..=120 {
        hooks.rename(&a, version, &format!("A-{version}")).await;
    }
    hooks.project("B-one").await;
    hooks.wait("success", 1, 1).await;
    hooks.receiver.answer_with(204);
    hooks.later(TimeDelta::seconds(6)).await;
    let requests = hooks.receiver.wait(123).await;
    let sent: Vec<String> = names(&requests).into_iter().skip(3).collect();
    let expected: Vec<Value> = (1..=120).map(|version| json!(format!("A-{version}"))).collect();
    assert_eq!(json!(sent), json!(expected));
}
