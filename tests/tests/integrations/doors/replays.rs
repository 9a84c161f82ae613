//! An operator has an event read again.
use purser_kernel::Permission;
use purser_tests::{database::Engine, whatsapp, world::World};
use rstest::rstest;
use serde_json::{Value, json};
use tokio::task::JoinSet;

fn path(event: &Value) -> String {
    format!("/v1/inbound-events/{}/reprocess", event["id"].as_str().unwrap())
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn after_what_was_wrong_was_put_right(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let connection = world.connect().await;
    let wrong = json!({ "config": { "phone_number_id": "1" } });
    world.owner.patch(&connection.path(), 1, &wrong).await.expect(200);
    world.receive(&connection, &[whatsapp::text("16505551234", "hello")]).await;
    let ignored = world.events().await.remove(0);
    assert_eq!((&ignored["status"], &ignored["error"]), (&json!("ignored"), &json!("other_phone_number")));

    let right = json!({ "config": { "phone_number_id": whatsapp::PHONE_NUMBER_ID } });
    world.owner.patch(&connection.path(), 2, &right).await.expect(200);
    let waits = world.owner.post(&path(&ignored), &json!({})).await.expect(202).json();
    assert_eq!((&waits["id"], &waits["error"]), (&ignored["id"], &Value::Null));
    world.settle().await;
    let processed = world.events().await.remove(0);
    assert_eq!((&processed["status"], &processed["attempts"]), (&json!("processed"), &json!(1)));
    let trail = world.owner.get("/v1/audit-logs?action=inbound_event.reprocess").await.expect(200).json();
    assert_eq!(trail["data"][0]["resource_id"], ignored["id"]);
    assert_eq!(trail["data"][0]["actor_id"], world.owner.user_id);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn makes_nothing_twice_however_many_ask(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let connection = world.connect().await;
    world.receive(&connection, &[whatsapp::text("16505551234", "hello")]).await;
    let event = world.events().await.remove(0);
    let mut asking = JoinSet::new();
    for _ in 0..8 {
        let (owner, path) = (world.owner.clone(), path(&event));
        asking.spawn(async move { owner.post(&path, &json!({})).await });
    }
    for answer in asking.join_all().await {
        answer.expect(202);
    }
    world.settle().await;
    assert_eq!(world.events().await[0]["status"], "processed");
    let conversation = world.conversations().await.remove(0);
    assert_eq!((&conversation["unread_count"], world.messages(&conversation).await.len()), (&json!(1), 1));
    assert_eq!(world.published("message.received").await, 1);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn one_that_waits_goes_on_waiting(#[case] engine: Engine) {
    let Some(world) = World::without_workers(engine).await else { return };
    let connection = world.connect().await;
    world.deliver(&connection, &whatsapp::messages(&[whatsapp::text("16505551234", "hello")]).to_string()).await;
    let event = world.events().await.remove(0);
    let shown = world.owner.post(&path(&event), &json!({})).await.expect(202).json();
    assert_eq!(shown, event);
    let jobs = world.app.database.owner().await.rows("select kind from jobs where kind = 'inbound.process'").await;
    assert_eq!(jobs.unwrap().len(), 1);
    let reader = world.app.member(&world.owner, Permission::IntegrationsRead.into()).await;
    reader.post(&path(&event), &json!({})).await.expect(403);
    world.stranger.post(&path(&event), &json!({})).await.expect(404);
}
