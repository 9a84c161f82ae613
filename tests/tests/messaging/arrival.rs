//! How messages arrive.
use purser_tests::{
    database::Engine,
    whatsapp::{self, PHONE_NUMBER_ID},
    world::World,
};
use rstest::rstest;
use serde_json::{Value, json};

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_first_message_opens_a_conversation_and_the_next_ones_join_it(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let connection = world.connect().await;
    for text in ["hello", "ten boxes please"] {
        world.receive(&connection, &[whatsapp::text("+1 650 555 1234", text)]).await;
    }
    let conversations = world.conversations().await;
    assert_eq!(conversations.len(), 1);
    let conversation = &conversations[0];
    assert_eq!(conversation["channel"], "whatsapp");
    assert_eq!(conversation["channel_address"], "16505551234");
    assert_eq!(conversation["contact_name"], "Sheena Nelson");
    assert_eq!(conversation["integration_id"], connection.id());
    assert_eq!(conversation["status"], "open");
    assert_eq!(conversation["customer_id"], Value::Null);
    assert_eq!(conversation["unread_count"], 2);
    assert_eq!(conversation["last_message_at"], "2025-06-08T20:59:43Z");

    let messages = world.messages(conversation).await;
    assert_eq!(messages.len(), 2);
    assert_eq!((&messages[0]["content"], &messages[1]["content"]), (&json!("ten boxes please"), &json!("hello")));
    assert_eq!(messages[0]["direction"], "inbound");
    assert_eq!(messages[0]["status"], "received");
    assert_eq!(messages[0]["is_from_customer"], true);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn one_notification_can_carry_many_messages(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let connection = world.connect().await;
    let text = |from: &str, body: &str| whatsapp::text(from, body);
    let change = |messages: &[Value]| whatsapp::change(PHONE_NUMBER_ID, messages, &[]);
    let body = whatsapp::notification(&[
        vec![change(&[text("16505550001", "a"), text("16505550002", "b")]), change(&[text("16505550001", "c")])],
        vec![change(&[text("16505550003", "d"), json!({ "type": "text" }), text("16505550001", "e")])],
    ]);
    world.deliver(&connection, &body.to_string()).await;
    world.settle().await;
    let unread: Vec<Value> =
        world.conversations().await.iter().map(|row| json!([row["channel_address"], row["unread_count"]])).collect();
    assert_eq!(unread.len(), 3);
    for expected in [json!(["16505550001", 3]), json!(["16505550002", 1]), json!(["16505550003", 1])] {
        assert!(unread.contains(&expected), "{expected} in {unread:?}");
    }
}

/// The same message in another notification: Meta bundles anew when it sends again.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_message_that_comes_again_changes_nothing(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let connection = world.connect().await;
    let (first, second) = (whatsapp::text("16505551234", "one"), whatsapp::text("16505551234", "two"));
    world.receive(&connection, std::slice::from_ref(&first)).await;
    world.receive(&connection, &[first.clone(), second.clone()]).await;
    world.receive(&connection, &[second, first.clone(), first]).await;
    let conversations = world.conversations().await;
    assert_eq!(conversations.len(), 1);
    assert_eq!(conversations[0]["unread_count"], 2);
    assert_eq!(world.messages(&conversations[0]).await.len(), 2);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_late_message_does_not_turn_the_clock_back(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let connection = world.connect().await;
    let at = |timestamp: &str| {
        let mut message = whatsapp::text("16505551234", timestamp);
        message["timestamp"] = timestamp.into();
        message
    };
    for timestamp in ["1749416383", "1749416000", "1749416382"] {
        world.receive(&connection, &[at(timestamp)]).await;
        assert_eq!(world.conversations().await[0]["last_message_at"], "2025-06-08T20:59:43Z");
    }
    // A clock that is far ahead does not hold a conversation at the top for ever.
    world.receive(&connection, &[at("4102444800")]).await;
    let conversation = world.conversations().await.remove(0);
    assert_ne!(conversation["last_message_at"], "2100-01-01T00:00:00Z");
    assert_eq!(world.messages(&conversation).await[0]["sent_at"], "2100-01-01T00:00:00Z");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_no_column_can_hold_is_made_to_fit(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let connection = world.connect().await;
    let long = format!("a\u{0}{}", "ü".repeat(70_000));
    let place = json!({ "name": "Dock\u{0} 3", "latitude": 1.5 });
    world
        .receive(
            &connection,
            &[
                whatsapp::text("16505551234", &long),
                whatsapp::message("16505551234", json!({ "type": "location", "location": place })),
            ],
        )
        .await;
    let messages = world.messages(&world.conversations().await[0]).await;
    assert_eq!(messages[0]["payload"]["name"], "Dock 3");
    assert_eq!(messages[1]["content"].as_str().unwrap().chars().count(), 65_536);
}
