//! How far a message that was sent has come. Providers report late, twice and in any order.
use purser_tests::{
    database::Engine,
    whatsapp::{self, PHONE_NUMBER_ID},
    world::{Connection, World},
};
use rstest::rstest;
use serde_json::Value;

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
        world.send(&conversation, &id).await;
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
    world.send(&conversation, "wamid.out").await;
    let mut failed = whatsapp::status("wamid.out-2", "failed");
    failed["errors"] = serde_json::json!([{ "code": 131_026, "title": "Message undeliverable" }]);
    world.send(&conversation, "wamid.out-2").await;
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
