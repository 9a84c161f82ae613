//! How far a message that was sent has come. Providers report late, twice and in any order.
use purser_entity_messaging::message::{self, ContentType, Direction, Status, SuggestedResponses};
use purser_kernel::Scope;
use purser_store::prelude::*;
use purser_tests::{
    database::Engine,
    whatsapp::{self, PHONE_NUMBER_ID},
    world::{Connection, World},
};
use rstest::rstest;
use serde_json::Value;

/// A message of ours on its way to the contact of the conversation.
async fn send(world: &World, conversation: &Value, external_id: &str) {
    let scope = Scope::system(world.owner.organization_id.parse().unwrap(), "test");
    let tx = world.app.app().services().store.write(&scope).await.unwrap();
    let row = message::ActiveModel {
        conversation_id: Set(conversation["id"].as_str().unwrap().parse().unwrap()),
        integration_id: Set(conversation["integration_id"].as_str().unwrap().parse().unwrap()),
        direction: Set(Direction::Outbound),
        is_from_customer: Set(false),
        sender_id: Set(None),
        content: Set("on its way".to_owned()),
        content_type: Set(ContentType::Text),
        payload: Set(None),
        external_id: Set(Some(external_id.to_owned())),
        status: Set(Status::Queued),
        status_at: Set(tx.now()),
        error: Set(None),
        sent_at: Set(None),
        ai_processed: Set(true),
        ai_extracted_intent: Set(None),
        ai_confidence: Set(None),
        ai_suggested_responses: Set(SuggestedResponses::default()),
        reply_to_id: Set(None),
        reply_to_external_id: Set(None),
        ..Default::default()
    };
    tx.insert(row).await.unwrap();
    tx.commit().await.unwrap();
}

async fn report(world: &World, connection: &Connection, statuses: &[Value]) {
    let change = whatsapp::change(PHONE_NUMBER_ID, &[], statuses);
    world.deliver(connection, &whatsapp::notification(&[vec![change]]).to_string()).await.expect(200);
    world.settle().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_message_only_goes_forward(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let connection = world.connect().await;
    world.receive(&connection, &[whatsapp::text("16505551234", "hello")]).await;
    let conversation = world.conversations().await.remove(0);
    // What is reported, one notification after the other, and where the message stands afterwards.
    let cases: [(&[&str], &str); 6] = [
        (&["sent", "delivered", "read"], "read"),
        (&["read", "delivered", "sent", "failed"], "read"),
        (&["delivered", "sent", "failed"], "delivered"),
        (&["failed", "sent", "delivered"], "failed"),
        (&["sent", "failed"], "failed"),
        (&["warning", "sent", "deleted"], "sent"),
    ];
    for (number, (reports, expected)) in cases.into_iter().enumerate() {
        let id = format!("wamid.out-{number}");
        send(&world, &conversation, &id).await;
        for status in reports {
            report(&world, &connection, &[whatsapp::status(&id, status)]).await;
        }
        assert_eq!(world.messages(&conversation).await[0]["status"], expected, "{reports:?}");
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn several_reports_in_one_notification_count_in_any_order(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let connection = world.connect().await;
    let received = whatsapp::text("16505551234", "hello");
    world.receive(&connection, std::slice::from_ref(&received)).await;
    let conversation = world.conversations().await.remove(0);
    send(&world, &conversation, "wamid.out").await;
    let mut failed = whatsapp::status("wamid.out-2", "failed");
    failed["errors"] = serde_json::json!([{ "code": 131_026, "title": "Message undeliverable" }]);
    send(&world, &conversation, "wamid.out-2").await;
    // What is unknown, and a message that came in, have no such status.
    let inbound = received["id"].as_str().unwrap();
    let reports = [
        whatsapp::status("wamid.out", "read"),
        whatsapp::status("wamid.out", "sent"),
        whatsapp::status("wamid.unknown", "read"),
        whatsapp::status(inbound, "read"),
        failed,
    ];
    report(&world, &connection, &reports).await;
    let messages = world.messages(&conversation).await;
    let statuses: Vec<_> = messages.iter().map(|message| message["status"].as_str().unwrap()).collect();
    assert_eq!(statuses, ["failed", "read", "received"]);
    assert_eq!(messages[0]["error"], "131026 Message undeliverable");
    assert_eq!(messages[1]["status_at"], "2025-06-08T21:00:00Z");
    assert_eq!(world.events().await[0]["status"], "processed");
}
