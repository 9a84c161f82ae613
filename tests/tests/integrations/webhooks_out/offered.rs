//! What whoever is told of an endpoint that was switched off can do about it.
use super::{Hooks, still};
use chrono::TimeDelta;
use purser_tests::{app::eventually, database::Engine};
use rstest::rstest;
use serde_json::{Value, json};

/// What the words ask for: a path, and the body that is posted there.
fn offer(words: &str) -> (String, Value) {
    let (_, offer) = words.split_once("POST ").unwrap();
    let (path, since) = offer.split_once(" with since ").unwrap();
    let (since, _) = since.split_once('Z').unwrap();
    (path.to_owned(), json!({ "since": format!("{since}Z") }))
}

impl Hooks {
    /// Switches the endpoint on and does what the mail and the notification say. What came of it.
    async fn do_as_is_offered(&self, endpoint: &Value) -> Value {
        let mail = self.app.mail(&self.owner.email, "switched off").await;
        let list = self.owner.get("/v1/notifications").await.expect(200).json();
        let (path, body) = offer(list["data"][0]["body"].as_str().unwrap());
        assert_eq!(offer(&mail.text), (path.clone(), body.clone()));
        self.receiver.answer_with(204);
        self.verb(endpoint, "enable", &json!({})).await;
        let answer = self.owner.post(&path, &body).await;
        assert!(answer.status < 300, "{answer:?}");
        answer.json()
    }

    async fn wait_for_all_to_be(&self, status: &str, count: usize) {
        eventually(&format!("{count} to be {status}"), || async {
            (self.deliveries(&format!("status={status}")).await.len() == count).then_some(())
        })
        .await;
    }
}

/// All of it was queued before it was known that nobody would take it, and all but the first was not even sent.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn who_is_gone_has_missed_what_was_queued_before_that_was_known(#[case] engine: Engine) {
    let Some(hooks) = Hooks::patient(engine, still()).await else { return };
    let free = hooks.receiver.hold(410);
    let endpoint = hooks.endpoint(json!({ "ordered": true })).await;
    let project = hooks.project("First").await;
    hooks.rename(&project, 1, "Second").await;
    hooks.rename(&project, 2, "Third").await;
    hooks.wait("pending", 0, 2).await;
    hooks.receiver.wait(1).await;
    hooks.clock.advance(TimeDelta::seconds(15));
    free.add_permits(100);
    hooks.wait_for_all_to_be("failed", 3).await;
    assert_eq!(hooks.do_as_is_offered(&endpoint).await, json!({ "queued": 3, "more": false }));
    hooks.wait_for_all_to_be("success", 3).await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn who_fails_for_days_has_missed_what_failed_first(#[case] engine: Engine) {
    let Some(mut hooks) = Hooks::patient(engine, still()).await else { return };
    let free = hooks.receiver.hold(500);
    let endpoint = hooks.endpoint(json!({ "max_attempts": 1 })).await;
    hooks.project("First").await;
    hooks.receiver.wait(1).await;
    hooks.clock.advance(TimeDelta::seconds(15));
    free.add_permits(100);
    hooks.wait_for_all_to_be("failed", 1).await;
    for (count, days) in [(2, 2), (3, 2), (4, 1)] {
        hooks.later(TimeDelta::days(days)).await;
        hooks.project(&format!("Number {count}")).await;
        hooks.wait_for_all_to_be("failed", count).await;
    }
    assert_eq!(hooks.do_as_is_offered(&endpoint).await, json!({ "queued": 4, "more": false }));
    hooks.wait_for_all_to_be("success", 4).await;
}
