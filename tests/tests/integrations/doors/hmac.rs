//! Whoever signs with a shared secret.
use super::shop;
use purser_tests::{
    app::Answer,
    database::Engine,
    doors::hmac::{self, SECRET},
    standard_webhooks::StandardWebhooks,
    world::{Connection, World},
};
use rstest::rstest;
use serde_json::{Value, json};

fn now() -> i64 {
    purser_kernel::Clock::system().now().timestamp()
}

fn body(text: &str) -> String {
    json!({ "visitor": { "id": "visitor-7", "name": "Vera" }, "text": text }).to_string()
}

async fn post(world: &World, door: &Connection, id: &str, at: i64, signature: &str, body: &str) -> Answer {
    let at = at.to_string();
    let headers = [("webhook-id", id), ("webhook-timestamp", &*at), ("webhook-signature", signature)];
    let answer = world.post(door, &headers, body).await;
    world.settle().await;
    answer
}

async fn deliver(world: &World, door: &Connection, id: &str, body: &str) -> Answer {
    post(world, door, id, now(), &hmac::signature(id, now(), body), body).await
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_is_signed_as_the_connection_says_is_a_message(#[case] engine: Engine) {
    let Some(world) = shop::world(engine).await else { return };
    let door = world.connect_to("hmac", &hmac::integration()).await;
    deliver(&world, &door, "msg_1", &body("do you have milk?")).await.expect(200);
    // The id says that it is the same, whatever stands in it.
    deliver(&world, &door, "msg_1", &body("do you have bread?")).await.expect(200);
    deliver(&world, &door, "msg_2", "{\"text\": 7}").await.expect(200);
    deliver(&world, &door, "msg_3", "no json").await.expect(200);
    let seen: Vec<_> = world.events().await.into_iter().map(|it| (it["status"].clone(), it["error"].clone())).collect();
    let expected = [
        (json!("dead"), json!("not_json")),
        (json!("dead"), json!("malformed_part")),
        (json!("processed"), Value::Null),
    ];
    assert_eq!(seen, expected);
    let conversation = world.conversations().await.remove(0);
    assert_eq!((&conversation["channel"], &conversation["channel_address"]), (&json!("web"), &json!("visitor-7")));
    assert_eq!(conversation["contact_name"], "Vera");
    assert_eq!(world.messages(&conversation).await[0]["content"], "do you have milk?");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn nothing_is_kept_of_what_is_late_or_not_signed(#[case] engine: Engine) {
    let Some(world) = shop::world(engine).await else { return };
    let door = world.connect_to("hmac", &hmac::integration()).await;
    let body = body("hello");
    let at = now();
    for (id, at, signature) in [
        ("a", at - 301, hmac::signature("a", at - 301, &body)),
        ("a", at + 330, hmac::signature("a", at + 330, &body)),
        ("a", at, hmac::signature("b", at, &body)),
        ("a", at, hmac::signature("a", at - 1, &body)),
        ("a", at, hmac::signature("a", at, "another body")),
        ("a", at, String::new()),
    ] {
        let refused = post(&world, &door, id, at, &signature, &body).await.expect(401);
        assert_eq!(refused.problem(), "invalid_signature");
    }
    assert!(world.events().await.is_empty());
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_is_no_message_is_news(#[case] engine: Engine) {
    let Some(world) = shop::world(engine).await else { return };
    let connection = json!({
        "name": "Warehouse",
        "config": {
            "algorithm": "sha512", "encoding": "hex", "signature_header": "X-Digest", "signature_prefix": "sha512=",
            "id_pointer": "/delivery/number",
        },
        "credentials": { "secret": "Jefe" },
    });
    let door = world.connect_to("hmac", &connection).await;
    for body in [r#"{"delivery":{"number":7}}"#, r#"{"delivery":{"number":7},"again":true}"#] {
        let digest = sha512("Jefe", body);
        world.post(&door, &[("x-digest", &*format!("sha512={digest}"))], body).await.expect(200);
        world.post(&door, &[("x-digest", &*digest)], body).await.expect(401);
    }
    world.settle().await;
    let events = world.events().await;
    assert_eq!((events.len(), &events[0]["status"]), (1, &json!("processed")), "one number, one event");
    assert_eq!(world.published("inbound_event.received").await, 1);
    assert!(world.conversations().await.is_empty());
}

fn sha512(key: &str, body: &str) -> String {
    use ::hmac::{Hmac, KeyInit, Mac};
    let mut mac = Hmac::<sha2::Sha512>::new_from_slice(key.as_bytes()).unwrap();
    mac.update(body.as_bytes());
    purser_kernel::hex::encode(&mac.finalize().into_bytes())
}

/// The package `standardwebhooks` signs for our door.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn somebody_else_s_signer_is_believed(#[case] engine: Engine) {
    let Some(signer) = StandardWebhooks::find() else { return };
    let Some(world) = shop::world(engine).await else { return };
    let door = world.connect_to("hmac", &hmac::integration()).await;
    let (body, at) = (body("Größe „M“"), now());
    let signature = signer.sign(SECRET, "msg_1", at, &body);
    post(&world, &door, "msg_1", at, &signature, &body).await.expect(200);
    post(&world, &door, "msg_2", at, &signature, &body).await.expect(401);
    let conversation = world.conversations().await.remove(0);
    assert_eq!(world.messages(&conversation).await[0]["content"], "Größe „M“");
}
