//! Endpoints to which nothing is sent.
use super::{Hooks, path, still};
use chrono::TimeDelta;
use purser_kernel::Permission;
use purser_tests::{app::eventually, database::Engine, receiver::Response};
use rstest::rstest;
use serde_json::{Value, json};

/// An endpoint that is told when another one is switched off.
pub(super) async fn watcher(hooks: &Hooks) -> purser_tests::receiver::Receiver {
    let watcher = purser_tests::receiver::Receiver::start().await;
    let body = json!({ "url": watcher.url, "event_types": ["webhook_endpoint.disabled"] });
    hooks.owner.create("/v1/webhook-endpoints", &body).await;
    watcher
}

/// The only notification of the owner's.
pub(super) async fn told(hooks: &Hooks) -> Value {
    let list = hooks.owner.get("/v1/notifications").await.expect(200).json();
    assert_eq!(list["data"].as_array().unwrap().len(), 1, "{list}");
    list["data"][0].clone()
}

/// Somebody hears of it where whoever made the endpoint does not work there any more.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn whose_maker_is_gone_is_told_of_to_those_who_manage_endpoints(#[case] engine: Engine) {
    let Some(hooks) = Hooks::start_at(engine, still()).await else { return };
    let maker = hooks.app.member(&hooks.owner, Permission::WebhooksManage | Permission::WebhooksRead).await;
    let body = json!({ "url": format!("{}/hooks", hooks.receiver.url), "event_types": ["project.created"] });
    let endpoint = maker.create("/v1/webhook-endpoints", &body).await;
    let members = hooks.owner.get("/v1/members?limit=200").await.expect(200).json();
    let member =
        members["data"].as_array().unwrap().iter().find(|row| row["user_id"] == maker.user_id.as_str()).unwrap();
    hooks.owner.verb(&format!("/v1/members/{}/disable", member["id"].as_str().unwrap())).await.expect(200);
    hooks.receiver.answer_with(410);
    hooks.project("First").await;
    hooks.app.mail(&hooks.owner.email, "switched off").await;
    assert_eq!(told(&hooks).await["resource_id"], endpoint["id"]);
    assert!(hooks.app.mails(&maker.email).iter().all(|mail| !mail.subject.contains("switched off")));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn who_is_gone_is_switched_off_and_whoever_made_it_is_told(#[case] engine: Engine) {
    let Some(hooks) = Hooks::start_at(engine, still()).await else { return };
    hooks.receiver.answer_with(410);
    let watcher = watcher(&hooks).await;
    let endpoint = hooks.endpoint(json!({ "description": "Warehouse" })).await;
    hooks.project("First").await;
    assert_eq!(hooks.wait("failed", 1, 1).await[0]["error"], "status_410");
    let shown = hooks.shown(&endpoint).await;
    assert_eq!((&shown["is_active"], &shown["disabled_reason"]), (&json!(false), &json!("gone")));
    let event = watcher.wait(1).await.remove(0).json();
    assert_eq!(event["data"], json!({ "endpoint_id": endpoint["id"], "description": "Warehouse", "reason": "gone" }));
    let mail = hooks.app.mail(&hooks.owner.email, "switched off").await;
    assert!(mail.text.contains("Warehouse") && mail.text.contains(endpoint["id"].as_str().unwrap()), "{mail:?}");
    assert!(!mail.text.contains(&hooks.receiver.url), "an address may hold a secret of the receiver's");
    let told = told(&hooks).await;
    assert_eq!(
        (&told["kind"], &told["title"]),
        (&json!("webhook_disabled"), &json!("A webhook endpoint was switched off"))
    );
    assert_eq!(told["link"], format!("webhook-endpoints/{}", endpoint["id"].as_str().unwrap()));
    // It offers what is done below.
    for text in [&mail.text, told["body"].as_str().unwrap()] {
        assert!(text.contains(&format!("POST {}/replay with since 2026-11-20T10:00:00Z", path(&endpoint))), "{text}");
    }

    // What happens now is missed, and can be had when it is on again.
    hooks.project("Second").await;
    let missed = hooks.wait("failed", 0, 1).await.remove(0);
    assert_eq!(missed["error"], "endpoint_disabled");
    let test = hooks.owner.verb(&format!("{}/test", path(&endpoint))).await.expect(409);
    assert_eq!(test.problem(), "webhook_endpoint_disabled");
    let resend = format!("/v1/webhook-deliveries/{}/resend", missed["id"].as_str().unwrap());
    hooks.owner.verb(&resend).await.expect(409);
    let replay = format!("{}/replay", path(&endpoint));
    hooks.owner.post(&replay, &json!({ "since": "2026-11-01T00:00:00Z" })).await.expect(409);
    assert_eq!(hooks.receiver.requests().len(), 1);
    hooks.receiver.answer_with(204);
    let on = hooks.verb(&endpoint, "enable", &json!({})).await;
    assert_eq!(
        (&on["is_active"], &on["disabled_reason"], &on["failing_since"]),
        (&json!(true), &Value::Null, &Value::Null)
    );
    let replayed = hooks.verb(&endpoint, "replay", &json!({ "since": "2026-11-20T10:00:00Z" })).await;
    assert_eq!(replayed, json!({ "queued": 2, "more": false }));
    let requests = hooks.receiver.wait(3).await;
    assert_eq!(
        requests[0].header("webhook-id"),
        requests.iter().skip(1).find(|it| it.body.contains("First")).unwrap().header("webhook-id")
    );
}

/// Whoever queues events does not wait for whoever switches off an endpoint, and may have seen it on.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_is_queued_while_it_is_switched_off_is_given_up(#[case] engine: Engine) {
    let Some(hooks) = Hooks::start_at(engine, still()).await else { return };
    hooks.receiver.answer(|_| Response::Status(500));
    let endpoint = hooks.endpoint(json!({})).await;
    hooks.project("First").await;
    hooks.wait("retrying", 1, 1).await;
    hooks.verb(&endpoint, "disable", &json!({})).await;
    hooks.wait("failed", 1, 1).await;
    let late = "update webhook_deliveries set status = 'pending', next_attempt_at = created_at, completed_at = null, error = null;
        update jobs set status = 'ready', run_at = created_at where kind = 'webhooks.deliver' and status <> 'running'";
    hooks.app.database.owner().await.execute(late).await.unwrap();
    let given_up = hooks.wait("failed", 1, 1).await;
    assert_eq!(given_up[0]["error"], "endpoint_disabled");
    hooks.receiver.answer_with(204);
    hooks.verb(&endpoint, "enable", &json!({})).await;
    hooks.project("Second").await;
    hooks.wait("success", 1, 1).await;
    assert_eq!(hooks.receiver.requests().len(), 2);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_somebody_switches_off_is_sent_nothing(#[case] engine: Engine) {
    let Some(mut hooks) = Hooks::start_at(engine, still()).await else { return };
    hooks.receiver.answer(|_| Response::Status(500));
    let endpoint = hooks.endpoint(json!({})).await;
    hooks.project("First").await;
    hooks.wait("retrying", 1, 1).await;
    let off = hooks.verb(&endpoint, "disable", &json!({})).await;
    assert_eq!((&off["is_active"], &off["disabled_reason"]), (&json!(false), &json!("requested")));
    assert_eq!(hooks.verb(&endpoint, "disable", &json!({})).await["version"], off["version"]);
    assert_eq!(hooks.wait("failed", 1, 1).await[0]["error"], "endpoint_disabled");
    hooks.later(TimeDelta::days(1)).await;
    hooks.project("Second").await;
    hooks.wait("failed", 0, 1).await;
    eventually("every job to be done", || async {
        let left = "select kind from jobs where kind like 'webhooks.%' and status = 'running'";
        let rows = hooks.app.database.owner().await.rows(left).await.ok()?;
        rows.is_empty().then_some(())
    })
    .await;
    assert_eq!(hooks.receiver.requests().len(), 1);
    assert!(hooks.app.mails(&hooks.owner.email).iter().all(|mail| !mail.subject.contains("switched off")));
    let list = hooks.owner.get("/v1/notifications").await.expect(200).json();
    assert_eq!(list["data"], json!([]));
}
