//! A process that dies while it sends, and one that is too slow to keep its job.
use super::{Hooks, path, still};
use chrono::TimeDelta;
use purser_tests::{
    app::eventually,
    database::{Engine, TestDatabase},
    program::Program,
    receiver::{Receiver, Response},
};
use rstest::rstest;
use serde_json::json;

const DESK: [(&str, &str); 2] = [("PURSER_WEBHOOKS_ALLOW_LOOPBACK", "true"), ("PURSER_WEBHOOK_TIMEOUT_SECONDS", "5")];

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_it_was_sending_is_sent_again_under_the_same_id(#[case] engine: Engine) {
    let Some(database) = TestDatabase::new(engine).await else { return };
    let receiver = Receiver::start().await;
    receiver.answer(|_| Response::Never);
    let program = Program::start_with(&database, &[], &DESK).await;
    let owner = program.tenant("olive@example.com").await;
    let endpoint = json!({ "url": receiver.url, "event_types": ["project.created"] });
    let endpoint = owner.create("/v1/webhook-endpoints", &endpoint).await;
    owner.create("/v1/projects", &json!({ "name": "Cold store" })).await;
    receiver.wait(1).await;
    program.kill().await;
    receiver.answer_with(204);

    let program = Program::start_with(&database, &[], &DESK).await;
    let owner = owner.signed_in_at(&program.url).await;
    let requests = receiver.wait(2).await;
    assert_eq!(requests[0].header("webhook-id"), requests[1].header("webhook-id"));
    assert_eq!(requests[0].body, requests[1].body);
    let delivery = eventually("the delivery to be done", || async {
        let done = owner.get("/v1/webhook-deliveries?status=success").await.json();
        done["data"].as_array().and_then(|done| done.first().cloned())
    })
    .await;
    let shown = format!("/v1/webhook-deliveries/{}", delivery["id"].as_str().unwrap());
    let shown = owner.get(&shown).await.expect(200).json();
    assert_eq!(shown["attempts"], 2);
    assert_eq!(shown["history"][0]["error"], "abandoned");
    assert_eq!(shown["history"][1]["response_status"], 204);
    assert_eq!(receiver.requests().len(), 2);
    assert_eq!(owner.get(&path(&endpoint)).await.json()["failing_since"], serde_json::Value::Null);
}

/// Its lease has run out, and another run of the job has done what there was and has ended it.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn whoever_lost_the_job_keeps_no_lane(#[case] engine: Engine) {
    let Some(mut hooks) = Hooks::start_at(engine, still()).await else { return };
    hooks.receiver.answer(|_| Response::Never);
    hooks.endpoint(json!({})).await;
    hooks.project("Cold store").await;
    hooks.receiver.wait(1).await;
    let ended = "update jobs set status = 'done', lease_owner = null, leased_until = null
        where kind = 'webhooks.deliver' and status = 'running'";
    assert_eq!(hooks.app.database.owner().await.execute(ended).await.unwrap(), 1);
    hooks.wait("retrying", 1, 1).await;
    hooks.receiver.answer_with(204);
    hooks.project("Quay").await;
    // Past the pause of an endpoint that did not answer.
    hooks.later(TimeDelta::seconds(10)).await;
    hooks.wait("success", 1, 1).await;
}
