//! Credentials go in and never come out.
use purser_tests::{
    database::Engine,
    whatsapp::{self, ACCESS_TOKEN, APP_SECRET, VERIFY_TOKEN},
    world::World,
};
use rstest::rstest;
use serde_json::json;

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn are_never_shown(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let connection = world.connect().await;
    let mut replaced = whatsapp::integration()["credentials"].clone();
    replaced["access_token"] = "another-access-token".into();
    let patched = world.owner.patch(&connection.path(), 1, &json!({ "credentials": replaced })).await;
    assert_eq!(patched.status, 200);
    let mut wrong = whatsapp::integration();
    wrong["credentials"]["access_token"] = json!(["wrong"]);
    let seen = [
        connection.body.to_string(),
        patched.json().to_string(),
        world.owner.get(&connection.path()).await.json().to_string(),
        world.owner.get("/v1/integrations").await.json().to_string(),
        world.owner.get("/v1/audit-logs").await.json().to_string(),
        world.owner.post("/v1/integrations", &wrong).await.json().to_string(),
    ];
    for secret in [APP_SECRET, VERIFY_TOKEN, ACCESS_TOKEN, "another-access-token", "ciphertext"] {
        for shown in &seen {
            assert!(!shown.contains(secret), "{secret} is shown in {shown}");
        }
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn new_ones_replace_the_old_ones(#[case] engine: Engine) {
    let Some(world) = World::new(engine).await else { return };
    let connection = world.connect().await;
    let mut credentials = whatsapp::integration()["credentials"].clone();
    credentials["app_secret"] = "another secret".into();
    world.owner.patch(&connection.path(), 1, &json!({ "credentials": credentials })).await;

    let body = whatsapp::messages(&[whatsapp::text("16505551234", "hello")]).to_string();
    let signed = |secret: &str| whatsapp::signature(secret, body.as_bytes());
    assert_eq!(world.knock(&connection, body.as_bytes(), Some(&signed(APP_SECRET))).await.status, 401);
    assert_eq!(world.knock(&connection, body.as_bytes(), Some(&signed("another secret"))).await.status, 200);
}
