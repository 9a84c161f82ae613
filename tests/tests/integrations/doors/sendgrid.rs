//! Mails through SendGrid.
use super::shop::{self, MAIL};
use purser_tests::{
    app::Answer,
    database::Engine,
    doors::{
        sendgrid::{self, ADDRESS, EVENTS, FORM, INBOUND},
        signers::Signers,
    },
    world::{Connection, World},
};
use rstest::rstest;
use serde_json::{Value, json};

const TIME: &str = "1700000000";
const SIGNATURE: &str = "x-twilio-email-event-webhook-signature";
const TIMESTAMP: &str = "x-twilio-email-event-webhook-timestamp";

async fn post(world: &World, door: &Connection, secret: &str, content_type: &str, body: &[u8]) -> Answer {
    let signature = sendgrid::signature(secret, TIME, body);
    let headers = [("content-type", content_type), (SIGNATURE, &*signature), (TIMESTAMP, TIME)];
    let answer = world.post(door, &headers, body).await;
    world.settle().await;
    answer
}

async fn mail(world: &World, door: &Connection, body: &[u8]) -> Answer {
    post(world, door, INBOUND, FORM, body).await
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_mail_becomes_an_order(#[case] engine: Engine) {
    let Some(world) = shop::open(engine).await else { return };
    let door = world.connect_to("sendgrid", &sendgrid::integration()).await;
    let text = "4 white bread please\n\nOn Sunday, Blue Harbor wrote:\n> 9 cases of milk\n";
    let from = format!("Paula Purchaser <{}>", MAIL.to_uppercase());
    mail(&world, &door, &sendgrid::mail("1@customer.example", &from, ADDRESS, text)).await.expect(200);
    let order = world.owner.order_with_status("pending").await;
    let lines = order["lines"].as_array().unwrap();
    assert_eq!((&order["channel"], lines.len(), &lines[0]["quantity"]), (&json!("email"), 1, &json!("4")));
    let conversation = world.conversations().await.remove(0);
    assert_eq!((&conversation["channel"], &conversation["channel_address"]), (&json!("email"), &json!(MAIL)));
    assert_eq!(
        (&conversation["contact_name"], &conversation["customer_id"]),
        (&json!("Paula Purchaser"), &order["customer_id"])
    );
    let message = world.messages(&conversation).await.remove(0);
    assert_eq!(message["content"], "4 white bread please");
    assert_eq!(message["payload"]["subject"], "Order");
    assert!(message["payload"]["quoted"].as_str().unwrap().contains("9 cases of milk"), "nothing is lost");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_mail_that_is_sent_twice_is_one(#[case] engine: Engine) {
    let Some(world) = shop::open(engine).await else { return };
    let door = world.connect_to("sendgrid", &sendgrid::integration()).await;
    let once = sendgrid::mail("1@customer.example", MAIL, ADDRESS, "4 white bread please");
    mail(&world, &door, &once).await.expect(200);
    mail(&world, &door, &once).await.expect(200);
    assert_eq!(world.events().await.len(), 1);
    // To two of our addresses: two events, one mail.
    let path = format!("{}/sendgrid", door.path());
    let mut config = sendgrid::integration()["config"].clone();
    config["addresses"] = json!([ADDRESS, "sales@shop.example"]);
    world.owner.patch(&path, 1, &json!({ "config": config })).await.expect(200);
    let other = sendgrid::mail("1@customer.example", MAIL, "sales@shop.example", "4 white bread please");
    mail(&world, &door, &other).await.expect(200);
    assert_eq!(world.events().await.len(), 2);
    let conversation = world.conversations().await.remove(0);
    assert_eq!(world.messages(&conversation).await.len(), 1);
    world.owner.order_with_status("pending").await;
    assert_eq!(world.owner.get("/v1/orders").await.json()["data"].as_array().unwrap().len(), 1);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn each_mail_ends_in_a_state_that_says_why(#[case] engine: Engine) {
    let Some(world) = shop::world(engine).await else { return };
    let door = world.connect_to("sendgrid", &sendgrid::integration()).await;
    let envelope = json!({ "to": [ADDRESS], "from": MAIL }).to_string();
    let envelope = ("envelope", envelope.as_bytes());
    let broken = sendgrid::mail("2@customer.example", MAIL, ADDRESS, "hello");
    let many = vec![("a", &b"b"[..]); 201];
    let latin: [(&str, &[u8]); 4] =
        [envelope, ("from", MAIL.as_bytes()), ("text", b"K\xe4se"), ("charsets", br#"{"text":"iso-8859-1"}"#)];
    let cases: [(Vec<u8>, &str, Value); 7] = [
        (sendgrid::mail("1@customer.example", MAIL, "info@shop.example", "hi"), "ignored", json!("other_recipient")),
        (sendgrid::form(&[envelope, ("text", b"hi"), ("from", b"nobody")]), "processed", Value::Null),
        (broken[..broken.len() / 2].to_vec(), "dead", json!("not_a_form")),
        (sendgrid::form(&many), "dead", json!("too_many_parts")),
        (sendgrid::form(&[envelope, ("email", b"From: a@b.example\n\nhi")]), "dead", json!("raw_mime")),
        (sendgrid::form(&[("text", b"hi")]), "dead", json!("wrong_shape")),
        (sendgrid::form(&latin), "processed", Value::Null),
    ];
    for (body, status, error) in cases {
        mail(&world, &door, &body).await.expect(200);
        let event = world.events().await.remove(0);
        assert_eq!((&event["status"], &event["error"]), (&json!(status), &error), "{}", String::from_utf8_lossy(&body));
    }
    let conversation = world.conversations().await.remove(0);
    let contents: Vec<_> = world.messages(&conversation).await.into_iter().map(|it| it["content"].clone()).collect();
    assert_eq!(contents, [json!("Käse"), json!("hi")]);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_event_moves_a_mail_of_ours_forward(#[case] engine: Engine) {
    let Some(world) = shop::world(engine).await else { return };
    let door = world.connect_to("sendgrid", &sendgrid::integration()).await;
    mail(&world, &door, &sendgrid::mail("1@customer.example", MAIL, ADDRESS, "hello")).await.expect(200);
    let conversation = world.conversations().await.remove(0);
    world.send(&conversation, "14c5d75ce93").await;
    world.send(&conversation, "own@shop.example").await;
    let event = |name: &str, id: &str| json!({ "event": name, "timestamp": 1_749_416_400, "sg_message_id": id });
    let mut bounce = event("bounce", "unknown.filter0001");
    bounce["smtp-id"] = json!("<own@shop.example>");
    bounce["status"] = json!("5.1.1");
    let batch =
        json!([event("open", "14c5d75ce93.filter0001.1"), event("delivered", "14c5d75ce93.filter0001.1"), bounce]);
    post(&world, &door, EVENTS, "application/json", batch.to_string().as_bytes()).await.expect(200);
    let messages = world.messages(&conversation).await;
    let statuses: Vec<_> = messages.iter().map(|message| message["status"].as_str().unwrap()).collect();
    assert_eq!(statuses, ["failed", "read", "received"]);
    assert_eq!(messages[0]["error"], "bounce 5.1.1");
    assert_eq!(world.events().await[0]["status"], "processed");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn nothing_is_kept_without_the_right_signature(#[case] engine: Engine) {
    let Some(world) = shop::world(engine).await else { return };
    let door = world.connect_to("sendgrid", &sendgrid::integration()).await;
    let body = sendgrid::mail("1@customer.example", MAIL, ADDRESS, "hello");
    // A key is for what it is for.
    post(&world, &door, EVENTS, FORM, &body).await.expect(401);
    post(&world, &door, INBOUND, "application/json", b"[]").await.expect(401);
    let right = sendgrid::signature(INBOUND, TIME, &body);
    for (signature, time) in [("", TIME), ("AAAA", TIME), (&*right, "1700000001"), (&*right, "")] {
        let headers = [("content-type", FORM), (SIGNATURE, signature), (TIMESTAMP, time)];
        let refused = world.post(&door, &headers, &*body).await.expect(401);
        assert_eq!(refused.problem(), "invalid_signature");
    }
    world.post(&door, &[("content-type", FORM), (SIGNATURE, &*right)], &*body).await.expect(401);
    assert!(world.events().await.is_empty());
    mail(&world, &door, &body).await.expect(200);
    // Without a key there is no door for what it signs.
    let path = format!("{}/sendgrid", door.path());
    let without = json!({ "config": { "event_public_key": sendgrid::public_key(EVENTS) } });
    world.owner.patch(&path, 1, &without).await.expect(200);
    mail(&world, &door, &sendgrid::mail("2@customer.example", MAIL, ADDRESS, "hello")).await.expect(401);
    let neither = json!({ "name": "x", "config": { "addresses": ["nobody"], "event_public_key": "AAAA" } });
    let refused = world.owner.post("/v1/integrations/sendgrid", &neither).await.expect(422);
    let pointers: Vec<_> = refused.errors().into_iter().map(|(pointer, _)| pointer).collect();
    assert_eq!(pointers, ["/config/addresses/0", "/config/event_public_key"]);
}

/// A mail may have large files; nothing else at any door may be so large.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_mail_brings_its_files(#[case] engine: Engine) {
    let Some(world) = shop::world(engine).await else { return };
    let door = world.connect_to("sendgrid", &sendgrid::integration()).await;
    let mut body = sendgrid::mail("1@customer.example", MAIL, ADDRESS, "see below");
    body.truncate(body.len() - "--xYzZY--\r\n".len());
    let head = "--xYzZY\r\nContent-Disposition: form-data; name=\"attachment1\"; filename=\"order.pdf\"\r\n\
        Content-Type: application/pdf\r\n\r\n";
    let bytes = vec![b'x'; 4 * 1024 * 1024];
    let body = [&*body, head.as_bytes(), &bytes, b"\r\n--xYzZY--\r\n"].concat();
    mail(&world, &door, &body).await.expect(200);
    let conversation = world.conversations().await.remove(0);
    let file = &world.messages(&conversation).await[0]["attachments"][0];
    assert_eq!(file["kind"], "document", "{file}");
    let more = vec![b'x'; 30 * 1024 * 1024 + 1];
    let refused = mail(&world, &door, &more).await.expect(413);
    assert_eq!(refused.problem(), "payload_too_large");
}

/// The package `cryptography` signs for our door, and shows its key as we do.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn somebody_else_s_signer_is_believed(#[case] engine: Engine) {
    let Some(signers) = Signers::find() else { return };
    let Some(world) = shop::world(engine).await else { return };
    let body = String::from_utf8(sendgrid::mail("1@customer.example", MAIL, ADDRESS, "2 × Käse")).unwrap();
    let (key, signature) = signers.sendgrid(INBOUND, TIME, &body);
    let mut integration = sendgrid::integration();
    integration["config"]["inbound_public_key"] = json!(key);
    let door = world.connect_to("sendgrid", &integration).await;
    let headers = [("content-type", FORM), (SIGNATURE, &*signature), (TIMESTAMP, TIME)];
    world.post(&door, &headers, &*body).await.expect(200);
    world.post(&door, &headers, body.replace("Käse", "Milk")).await.expect(401);
    world.settle().await;
    let conversation = world.conversations().await.remove(0);
    assert_eq!(world.messages(&conversation).await[0]["content"], "2 × Käse");
}
