//! Connecting, changing and disconnecting a provider.
use purser_tests::{database::Engine, whatsapp, world::World};
use rstest::rstest;
use serde_json::json;

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_connection_says_where_its_door_is(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let created = world.owner.post("/v1/integrations", &whatsapp::integration()).await.expect(201).json();
    let (organization, id) = (world.owner.organization_id.as_str(), created["id"].as_str().unwrap());
    assert_eq!(created["callback_path"], format!("/v1/webhooks/whatsapp/{organization}/{id}"));
    assert_eq!(created["kind"], "messaging");
    assert_eq!(created["provider"], "whatsapp");
    assert_eq!(created["config"], json!({ "phone_number_id": whatsapp::PHONE_NUMBER_ID }));
    assert_eq!(created["is_active"], true);
    assert_eq!(created["version"], 1);

    assert_eq!(world.owner.get(&format!("/v1/integrations/{id}")).await.expect(200).json(), created);
    assert_eq!(world.owner.get("/v1/integrations").await.json()["data"], json!([created]));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_cannot_be_connected_is_said_field_by_field(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let cases = [
        ("/provider", json!("telegraph"), "/provider"),
        ("/kind", json!("crm"), "/kind"),
        ("/name", json!(" "), "/name"),
        ("/config/phone_number_id", json!("+49 30 1234"), "/config/phone_number_id"),
        ("/credentials/app_secret", json!(""), "/credentials/app_secret"),
        ("/credentials", json!({ "app_secret": "a", "verify_token": "b" }), "/credentials/access_token"),
    ];
    for (place, value, pointer) in cases {
        let mut body = whatsapp::integration();
        *body.pointer_mut(place).unwrap() = value;
        let refused = world.owner.post("/v1/integrations", &body).await;
        assert_eq!((refused.status, &refused.json()["errors"][0]["pointer"]), (422, &json!(pointer)));
    }
    assert_eq!(world.owner.get("/v1/integrations").await.json()["data"], json!([]));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_telephone_number_is_connected_once_until_it_is_given_up(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let first = world.owner.post("/v1/integrations", &whatsapp::integration()).await;
    let second = world.owner.post("/v1/integrations", &whatsapp::integration()).await;
    assert_eq!((second.status, &second.json()["id"]), (409, &json!("already_exists")));

    let path = format!("/v1/integrations/{}", first.json()["id"].as_str().unwrap());
    assert_eq!(world.owner.delete(&path, 1).await.status, 204);
    assert_eq!(world.owner.get(&path).await.status, 404);
    assert_eq!(world.owner.post("/v1/integrations", &whatsapp::integration()).await.status, 201);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_change_names_the_version_it_was_made_from(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let path = world.connect().await.path();
    let changed = world.owner.patch(&path, 1, &json!({ "name": "Night line", "is_active": false })).await;
    assert_eq!(changed.status, 200);
    assert_eq!((&changed.json()["name"], &changed.json()["is_active"]), (&json!("Night line"), &json!(false)));
    assert_eq!(changed.json()["version"], 2);
    assert_eq!(world.owner.patch(&path, 1, &json!({ "name": "Day line" })).await.status, 412);
    assert_eq!(world.owner.delete(&path, 1).await.status, 412);
    assert_eq!(world.owner.get(&path).await.json()["name"], "Night line");
}
