//! Who may do what, and that nothing is there for others.
use purser_tests::{database::Engine, whatsapp, world::World};
use rstest::rstest;
use serde_json::json;

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn another_organizations_connection_does_not_exist(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let connection = world.connect().await;
    let body = whatsapp::messages(&[whatsapp::text("16505551234", "hello")]).to_string();
    world.deliver(&connection, &body).await;
    let (path, event) = (connection.path(), world.events().await.remove(0));
    let stranger = &world.stranger;
    assert_eq!(stranger.get(&path).await.status, 404);
    assert_eq!(stranger.patch(&path, 1, &json!({ "name": "mine" })).await.status, 404);
    assert_eq!(stranger.delete(&path, 1).await.status, 404);
    assert_eq!(stranger.get(&format!("/v1/inbound-events/{}", event["id"].as_str().unwrap())).await.status, 404);
    for list in ["/v1/integrations", "/v1/inbound-events"] {
        assert_eq!(stranger.get(list).await.json()["data"], json!([]));
    }
    assert_eq!(world.owner.get(&path).await.json(), connection.body);
    for path in ["/v1/integrations", "/v1/inbound-events", &*path] {
        assert_eq!(world.nobody(path).await.status, 401);
    }
    // The same telephone number can be connected there: what is taken here is not known there.
    assert_eq!(stranger.post("/v1/integrations", &whatsapp::integration()).await.status, 201);
}
