//! Endpoints at which nothing is taken for long.
use super::{
    Hooks,
    disabled::{told, watcher},
    path, still,
};
use chrono::{DateTime, TimeDelta, Utc};
use purser_tests::{database::Engine, receiver::Receiver};
use rstest::rstest;
use serde_json::{Value, json};

impl Hooks {
    /// Lets the endpoint have another address.
    async fn moves(&self, endpoint: &Value, url: &str) -> Value {
        let version = self.shown(endpoint).await["version"].as_i64().unwrap();
        self.owner.patch(&path(endpoint), version, &json!({ "url": url })).await.expect(200).json()
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn five_days_in_vain_are_enough(#[case] engine: Engine) {
    let Some(mut hooks) = Hooks::start_at(engine, still()).await else { return };
    hooks.receiver.answer_with(500);
    let watcher = watcher(&hooks).await;
    let endpoint = hooks.endpoint(json!({ "max_attempts": 1 })).await;
    // As seldom as it may be.
    for (count, hours) in [(1, 0), (2, 60)] {
        hooks.later(TimeDelta::hours(hours)).await;
        hooks.project(&format!("Number {count}")).await;
        hooks.wait("failed", 1, count).await;
    }
    hooks.later(TimeDelta::hours(60) - TimeDelta::milliseconds(1)).await;
    hooks.project("Number 3").await;
    hooks.wait("failed", 1, 3).await;
    assert_eq!(hooks.shown(&endpoint).await["is_active"], true);
    hooks.later(TimeDelta::milliseconds(1)).await;
    hooks.project("Number 4").await;
    hooks.wait("failed", 1, 4).await;
    let shown = hooks.shown(&endpoint).await;
    assert_eq!((&shown["is_active"], &shown["disabled_reason"]), (&json!(false), &json!("failing")));
    assert_eq!(watcher.wait(1).await.remove(0).json()["data"]["reason"], "failing");
    let mail = hooks.app.mail(&hooks.owner.email, "switched off").await;
    assert!(mail.text.contains("five days"), "{mail:?}");
    let told = told(&hooks).await;
    // Since nothing was taken, and not since it was noticed.
    let offer = format!("POST {}/replay with since 2026-11-20T10:00:00Z", path(&endpoint));
    assert!(told["body"].as_str().unwrap().contains(&offer), "{told}");
    let mails = hooks.app.mails(&hooks.owner.email);
    assert_eq!(mails.iter().filter(|mail| mail.subject.contains("switched off")).count(), 1);
    let trail = hooks.owner.get("/v1/audit-logs").await.expect(200).json();
    let actions: Vec<&Value> = trail["data"].as_array().unwrap().iter().map(|entry| &entry["action"]).collect();
    assert!(actions.contains(&&json!("webhook_endpoint.disable")), "{actions:?}");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_is_taken_now_and_then_is_not_failing(#[case] engine: Engine) {
    let Some(mut hooks) = Hooks::start_at(engine, still()).await else { return };
    let endpoint = hooks.endpoint(json!({ "max_attempts": 1 })).await;
    for (day, status, outcome, count) in
        [(0, 500, "failed", 1), (2, 204, "success", 1), (4, 500, "failed", 2), (6, 500, "failed", 3)]
    {
        hooks.receiver.answer_with(status);
        hooks.project(&format!("Day {day}")).await;
        hooks.wait(outcome, 1, count).await;
        hooks.later(TimeDelta::days(2)).await;
    }
    assert_eq!(hooks.shown(&endpoint).await["is_active"], true);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn weeks_in_which_nothing_was_sent_are_not_failing(#[case] engine: Engine) {
    let Some(mut hooks) = Hooks::start_at(engine, still()).await else { return };
    hooks.receiver.answer_with(503);
    let endpoint = hooks.endpoint(json!({ "max_attempts": 1 })).await;
    for (count, wait) in [(1, TimeDelta::zero()), (2, TimeDelta::days(14)), (3, TimeDelta::hours(60))] {
        hooks.later(wait).await;
        hooks.project(&format!("Number {count}")).await;
        hooks.wait("failed", 1, count).await;
    }
    hooks.later(TimeDelta::hours(60) + TimeDelta::milliseconds(1)).await;
    hooks.project("Number 4").await;
    hooks.wait("failed", 1, 4).await;
    let shown = hooks.shown(&endpoint).await;
    assert_eq!(shown["is_active"], true);
    let since: DateTime<Utc> = shown["failing_since"].as_str().unwrap().parse().unwrap();
    assert_eq!(since, hooks.clock.now());
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn another_address_begins_anew(#[case] engine: Engine) {
    let Some(mut hooks) = Hooks::start_at(engine, still()).await else { return };
    hooks.receiver.answer_with(429);
    let endpoint = hooks.endpoint(json!({ "max_attempts": 1 })).await;
    for (count, hours) in [(1, 0), (2, 60)] {
        hooks.later(TimeDelta::hours(hours)).await;
        hooks.project(&format!("Number {count}")).await;
        hooks.wait("failed", 1, count).await;
    }
    let shown = hooks.shown(&endpoint).await;
    assert!(shown["failing_since"].is_string() && shown["paused_until"].is_string(), "{shown}");
    // What is no other address changes nothing.
    let same = hooks.moves(&endpoint, endpoint["url"].as_str().unwrap()).await;
    assert_eq!((&same["failing_since"], &same["paused_until"]), (&shown["failing_since"], &shown["paused_until"]));
    let elsewhere = Receiver::start().await;
    elsewhere.answer_with(500);
    let moved = hooks.moves(&endpoint, &elsewhere.url).await;
    assert_eq!((&moved["failing_since"], &moved["paused_until"]), (&Value::Null, &Value::Null));
    // It is not left alone for what the other one said, nor does that count.
    hooks.project("Number 3").await;
    elsewhere.wait(1).await;
    hooks.wait("failed", 1, 3).await;
    hooks.later(TimeDelta::hours(60)).await;
    hooks.project("Number 4").await;
    hooks.wait("failed", 1, 4).await;
    assert_eq!(hooks.shown(&endpoint).await["is_active"], true);
}

#[rstest]
#[case::sqlite_gone(Engine::Sqlite, 410)]
#[case::sqlite_busy(Engine::Sqlite, 429)]
#[case::postgres_gone(Engine::Postgres, 410)]
#[case::postgres_busy(Engine::Postgres, 429)]
#[tokio::test]
async fn what_the_old_address_answers_late_says_nothing_of_the_new_one(#[case] engine: Engine, #[case] status: u16) {
    let Some(mut hooks) = Hooks::patient(engine, still()).await else { return };
    let free = hooks.receiver.hold(status);
    let endpoint = hooks.endpoint(json!({})).await;
    hooks.project("First").await;
    hooks.receiver.wait(1).await;
    let elsewhere = Receiver::start().await;
    hooks.moves(&endpoint, &elsewhere.url).await;
    free.add_permits(1);
    hooks.wait("retrying", 1, 1).await;
    let shown = hooks.shown(&endpoint).await;
    assert_eq!((&shown["is_active"], &shown["failing_since"]), (&json!(true), &Value::Null));
    assert_eq!(shown["paused_until"], Value::Null);
    hooks.later(TimeDelta::seconds(6)).await;
    hooks.wait("success", 2, 1).await;
    assert_eq!((hooks.receiver.requests().len(), elsewhere.requests().len()), (1, 1));
}
