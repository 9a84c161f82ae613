//! Who writes, and who says so.
use purser_tests::{database::Engine, whatsapp, world::World};
use rstest::rstest;
use serde_json::{Value, json};

const UNKNOWN: &str = "01920000-0000-7000-8000-000000000000";

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_known_address_is_linked_at_once(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let connection = world.connect().await;
    let customer = world.owner.customer("Acme", "+1 (650) 555-1234").await["id"].clone();
    world.receive(&connection, &[whatsapp::text("16505551234", "hello")]).await;
    assert_eq!(world.conversations().await[0]["customer_id"], customer);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_unknown_sender_waits_until_somebody_says_who_it_is(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let connection = world.connect().await;
    world.receive(&connection, &[whatsapp::text("16505551234", "10 boxes of gloves")]).await;
    let conversation = world.conversations().await.remove(0);
    assert_eq!(conversation["customer_id"], Value::Null);
    assert_eq!(world.messages(&conversation).await[0]["ai_processed"], false);

    let customer = world.owner.customer("Acme", "+1 212 555 0000").await["id"].clone();
    let path = format!("/v1/conversations/{}/link", conversation["id"].as_str().unwrap());
    let linked = world.owner.post(&path, &json!({ "customer_id": customer })).await;
    assert_eq!((linked.status, &linked.json()["customer_id"]), (200, &customer));
    world.settle().await;
    // What waited was read.
    assert_eq!(world.messages(&conversation).await[0]["ai_processed"], true);

    let entries = world.owner.get("/v1/audit-logs?action=conversation.link").await.json()["data"].clone();
    assert_eq!(entries.as_array().unwrap().len(), 1);
    let expected = json!({ "before": { "customer_id": null }, "after": { "customer_id": customer } });
    assert_eq!(entries[0]["changes"], expected);

    // Said again it is nothing new; another customer is.
    world.owner.post(&path, &json!({ "customer_id": customer })).await;
    let other = world.owner.customer("Bolt", "+1 212 555 0001").await["id"].clone();
    assert_eq!(world.owner.post(&path, &json!({ "customer_id": other })).await.json()["customer_id"], other);
    let entries = world.owner.get("/v1/audit-logs?action=conversation.link").await;
    assert_eq!(entries.json()["data"].as_array().unwrap().len(), 2);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn nobody_is_linked_to_a_customer_that_there_is_not(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let connection = world.connect().await;
    world.receive(&connection, &[whatsapp::text("16505551234", "hello")]).await;
    let conversation = world.conversations().await.remove(0);
    let path = format!("/v1/conversations/{}/link", conversation["id"].as_str().unwrap());
    let strangers = world.stranger.customer("Acme", "+1 650 555 1234").await["id"].clone();
    for customer in [json!(UNKNOWN), strangers] {
        let refused = world.owner.post(&path, &json!({ "customer_id": customer })).await;
        assert_eq!(refused.status, 422);
        assert_eq!(refused.json()["errors"][0]["pointer"], "/customer_id");
        assert_eq!(refused.json()["errors"][0]["code"], "unknown_reference");
    }
    assert_eq!(world.conversations().await[0]["customer_id"], Value::Null);
}
