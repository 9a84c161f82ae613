//! Pushes of Gmail's changes.
use purser_tests::{
    app::Answer,
    database::Engine,
    doors::{
        gmail::{self, KEY, KID, MAILBOX},
        signers::Signers,
    },
    receiver::{Receiver, Response},
    world::{Connection, World},
};
use rstest::rstest;
use serde_json::{Value, json};
use tokio::task::JoinSet;

/// A world that fetches Google's keys from a receiver.
async fn world(engine: Engine) -> Option<(World, Receiver, Connection)> {
    let google = Receiver::start().await;
    google.answer(|_| Response::Full(200, vec![], gmail::keys().to_string()));
    let url = google.url.clone();
    let world = World::with(engine, |config| config.google_keys_url = url).await?;
    let door = world.connect_to("gmail", &gmail::integration()).await;
    Some((world, google, door))
}

fn now() -> i64 {
    purser_kernel::Clock::system().now().timestamp()
}

async fn push(world: &World, door: &Connection, token: &str, body: &Value) -> Answer {
    let authorization = format!("Bearer {token}");
    let headers = [("content-type", "application/json"), ("authorization", &*authorization)];
    world.post(door, &headers, body.to_string()).await
}

async fn deliver(world: &World, door: &Connection, id: &str, history: i64) -> Answer {
    push(world, door, &gmail::token(KID, &gmail::claims(now())), &gmail::push(id, MAILBOX, &json!(history))).await
}

async fn position(world: &World) -> String {
    let mut owner = world.app.database.owner().await;
    owner.rows("select cast(position as text) from inbound_positions").await.unwrap()[0][0].clone()
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_mailbox_only_moves_forward(#[case] engine: Engine) {
    let Some((world, google, door)) = world(engine).await else { return };
    let cases = [("1", 100, "processed"), ("2", 90, "ignored"), ("3", 100, "ignored"), ("4", 101, "processed")];
    for (id, history, expected) in cases {
        deliver(&world, &door, id, history).await.expect(200);
        world.settle().await;
        assert_eq!(world.events().await[0]["status"], expected, "{history}");
    }
    assert_eq!(world.events().await[1]["error"], "stale");
    // The same push again.
    deliver(&world, &door, "4", 101).await.expect(200);
    world.settle().await;
    assert_eq!(world.events().await.len(), 4);
    assert_eq!((&*position(&world).await, world.published("mailbox.changed").await), ("101", 2));
    assert_eq!(google.requests().len(), 1, "the keys are fetched once");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn of_many_pushes_at_once_the_furthest_counts(#[case] engine: Engine) {
    let Some((world, _google, door)) = world(engine).await else { return };
    let token = gmail::token(KID, &gmail::claims(now()));
    let mut pushes = JoinSet::new();
    for history in (1..=20).rev() {
        let body = gmail::push(&history.to_string(), MAILBOX, &json!(history.to_string())).to_string();
        let request = world.app.request("POST", door.door()).header("authorization", format!("Bearer {token}"));
        pushes.spawn(Answer::of(request.header("content-type", "application/json").body(body)));
    }
    for answer in pushes.join_all().await {
        answer.expect(200);
    }
    world.settle().await;
    let events = world.events().await;
    let processed = events.iter().filter(|event| event["status"] == "processed").count();
    assert_eq!((events.len(), &*position(&world).await), (20, "20"));
    assert_eq!(world.published("mailbox.changed").await, processed, "each step forward is published once");
    // Backwards, whoever asks for it.
    let first = events.last().unwrap()["id"].as_str().unwrap();
    world.owner.post(&format!("/v1/inbound-events/{first}/reprocess"), &json!({})).await.expect(202);
    world.settle().await;
    assert_eq!(position(&world).await, "20");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn nobody_else_pushes(#[case] engine: Engine) {
    let Some((world, google, door)) = world(engine).await else { return };
    let body = gmail::push("1", MAILBOX, &json!(100));
    let right = gmail::claims(now());
    let changed = |name: &str, value: Value| {
        let mut claims = right.clone();
        claims[name] = value;
        gmail::token(KID, &claims)
    };
    let token = gmail::token(KID, &right);
    let (head, signature) = token.rsplit_once('.').unwrap();
    let unsigned = head.split_once('.').unwrap().1;
    let wrong = [
        String::new(),
        "a.b.c".to_owned(),
        changed("aud", json!("another audience")),
        changed("email", json!("another@project.iam.gserviceaccount.com")),
        changed("email_verified", json!(false)),
        changed("iss", json!("https://accounts.example.com")),
        changed("exp", json!(now() - 61)),
        changed("iat", json!(now() + 120)),
        gmail::token("another key", &right),
        format!("{head}.{}", signature.chars().rev().collect::<String>()),
        // {"alg":"none","kid":"of-the-tests"}
        format!("eyJhbGciOiJub25lIiwia2lkIjoib2YtdGhlLXRlc3RzIn0.{unsigned}."),
    ];
    for token in &wrong {
        assert_eq!(push(&world, &door, token, &body).await.expect(401).problem(), "invalid_signature", "{token}");
    }
    world.post(&door, &[("content-type", "application/json")], body.to_string()).await.expect(401);
    assert!(world.events().await.is_empty());
    push(&world, &door, &token, &body).await.expect(200);
    assert_eq!(google.requests().len(), 1, "whatever keys are named, they are fetched once a minute");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_cannot_be_checked_is_pushed_again(#[case] engine: Engine) {
    let Some((world, google, door)) = world(engine).await else { return };
    google.answer_with(500);
    let refused = deliver(&world, &door, "1", 100).await.expect(503);
    assert_eq!(refused.problem(), "provider_unavailable");
    assert!(!refused.header("retry-after").is_empty() && world.events().await.is_empty());
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn each_push_ends_in_a_state_that_says_why(#[case] engine: Engine) {
    let Some((world, _google, door)) = world(engine).await else { return };
    let token = gmail::token(KID, &gmail::claims(now()));
    let cases = [
        (gmail::push("1", "somebody@gmail.example", &json!(1)), "ignored", "other_mailbox"),
        (gmail::push("2", MAILBOX, &json!("x")), "dead", "malformed_part"),
        (gmail::push("3", MAILBOX, &json!(-1)), "dead", "malformed_part"),
        (json!({ "message": { "data": "e30=", "messageId": "4" } }), "dead", "wrong_shape"),
        (json!({ "message": { "data": "%", "messageId": "5" } }), "dead", "wrong_shape"),
        (json!([]), "dead", "wrong_shape"),
    ];
    for (body, status, error) in cases {
        push(&world, &door, &token, &body).await.expect(200);
        world.settle().await;
        let event = world.events().await.remove(0);
        assert_eq!((&event["status"], &event["error"]), (&json!(status), &json!(error)), "{body}");
    }
    assert_eq!(world.published("mailbox.changed").await, 0);
}

/// The package `google-auth` signs for our door.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn somebody_else_s_signer_is_believed(#[case] engine: Engine) {
    let Some(signers) = Signers::find() else { return };
    let Some((world, _google, door)) = world(engine).await else { return };
    let token = signers.google(KEY, KID, &gmail::claims(now()));
    push(&world, &door, &token, &gmail::push("1", MAILBOX, &json!(100))).await.expect(200);
    world.settle().await;
    assert_eq!(position(&world).await, "100");
}
