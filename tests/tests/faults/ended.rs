//! A process is told to end while there is always more to be sent.
use purser_kernel::clock::Stopwatch;
use purser_tests::{
    database::{Engine, TestDatabase},
    program::Program,
    receiver::{Receiver, Response},
};
use rstest::rstest;
use serde_json::json;
use std::time::Duration;

const DESK: [(&str, &str); 1] = [("PURSER_WEBHOOKS_ALLOW_LOOPBACK", "true")];
/// Shorter than an answer is waited for: before one of those that hang is given up, others do.
const BETWEEN: Duration = Duration::from_millis(6_500);

/// The first request is never answered, nor is another now and then.
fn hangs_now_and_then(receiver: &Receiver) {
    let mut last: Option<Stopwatch> = None;
    receiver.answer(move |_| {
        if last.is_some_and(|last| last.elapsed() < BETWEEN) {
            return Response::Status(204);
        }
        last = Some(Stopwatch::start());
        Response::Never
    });
}

/// With what an operator has who changes nothing: 15 seconds for an answer, 25 for the end.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_is_on_its_way_is_waited_for_and_no_more_is_sent(#[case] engine: Engine) {
    let Some(database) = TestDatabase::new(engine).await else { return };
    let receiver = Receiver::start().await;
    hangs_now_and_then(&receiver);
    let program = Program::start_with(&database, &[], &DESK).await;
    let owner = program.tenant("olive@example.com").await;
    // One a second, so that there is another one all the time.
    let endpoint = json!({ "url": receiver.url, "event_types": ["customer.created"], "rate_limit": 60 });
    owner.create("/v1/webhook-endpoints", &endpoint).await;
    for number in 0..30 {
        owner.create("/v1/customers", &json!({ "business_name": format!("Quay {number}") })).await;
    }
    receiver.wait(1).await;

    let ended = program.end().await.expect("it ends within 30 seconds");
    assert!(ended.success(), "something was left");
    let cut_off = "select cast(number as text) from webhook_attempts where duration_ms is null";
    assert!(database.owner().await.rows(cut_off).await.unwrap().is_empty());
    // The rest is sent by the next.
    let sent = receiver.requests().len();
    assert!(sent < 30, "{sent}");
    receiver.answer_with(204);
    let _program = Program::start_with(&database, &[], &DESK).await;
    receiver.wait(sent + 1).await;
}
