//! When what was not taken is sent again.
use super::{Hooks, still};
use chrono::{DateTime, TimeDelta, Utc};
use purser_tests::{database::Engine, receiver::Response};
use rstest::rstest;
use serde_json::{Value, json};

const SECONDS: [i64; 9] = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400];

fn time(value: &Value) -> DateTime<Utc> {
    value.as_str().unwrap().parse().unwrap()
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn ten_attempts_by_the_schedule_under_one_id(#[case] engine: Engine) {
    let Some(mut hooks) = Hooks::start_at(engine, still()).await else { return };
    hooks.receiver.answer(|_| Response::Full(500, vec![], "x".repeat(5_000)));
    hooks.endpoint(json!({})).await;
    hooks.project("Cold store").await;
    for (attempt, seconds) in (1..).zip(SECONDS) {
        let delivery = hooks.wait("retrying", attempt, 1).await.remove(0);
        assert_eq!(delivery["error"], "status_500");
        let wait = time(&delivery["next_attempt_at"]) - hooks.clock.now();
        let (least, most) = (TimeDelta::seconds(seconds) * 4 / 5, TimeDelta::seconds(seconds) * 6 / 5);
        assert!((least..=most).contains(&wait), "after attempt {attempt}: {wait}");
        // Not a moment before.
        hooks.later(wait - TimeDelta::milliseconds(1)).await;
        assert_eq!(hooks.receiver.requests().len(), usize::try_from(attempt).unwrap());
        hooks.later(TimeDelta::milliseconds(1)).await;
    }
    let delivery = hooks.wait("failed", 10, 1).await.remove(0);
    assert_eq!((&delivery["next_attempt_at"], &delivery["error"]), (&Value::Null, &json!("status_500")));
    let requests = hooks.receiver.requests();
    assert_eq!(requests.len(), 10);
    let times: Vec<&str> = requests.iter().map(|request| request.header("webhook-timestamp")).collect();
    assert!(times.windows(2).all(|pair| pair[0] < pair[1]), "{times:?}");
    assert!(requests.iter().all(|request| request.header("webhook-id") == requests[0].header("webhook-id")));
    assert!(requests.iter().all(|request| request.body == requests[0].body));
    let shown = format!("/v1/webhook-deliveries/{}", delivery["id"].as_str().unwrap());
    let shown = hooks.owner.get(&shown).await.expect(200).json();
    let history = shown["history"].as_array().unwrap();
    assert_eq!(history.len(), 10);
    assert_eq!(history[9]["response_body"].as_str().unwrap().len(), 1_024);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_is_taken_at_last_is_done(#[case] engine: Engine) {
    let Some(mut hooks) = Hooks::start_at(engine, still()).await else { return };
    hooks.receiver.answer_with(503);
    let endpoint = hooks.endpoint(json!({})).await;
    hooks.project("Cold store").await;
    hooks.wait("retrying", 1, 1).await;
    assert_eq!(hooks.shown(&endpoint).await["failing_since"], "2026-11-20T10:00:00Z");
    hooks.receiver.answer_with(200);
    hooks.later(TimeDelta::seconds(6)).await;
    let delivery = hooks.wait("success", 2, 1).await.remove(0);
    assert_eq!((&delivery["error"], &delivery["next_attempt_at"]), (&Value::Null, &Value::Null));
    assert_eq!(hooks.shown(&endpoint).await["failing_since"], Value::Null);
}

/// As long as it asks for, but no shorter than the schedule has it and no longer than twice that.
#[rstest]
#[case::sqlite_too_short(Engine::Sqlite, "1", 4.0, 6.0)]
#[case::sqlite(Engine::Sqlite, "8", 8.0, 8.0)]
#[case::sqlite_too_long(Engine::Sqlite, "4000", 8.0, 12.0)]
#[case::postgres(Engine::Postgres, "8", 8.0, 8.0)]
#[case::postgres_as_a_date(Engine::Postgres, "Fri, 20 Nov 2026 10:00:08 GMT", 8.0, 8.0)]
#[tokio::test]
async fn retry_after_is_kept_within_reason(
    #[case] engine: Engine,
    #[case] asked: &'static str,
    #[case] least: f64,
    #[case] most: f64,
) {
    let Some(hooks) = Hooks::start_at(engine, still()).await else { return };
    hooks.receiver.answer(move |_| Response::Full(503, vec![("Retry-After", asked.to_owned())], String::new()));
    hooks.endpoint(json!({})).await;
    hooks.project("Cold store").await;
    let delivery = hooks.wait("retrying", 1, 1).await.remove(0);
    let wait = (time(&delivery["next_attempt_at"]) - hooks.clock.now()).as_seconds_f64();
    assert!((least..=most).contains(&wait), "{wait}");
}

#[rstest]
#[case::sqlite(Engine::Sqlite, 429)]
#[case::sqlite(Engine::Sqlite, 502)]
#[case::postgres(Engine::Postgres, 504)]
#[case::postgres(Engine::Postgres, 429)]
#[tokio::test]
async fn who_has_too_much_is_left_alone_with_everything(#[case] engine: Engine, #[case] status: u16) {
    let Some(mut hooks) = Hooks::start_at(engine, still()).await else { return };
    hooks.receiver.answer_with(status);
    let endpoint = hooks.endpoint(json!({})).await;
    hooks.project("First").await;
    hooks.wait("retrying", 1, 1).await;
    let until = time(&hooks.shown(&endpoint).await["paused_until"]);
    hooks.receiver.answer_with(204);
    hooks.project("Second").await;
    hooks.wait("pending", 0, 1).await;
    hooks.later(until - hooks.clock.now() - TimeDelta::milliseconds(1)).await;
    hooks.project("Third").await;
    hooks.wait("pending", 0, 2).await;
    assert_eq!(hooks.receiver.requests().len(), 1);
    hooks.later(TimeDelta::seconds(3)).await;
    hooks.wait("success", 1, 2).await;
    hooks.wait("success", 2, 1).await;
    assert_eq!(hooks.shown(&endpoint).await["paused_until"], Value::Null);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn who_does_not_answer_is_not_waited_for(#[case] engine: Engine) {
    let Some(hooks) = Hooks::start(engine).await else { return };
    hooks.receiver.answer(|_| Response::Never);
    let endpoint = hooks.endpoint(json!({ "max_attempts": 1 })).await;
    hooks.project("Cold store").await;
    let delivery = hooks.wait("failed", 1, 1).await.remove(0);
    assert_eq!(delivery["error"], "timeout");
    assert!(hooks.shown(&endpoint).await["paused_until"].is_string());
}

/// It has said that it has taken it, whatever else it was about to say.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn who_says_yes_and_then_no_more_is_not_sent_it_again(#[case] engine: Engine) {
    let Some(hooks) = Hooks::start_at(engine, still()).await else { return };
    hooks.receiver.answer(|_| Response::Unfinished(200));
    hooks.endpoint(json!({})).await;
    for number in 0..8 {
        hooks.project(&format!("Quay {number}")).await;
    }
    hooks.wait("success", 1, 8).await;
    assert_eq!(hooks.receiver.requests().len(), 8);
}
