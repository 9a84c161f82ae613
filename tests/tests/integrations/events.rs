//! What becomes of what came in.
use purser_tests::{database::Engine, whatsapp, world::World};
use rstest::rstest;
use serde_json::{Value, json};

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn each_event_ends_in_a_state_that_says_why(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let connection = world.connect().await;
    let text = || whatsapp::text("16505551234", "hello");
    let other_number = whatsapp::change("1", &[text()], &[]);
    let template = json!({ "field": "message_template_status_update", "value": { "event": "APPROVED" } });
    let ours = || whatsapp::change(whatsapp::PHONE_NUMBER_ID, &[text()], &[]);
    let cases = [
        (whatsapp::messages(&[text()]).to_string(), "processed", Value::Null),
        ("not json".to_owned(), "dead", json!("not_json")),
        ("{\"object\":\"page\",\"entry\":[]}".to_owned(), "dead", json!("wrong_shape")),
        (whatsapp::notification(&[vec![other_number.clone()]]).to_string(), "ignored", json!("other_phone_number")),
        (whatsapp::notification(&[vec![template.clone()]]).to_string(), "ignored", json!("other_subject")),
        (
            whatsapp::notification(&[vec![other_number, ours()], vec![template, ours()]]).to_string(),
            "processed",
            json!("other_phone_number, other_subject"),
        ),
        (whatsapp::messages(&[json!({ "id": 7 }), text()]).to_string(), "processed", json!("malformed_part")),
        (whatsapp::messages(&[json!({ "id": 7 })]).to_string(), "dead", json!("malformed_part")),
    ];
    for (body, status, error) in cases {
        assert_eq!(world.deliver(&connection, &body).await.status, 200);
        world.settle().await;
        // The newest comes first.
        let event = world.events().await.remove(0);
        assert_eq!((&event["status"], &event["error"]), (&json!(status), &error), "{body}");
        assert_eq!(event["attempts"], 1);
        let shown = world.owner.get(&format!("/v1/inbound-events/{}", event["id"].as_str().unwrap())).await;
        assert_eq!((shown.status, &shown.json()), (200, &event));
        assert!(event.get("body").is_none());
    }
    let dead = world.owner.get("/v1/inbound-events?status=dead").await;
    assert_eq!(dead.json()["data"].as_array().unwrap().len(), 3);
    assert_eq!(world.owner.get("/v1/inbound-events?status=lost").await.status, 422);
    let since = async |query: &str| world.owner.get(&format!("/v1/inbound-events?{query}")).await.expect(200).json();
    assert_eq!(since("since=2999-01-01T00:00:00Z").await["data"], json!([]));
    assert_eq!(since("until=2020-01-01T00:00:00Z").await["data"], json!([]));
    let all = since("since=2020-01-01T00:00:00Z&until=2999-01-01T00:00:00Z").await;
    assert_eq!(all["data"].as_array().unwrap().len(), 8);
    // What could be read beside it was not lost.
    let conversations = world.owner.get("/v1/conversations").await;
    assert_eq!(conversations.json()["data"][0]["unread_count"], 4);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn the_same_body_is_one_event(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let connection = world.connect().await;
    let body = whatsapp::messages(&[whatsapp::text("16505551234", "hello")]).to_string();
    for _ in 0..3 {
        assert_eq!(world.deliver(&connection, &body).await.status, 200);
        world.settle().await;
    }
    assert_eq!(world.events().await.len(), 1);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_came_before_a_connection_was_given_up_is_dropped_with_it(#[case] engine: Engine) {
    let Some(mut world) = World::without_workers(engine).await else { return };
    let connection = world.connect().await;
    let body = whatsapp::messages(&[whatsapp::text("16505551234", "hello")]).to_string();
    world.deliver(&connection, &body).await;
    world.owner.delete(&connection.path(), 1).await;
    world.restart().await;
    world.settle().await;
    let event = world.events().await.remove(0);
    assert_eq!((&event["status"], &event["error"]), (&json!("ignored"), &json!("integration_deleted")));
}
