//! Looking at deliveries, and sending them again.
use super::{Hooks, path, still};
use chrono::TimeDelta;
use purser_kernel::Permission;
use purser_store::{jobs::NewJob, retention::RemoveExpired};
use purser_tests::{
    app::{Tenant, eventually},
    database::Engine,
    receiver::Response,
};
use rstest::rstest;
use serde_json::{Value, json};

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn the_log_is_narrowed(#[case] engine: Engine) {
    let Some(mut hooks) = Hooks::start_at(engine, still()).await else { return };
    let first = hooks.endpoint(json!({})).await;
    let project = hooks.project("One").await;
    hooks.wait("success", 1, 1).await;
    hooks.later(TimeDelta::hours(1)).await;
    hooks.receiver.answer_with(500);
    let second = hooks.endpoint(json!({ "event_types": ["project.updated"], "max_attempts": 1 })).await;
    hooks.rename(&project, 1, "Two").await;
    hooks.wait("failed", 1, 1).await;
    hooks.wait("retrying", 1, 1).await;
    let id = |endpoint: &Value| endpoint["id"].as_str().unwrap().to_owned();
    for (query, count) in [
        (String::new(), 3),
        (format!("endpoint_id={}", id(&first)), 2),
        (format!("endpoint_id={}", id(&second)), 1),
        ("event_type=project.created".to_owned(), 1),
        ("event_type=order.confirmed".to_owned(), 0),
        ("status=failed".to_owned(), 1),
        ("status=success".to_owned(), 1),
        ("since=2026-11-20T11:00:00Z".to_owned(), 2),
        ("until=2026-11-20T11:00:00Z".to_owned(), 1),
        (format!("endpoint_id={}&status=retrying&since=2026-11-20T10:30:00Z", id(&first)), 1),
    ] {
        assert_eq!(hooks.deliveries(&query).await.len(), count, "{query}");
    }
    hooks.owner.get("/v1/webhook-deliveries?status=lost").await.expect(422);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_was_sent_can_be_sent_again(#[case] engine: Engine) {
    let Some(hooks) = Hooks::start_at(engine, still()).await else { return };
    hooks.endpoint(json!({})).await;
    hooks.project("One").await;
    let delivery = hooks.wait("success", 1, 1).await.remove(0);
    let resend = format!("/v1/webhook-deliveries/{}/resend", delivery["id"].as_str().unwrap());
    let again = hooks.owner.verb(&resend).await.expect(202).json();
    assert_eq!((&again["id"], &again["status"]), (&delivery["id"], &json!("pending")));
    hooks.wait("success", 2, 1).await;
    // Two that ask for the same at once get one, or one after the other; either way it is the same event.
    let (first, second) = tokio::join!(hooks.owner.verb(&resend), hooks.owner.verb(&resend));
    assert_eq!((first.status, second.status), (202, 202));
    let requests = hooks.receiver.wait(3).await;
    assert!(requests.iter().all(|request| request.header("webhook-id") == requests[0].header("webhook-id")));
    assert!(requests.iter().all(|request| request.body == requests[0].body));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_waits_is_sent_now_by_a_resend(#[case] engine: Engine) {
    let Some(hooks) = Hooks::start_at(engine, still()).await else { return };
    hooks.receiver.answer_with(500);
    hooks.endpoint(json!({})).await;
    hooks.project("One").await;
    let delivery = hooks.wait("retrying", 1, 1).await.remove(0);
    hooks.receiver.answer_with(204);
    let resend = format!("/v1/webhook-deliveries/{}/resend", delivery["id"].as_str().unwrap());
    hooks.owner.verb(&resend).await.expect(202);
    hooks.wait("success", 2, 1).await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_replay_has_what_failed_since_and_no_more(#[case] engine: Engine) {
    let Some(mut hooks) = Hooks::start_at(engine, still()).await else { return };
    hooks.receiver.answer_with(500);
    let endpoint = hooks.endpoint(json!({ "max_attempts": 1, "ordered": true })).await;
    let project = hooks.project("Old").await;
    hooks.wait("failed", 1, 1).await;
    hooks.later(TimeDelta::hours(1)).await;
    hooks.rename(&project, 1, "New").await;
    hooks.rename(&project, 2, "Newer").await;
    hooks.wait("failed", 1, 3).await;
    hooks.receiver.answer_with(204);
    hooks.project("Taken").await;
    hooks.wait("success", 1, 1).await;
    let replayed = hooks.verb(&endpoint, "replay", &json!({ "since": "2026-11-20T11:00:00Z" })).await;
    assert_eq!(replayed, json!({ "queued": 2, "more": false }));
    hooks.wait("success", 2, 2).await;
    let requests = hooks.receiver.requests();
    let names: Vec<Value> = requests.iter().skip(4).map(|request| request.json()["data"]["name"].clone()).collect();
    assert_eq!(names, ["New", "Newer"]);
    assert_eq!(hooks.wait("failed", 1, 1).await.len(), 1);
    let path = format!("{}/replay", path(&endpoint));
    hooks.owner.post(&path, &json!({})).await.expect(422);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_is_over_goes_after_its_time_and_what_is_not_stays(#[case] engine: Engine) {
    let Some(mut hooks) = Hooks::start_at(engine, still()).await else { return };
    hooks.endpoint(json!({ "event_types": ["project.created"] })).await;
    hooks.project("Old").await;
    hooks.wait("success", 1, 1).await;
    hooks.later(TimeDelta::days(29)).await;
    hooks.project("Young").await;
    hooks.wait("success", 1, 2).await;
    hooks.later(TimeDelta::days(1) + TimeDelta::seconds(1)).await;
    let tx = hooks.app.app().services().store.system().await.unwrap();
    tx.enqueue(NewJob::new(RemoveExpired::KIND, json!({}))).await.unwrap();
    tx.commit().await.unwrap();
    let left = eventually("the old one to be gone", || async {
        let left = hooks.deliveries("").await;
        (left.len() == 1).then_some(left)
    })
    .await;
    let shown = format!("/v1/webhook-deliveries/{}", left[0]["id"].as_str().unwrap());
    assert_eq!(hooks.owner.get(&shown).await.expect(200).json()["payload"]["data"]["name"], "Young");
    let attempts = "select cast(count(*) as text) from webhook_attempts";
    assert_eq!(hooks.app.database.owner().await.rows(attempts).await.unwrap(), [["1"]]);
}

/// Whoever looks after endpoints learns that something was sent, and no more of it than they may read otherwise.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn who_may_not_read_the_event_does_not_read_its_delivery(#[case] engine: Engine) {
    let Some(hooks) = Hooks::start(engine).await else { return };
    // One that says what it was told.
    hooks.receiver.answer(|request| Response::Full(200, Vec::new(), request.body.clone()));
    hooks.endpoint(json!({ "event_types": ["engagement.created", "project.created"] })).await;
    hooks.project("One").await;
    let engagement = json!({ "name": "Move", "client_name": "Northwind" });
    let engagement = hooks.owner.create("/v1/engagements", &engagement).await;
    let sent = hooks.wait("success", 1, 2).await;
    let of = |name: &str| {
        let delivery = sent.iter().find(|delivery| delivery["event_type"] == name).unwrap();
        format!("/v1/webhook-deliveries/{}", delivery["id"].as_str().unwrap())
    };
    let [project, engaged] = [of("project.created"), of("engagement.created")];
    let reading = Permission::WebhooksRead | Permission::EngagementsRead;
    let (caretaker, reader) = (
        hooks.app.member(&hooks.owner, reading).await,
        hooks.app.member(&hooks.owner, reading | Permission::ProjectsRead).await,
    );
    let program = hooks.owner.program(reading).await;
    let sees = async |who: &Tenant, path: &str| {
        let delivery = who.get(path).await.expect(200).json();
        let is_shown = delivery["payload"].is_object();
        assert_eq!(delivery["history"][0]["response_body"].is_string(), is_shown, "{delivery}");
        is_shown
    };
    for (who, one, other) in
        [(&caretaker, false, false), (&program, false, false), (&reader, true, false), (&hooks.owner, true, true)]
    {
        assert_eq!((sees(who, &project).await, sees(who, &engaged).await), (one, other));
    }
    let access = format!("/v1/engagements/{}/access/{}", engagement["id"].as_str().unwrap(), caretaker.user_id);
    hooks.owner.put(&access, &json!({ "level": "read" })).await.expect(200);
    assert!(sees(&caretaker, &engaged).await);
}
