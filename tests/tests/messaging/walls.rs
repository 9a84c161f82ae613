//! Nothing is there for others.
use purser_tests::{database::Engine, whatsapp, world::World};
use rstest::rstest;
use serde_json::json;

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn another_organizations_conversation_does_not_exist(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let connection = world.connect().await;
    world.receive(&connection, &[whatsapp::text("16505551234", "hello")]).await;
    let conversation = world.conversations().await.remove(0);
    let path = format!("/v1/conversations/{}", conversation["id"].as_str().unwrap());
    let customer = world.stranger.customer("Acme", "+1 650 555 1234").await["id"].clone();
    let stranger = &world.stranger;
    assert_eq!(stranger.get("/v1/conversations").await.json()["data"], json!([]));
    assert_eq!(stranger.get(&path).await.status, 404);
    assert_eq!(stranger.get(&format!("{path}/messages")).await.status, 404);
    assert_eq!(stranger.post(&format!("{path}/read"), &json!({})).await.status, 404);
    let link = json!({ "customer_id": customer });
    assert_eq!(stranger.post(&format!("{path}/link"), &link).await.status, 404);
    assert_eq!(world.conversations().await, [conversation]);
    for path in ["/v1/conversations", &*path, &*format!("{path}/messages")] {
        assert_eq!(world.nobody(path).await.status, 401);
    }
}
