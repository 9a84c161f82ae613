//! Who gets in at the door.
use purser_tests::{
    database::Engine,
    whatsapp::{self, APP_SECRET, VERIFY_TOKEN},
    world::World,
};
use rstest::rstest;
use serde_json::json;

const UNKNOWN: &str = "01920000-0000-7000-8000-000000000000";

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn meta_asks_whether_this_is_the_right_door(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let connection = world.connect().await;
    let door = connection.door();
    let ask = async |mode: &str, token: &str| {
        let query = format!("hub.mode={mode}&hub.verify_token={token}&hub.challenge=1158201444");
        world.nobody(&format!("{door}?{query}")).await
    };
    let right = ask("subscribe", VERIFY_TOKEN).await;
    assert_eq!((right.status, right.body.as_str()), (200, "1158201444"));
    assert!(right.header("content-type").starts_with("text/plain"));

    for (mode, token) in [("subscribe", "let-me-in"), ("subscribe", ""), ("unsubscribe", VERIFY_TOKEN)] {
        let wrong = ask(mode, token).await;
        assert_eq!((wrong.status, &wrong.json()["id"]), (403, &json!("verification_failed")));
        assert!(!wrong.body.contains("1158201444"));
    }
    assert_eq!(world.nobody(door).await.status, 403);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn nothing_is_kept_without_the_right_signature(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let connection = world.connect().await;
    let body = whatsapp::messages(&[whatsapp::text("16505551234", "hello")]).to_string();
    let right = whatsapp::signature(APP_SECRET, body.as_bytes());
    let wrong = whatsapp::signature("another secret", body.as_bytes());
    let other = whatsapp::signature(APP_SECRET, b"another body");
    let bare = right.strip_prefix("sha256=").unwrap();
    for signature in [None, Some(""), Some("sha256="), Some(bare), Some(&*wrong), Some(&*other)] {
        let refused = world.knock(&connection, body.as_bytes(), signature).await;
        assert_eq!((refused.status, &refused.json()["id"]), (401, &json!("invalid_signature")));
    }
    assert!(world.events().await.is_empty());
    assert_eq!(world.knock(&connection, body.as_bytes(), Some(&right)).await.status, 200);
    assert_eq!(world.events().await.len(), 1);
}

/// Meta escapes what is not ASCII and signs the escaped bytes: the signature is over what came, not over what it means.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn the_signature_is_over_the_bytes(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let connection = world.connect().await;
    let body = whatsapp::messages(&[whatsapp::text("16505551234", "Kaese")]).to_string();
    let escaped = body.replace("Kaese", "K\\u00e4se");
    let signature = whatsapp::signature(APP_SECRET, escaped.as_bytes());
    assert_eq!(world.knock(&connection, body.replace("Kaese", "Käse").as_bytes(), Some(&signature)).await.status, 401);
    assert_eq!(world.knock(&connection, escaped.as_bytes(), Some(&signature)).await.status, 200);
}

/// A door that is closed looks like one that never was.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn there_is_no_door_but_the_open_one(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let connection = world.connect().await;
    let (organization, id) = (world.owner.organization_id.clone(), connection.id());
    let body = whatsapp::messages(&[whatsapp::text("16505551234", "hello")]).to_string();
    let signature = whatsapp::signature(APP_SECRET, body.as_bytes());
    let doors = [
        format!("/v1/webhooks/whatsapp/{organization}/{UNKNOWN}"),
        format!("/v1/webhooks/whatsapp/{UNKNOWN}/{id}"),
        format!("/v1/webhooks/whatsapp/{}/{id}", world.stranger.organization_id),
        format!("/v1/webhooks/whatsapp/{organization}/none"),
    ];
    let query = format!("hub.mode=subscribe&hub.verify_token={VERIFY_TOKEN}&hub.challenge=1");
    for door in &doors {
        assert_eq!(world.knock_at(door, body.as_bytes(), Some(&signature)).await.status, 404);
        assert_eq!(world.nobody(&format!("{door}?{query}")).await.status, 404);
    }
    world.owner.patch(&connection.path(), 1, &json!({ "is_active": false })).await;
    assert_eq!(world.knock(&connection, body.as_bytes(), Some(&signature)).await.status, 404);
    world.owner.patch(&connection.path(), 2, &json!({ "is_active": true })).await;
    assert_eq!(world.knock(&connection, body.as_bytes(), Some(&signature)).await.status, 200);
    world.owner.delete(&connection.path(), 3).await;
    assert_eq!(world.knock(&connection, body.as_bytes(), Some(&signature)).await.status, 404);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn three_mebibytes_are_the_most(#[case] engine: Engine) {
    const MAX: usize = 3 * 1024 * 1024;
    let Some(world) = World::new(engine).await else { return };
    let connection = world.connect().await;
    let body = whatsapp::messages(&[whatsapp::text("16505551234", "hello")]).to_string();
    // JSON may be followed by white space.
    let most = body.clone() + &" ".repeat(MAX - body.len());
    let signature = whatsapp::signature(APP_SECRET, most.as_bytes());
    assert_eq!(world.knock(&connection, most.as_bytes(), Some(&signature)).await.status, 200);
    let more = format!("{most} ");
    let signature = whatsapp::signature(APP_SECRET, more.as_bytes());
    let refused = world.knock(&connection, more.as_bytes(), Some(&signature)).await;
    assert_eq!((refused.status, &refused.json()["id"]), (413, &json!("payload_too_large")));
    assert_eq!(world.events().await.len(), 1);
}
