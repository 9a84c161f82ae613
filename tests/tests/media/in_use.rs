//! What something refers to stays.
use purser_tests::{app::Answer, database::Engine, whatsapp, world::World};
use rstest::rstest;
use serde_json::json;

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_messages_file_is_not_deleted(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let connection = world.connect().await;
    let image = json!({ "id": "1003383421387256", "mime_type": "image/jpeg" });
    world.receive(&connection, &[whatsapp::message("16505551234", json!({ "type": "image", "image": image }))]).await;
    let files = world.owner.get("/v1/media-files?stored=false").await.expect(200).json();
    let file = &files["data"][0];
    assert_eq!((&file["content_type"], &file["is_stored"]), (&json!("image/jpeg"), &json!(false)));
    let path = format!("/v1/media-files/{}", file["id"].as_str().unwrap());
    // Its bytes are still at the provider.
    assert_eq!(world.owner.get(&format!("{path}/content")).await.expect(404).problem(), "not_found");
    let refused = Answer::of(world.owner.request("DELETE", &path)).await.expect(409);
    assert_eq!(refused.problem(), "in_use");
    assert_eq!(world.owner.get(&path).await.expect(200).json(), *file);
    let trail = world.owner.get("/v1/audit-logs?action=media_file.delete").await.expect(200).json();
    assert_eq!(trail["data"], json!([]));
}
