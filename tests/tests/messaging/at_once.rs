//! What happens when everything arrives at the same moment.
use purser_tests::{database::Engine, whatsapp, world::World};
use rstest::rstest;

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn the_same_event_ten_times_is_one_message(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let connection = world.connect().await;
    let body = whatsapp::messages(&[whatsapp::text("16505551234", "hello")]).to_string();
    let answers = world.deliver_all(&connection, &vec![body; 10]).await;
    assert!(answers.iter().all(|answer| answer.status == 200));
    world.settle().await;
    assert_eq!(world.events().await.len(), 1);
    let conversation = world.conversations().await.remove(0);
    assert_eq!(conversation["unread_count"], 1);
    assert_eq!(world.messages(&conversation).await.len(), 1);
}

/// Each in an event of its own, so that several workers take them in at once on PostgreSQL.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn messages_of_one_contact_land_in_one_conversation(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let connection = world.connect().await;
    let bodies: Vec<String> = ["one", "two"]
        .into_iter()
        .map(|text| whatsapp::messages(&[whatsapp::text("16505551234", text)]).to_string())
        .collect();
    let answers = world.deliver_all(&connection, &bodies).await;
    assert!(answers.iter().all(|answer| answer.status == 200));
    world.settle().await;
    let conversations = world.conversations().await;
    assert_eq!(conversations.len(), 1);
    assert_eq!(conversations[0]["unread_count"], 2);
    assert_eq!(world.messages(&conversations[0]).await.len(), 2);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn twenty_messages_of_four_contacts_are_all_there(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let connection = world.connect().await;
    let contact = |number: usize| format!("1650555000{}", number % 4);
    // Two contacts in each event and in both orders: transactions that wait for each other in a circle are tried again.
    let body = |number: usize| {
        let texts = [whatsapp::text(&contact(number), "a"), whatsapp::text(&contact(number + 3), "b")];
        whatsapp::messages(&texts).to_string()
    };
    let bodies: Vec<String> = (0..10).map(body).collect();
    let answers = world.deliver_all(&connection, &bodies).await;
    assert!(answers.iter().all(|answer| answer.status == 200));
    world.settle().await;
    let conversations = world.conversations().await;
    assert_eq!(conversations.len(), 4);
    let unread: i64 = conversations.iter().map(|row| row["unread_count"].as_i64().unwrap()).sum();
    assert_eq!(unread, 20);
}

/// Each message locks its sender's conversation. Were they taken as they stand, two such bodies would wait for one another, and
/// one of them would be read a second time.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn senders_in_any_order_do_not_wait_in_a_circle(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let connection = world.connect().await;
    let body = |number: usize| {
        let mut senders: Vec<String> = (0..8).map(|sender| format!("1650555100{sender}")).collect();
        senders.rotate_left(number % 8);
        let messages: Vec<_> = senders.iter().map(|sender| whatsapp::text(sender, "hello")).collect();
        whatsapp::messages(&messages).to_string()
    };
    let bodies: Vec<String> = (0..24).map(body).collect();
    for answer in world.deliver_all(&connection, &bodies).await {
        answer.expect(200);
    }
    world.settle().await;
    let events = world.events().await;
    assert!(events.iter().all(|event| event["status"] == "processed" && event["attempts"] == 1), "{events:?}");
    let conversations = world.conversations().await;
    assert_eq!(conversations.len(), 8);
    assert!(conversations.iter().all(|conversation| conversation["unread_count"] == 24), "{conversations:?}");
}
