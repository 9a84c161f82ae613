//! What is signed as it should be and is nothing that a provider sends.
mod bodies;
mod providers;

use super::shop::{self, PUBLIC};
use bodies::Body::{self, Json, Mail, Params};
use purser_api::http::registry;
use purser_kernel::{Clock, Links};
use purser_tests::{
    app::Answer,
    database::{Engine, Watch},
    doors::{
        gmail::{self, KID},
        hmac,
        sendgrid::{self, EVENTS, FORM, INBOUND},
        twilio::{self, AUTH_TOKEN},
    },
    receiver::{Receiver, Response},
    whatsapp::{self, APP_SECRET},
    world::{Connection, World},
};
use rstest::rstest;
use serde_json::{Value, json};

/// A world with a door for each provider, and Google's keys.
async fn open(engine: Engine, with_workers: bool) -> Option<(World, Receiver, Vec<Connection>)> {
    let google = Receiver::start().await;
    google.answer(|_| Response::Full(200, vec![], gmail::keys().to_string()));
    let url = google.url.clone();
    let world = World::with(engine, |config| {
        config.public_url = Links::new(PUBLIC).ok();
        config.google_keys_url = url;
        if !with_workers {
            config.workers = 0;
        }
    });
    let world = world.await?;
    let mut doors = vec![world.connect().await];
    doors.push(world.connect_to("twilio", &twilio::integration()).await);
    doors.push(world.connect_to("sendgrid", &sendgrid::integration()).await);
    doors.push(world.connect_to("gmail", &gmail::integration()).await);
    doors.push(world.connect_to("hmac", &hmac::integration()).await);
    Some((world, google, doors))
}

fn now() -> i64 {
    Clock::system().now().timestamp()
}

fn by_google(claims: &Value) -> (&'static str, String) {
    ("authorization", format!("Bearer {}", gmail::token(KID, claims)))
}

fn by_sendgrid(secret: &str, time: &str, body: &[u8]) -> Vec<(&'static str, String)> {
    vec![
        ("x-twilio-email-event-webhook-signature", sendgrid::signature(secret, time, body)),
        ("x-twilio-email-event-webhook-timestamp", time.to_owned()),
    ]
}

fn by_secret(id: &str, at: i64, body: &[u8]) -> Vec<(&'static str, String)> {
    vec![
        ("webhook-id", id.to_owned()),
        ("webhook-timestamp", at.to_string()),
        ("webhook-signature", hmac::signature(id, at, body)),
    ]
}

async fn post(world: &World, path: &str, headers: Vec<(&'static str, String)>, body: Vec<u8>) -> Answer {
    let request = world.app.request("POST", path).body(body);
    Answer::of(headers.into_iter().fold(request, |request, (name, value)| request.header(name, value))).await
}

/// Posts a body as the door's provider does, signed.
async fn send(world: &World, door: &Connection, body: &Body) -> Answer {
    let mut path = door.door().to_owned();
    let (mut headers, bytes) = match body {
        Params(params) => {
            (vec![("content-type", "application/x-www-form-urlencoded".to_owned())], twilio::form(params).into())
        }
        Mail(bytes) => (vec![("content-type", FORM.to_owned())], bytes.clone()),
        Json(bytes) => (vec![], bytes.clone()),
    };
    match (door.body["provider"].as_str().unwrap(), body) {
        ("whatsapp", _) => headers.push(("x-hub-signature-256", whatsapp::signature(APP_SECRET, &bytes))),
        ("twilio", Params(params)) => {
            let signature = twilio::signature(AUTH_TOKEN, &format!("{PUBLIC}{path}"), params);
            headers.push(("x-twilio-signature", signature));
        }
        ("twilio", _) => {
            path = format!("{path}?{}", twilio::body_hash(&bytes));
            headers.push(("x-twilio-signature", twilio::signature(AUTH_TOKEN, &format!("{PUBLIC}{path}"), &[])));
        }
        ("sendgrid", Mail(_)) => headers.extend(by_sendgrid(INBOUND, "1700000000", &bytes)),
        ("sendgrid", _) => headers.extend(by_sendgrid(EVENTS, "1700000000", &bytes)),
        ("gmail", _) => headers.push(by_google(&gmail::claims(now()))),
        _ => headers.extend(by_secret(&whatsapp::message_id(), now(), &bytes)),
    }
    post(world, &path, headers, bytes).await
}

/// What became of all that came in at the door, in the order in which it came.
async fn endings(world: &World, door: &Connection) -> Vec<String> {
    let path = format!("/v1/inbound-events?limit=200&integration_id={}", door.id());
    let events = world.owner.get(&path).await.expect(200).json();
    let ending = |event: &Value| {
        let error = event["error"].as_str().map(|error| format!(": {error}")).unwrap_or_default();
        format!("{}{error}", event["status"].as_str().unwrap())
    };
    events["data"].as_array().unwrap().iter().rev().map(ending).collect()
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn ends_with_a_reason_and_holds_up_nobody(#[case] engine: Engine) {
    let Some((world, _google, doors)) = open(engine, true).await else { return };
    let sent = [
        providers::of_whatsapp(),
        providers::of_twilio(),
        providers::of_sendgrid(),
        providers::of_gmail(),
        providers::of_hmac(),
    ];
    let mut texts = Vec::new();
    for (door, sent) in doors.iter().zip(sent) {
        let cases: Vec<_> = bodies::no_json().into_iter().chain(sent).collect();
        for (body, _) in &cases {
            send(&world, door, body).await.expect(200);
        }
        world.settle().await;
        let endings = endings(&world, door).await;
        assert_eq!(endings.len(), cases.len(), "{}", door.door());
        for ((body, end), ending) in cases.iter().zip(&endings) {
            assert_eq!(end.err().unwrap_or("processed"), ending, "{}: {}", door.door(), body.beginning());
            texts.extend(end.ok());
        }
    }
    let mut owner = world.app.database.owner().await;
    assert!(owner.rows("select kind from jobs where status = 'dead'").await.unwrap().is_empty());
    let mut kept = owner.rows("select content from messages").await.unwrap().concat();
    kept.sort();
    texts.sort_unstable();
    let others: Vec<_> = kept.iter().filter(|text| !texts.contains(&text.as_str())).collect();
    assert!(kept == texts, "{} texts are kept of {}: {others:?}", kept.len(), texts.len());
    let conversations = world.conversations().await;
    assert!(!conversations.is_empty());
    for conversation in conversations {
        assert!(!world.messages(&conversation).await.is_empty(), "what was kept can be shown");
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn leaves_nothing_behind_where_it_is_refused(#[case] engine: Engine) {
    let Some((world, _google, doors)) = open(engine, false).await else { return };
    let published: Vec<_> = registry().iter().map(|problem| problem.kind.id).collect();
    let mut watch = Watch::over_changes(&world.app.database).await;
    let mut refused = Vec::new();
    for door in &doors {
        let answer = send(&world, door, &Json(vec![b' '; 3 * 1024 * 1024 + 1])).await;
        refused.push((answer.expect(413), "payload_too_large"));
    }
    let [_, twilio, sendgrid, gmail, hmac] = &*doors else { panic!("five doors") };
    let many = (0..501).map(|number| (number.to_string(), String::new())).collect();
    let mut unsigned = vec![send(&world, twilio, &Params(many)).await];
    let time = "9".repeat(21);
    unsigned.push(post(&world, sendgrid.door(), by_sendgrid(EVENTS, &time, b"[]"), b"[]".to_vec()).await);
    // No time is too late to be the end of a token, and none too early to be its beginning.
    let claims =
        json!({ "iat": [i64::MAX, 1e308, "1e400", null, []], "exp": [i64::MIN, -1, 1e308, "1e400", null, []] });
    for (name, values) in claims.as_object().unwrap() {
        for value in values.as_array().unwrap() {
            let mut claims = gmail::claims(now());
            claims[name] = value.clone();
            let push = gmail::push("1", gmail::MAILBOX, &json!(1)).to_string();
            unsigned.push(post(&world, gmail.door(), vec![by_google(&claims)], push.into()).await);
        }
    }
    for at in [i64::MIN, -1, i64::MAX] {
        unsigned.push(post(&world, hmac.door(), by_secret("a", at, b"{}"), b"{}".to_vec()).await);
    }
    refused.extend(unsigned.into_iter().map(|answer| (answer.expect(401), "invalid_signature")));
    for (answer, problem) in &refused {
        assert_eq!(answer.problem(), *problem);
        assert!(published.contains(problem));
    }
    assert_eq!(watch.changes().await, Vec::<String>::new());
}

/// What names no event does not make two of them one.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn is_no_other_event_for_want_of_an_id(#[case] engine: Engine) {
    let Some(world) = shop::world(engine).await else { return };
    let mut integration = hmac::integration();
    let config = integration["config"].as_object_mut().unwrap();
    config.remove("id_header");
    config.insert("id_pointer".to_owned(), json!("/id"));
    // The id that the signature has in it is always the same.
    config.insert("signed_content".to_owned(), json!("a.{timestamp}.{body}"));
    let door = world.connect_to("hmac", &integration).await;
    // The last two are one.
    let ids = ["18446744073709551616", "18446744073709551617", "\"\"", "\"\"", "\" \"", "null", "[]", "7", "7"];
    for (number, id) in ids.into_iter().enumerate() {
        let body = format!(r#"{{"id":{id},"visitor":{{"id":"visitor-7"}},"text":"{number} milk"}}"#);
        post(&world, door.door(), by_secret("a", now(), body.as_bytes()), body.into()).await.expect(200);
    }
    world.settle().await;
    assert_eq!(endings(&world, &door).await, ["processed"; 8]);
    let conversation = world.conversations().await.remove(0);
    assert_eq!(world.messages(&conversation).await.len(), 8);
}
