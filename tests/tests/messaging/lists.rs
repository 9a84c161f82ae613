//! Finding conversations, and having read them.
use purser_tests::{database::Engine, whatsapp, world::World};
use rstest::rstest;
use serde_json::{Value, json};

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn the_newest_message_comes_first_page_by_page(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let connection = world.connect().await;
    for (number, timestamp) in [(1, "1749416001"), (2, "1749416003"), (3, "1749416002")] {
        let mut message = whatsapp::text(&format!("1650555000{number}"), "hello");
        message["timestamp"] = timestamp.into();
        world.receive(&connection, &[message]).await;
    }
    let mut path = "/v1/conversations?limit=1".to_owned();
    let mut seen = Vec::new();
    loop {
        let page = world.owner.get(&path).await.expect(200).json();
        seen.push(page["data"][0]["channel_address"].clone());
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/v1/conversations?limit=1&cursor={cursor}");
    }
    assert_eq!(seen, ["16505550002", "16505550003", "16505550001"]);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn filters_narrow_the_list(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let connection = world.connect().await;
    let customer = world.owner.customer("Acme", "+1 650 555 0001").await["id"].clone();
    world.receive(&connection, &[whatsapp::text("16505550001", "a"), whatsapp::text("16505550002", "b")]).await;
    let found = async |query: &str| -> Vec<Value> {
        let list = world.owner.get(&format!("/v1/conversations?{query}")).await;
        assert_eq!(list.status, 200, "{query}");
        list.json()["data"].as_array().unwrap().iter().map(|row| row["channel_address"].clone()).collect()
    };
    assert_eq!(found("unlinked=true").await, ["16505550002"]);
    assert_eq!(found(&format!("customer_id={}", customer.as_str().unwrap())).await, ["16505550001"]);
    assert_eq!(found("status=open").await.len(), 2);
    assert!(found("status=closed").await.is_empty());
    assert!(found("assignee_id=01920000-0000-7000-8000-000000000000").await.is_empty());
    assert_eq!(world.owner.get("/v1/conversations?status=lost").await.status, 422);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_was_read_is_unread_no_more(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let connection = world.connect().await;
    world.receive(&connection, &[whatsapp::text("16505551234", "a"), whatsapp::text("16505551234", "b")]).await;
    let conversation = world.conversations().await.remove(0);
    let path = format!("/v1/conversations/{}/read", conversation["id"].as_str().unwrap());
    for _ in 0..2 {
        let read = world.owner.post(&path, &json!({})).await;
        assert_eq!((read.status, &read.json()["unread_count"]), (200, &json!(0)));
    }
    world.receive(&connection, &[whatsapp::text("16505551234", "c")]).await;
    assert_eq!(world.conversations().await[0]["unread_count"], 1);
}
