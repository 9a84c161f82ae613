//! Messages through Twilio.
use super::shop::{self, NUMBER, PUBLIC};
use purser_tests::{
    app::Answer,
    database::Engine,
    doors::{
        signers::Signers,
        twilio::{self, AUTH_TOKEN},
    },
    world::{Connection, World},
};
use rstest::rstest;
use serde_json::json;

const FORM: &str = "application/x-www-form-urlencoded";

async fn deliver(world: &World, door: &Connection, params: &[(String, String)]) -> Answer {
    let url = format!("{PUBLIC}{}", door.door());
    let signature = twilio::signature(AUTH_TOKEN, &url, params);
    let answer =
        world.post(door, &[("content-type", FORM), ("x-twilio-signature", &signature)], twilio::form(params)).await;
    world.settle().await;
    answer
}

/// Posts a body in JSON, as Twilio does where an address takes no forms: the body's hash stands in the query, and the address is signed
/// with it.
async fn post_json(world: &World, door: &Connection, query: &str, signature: &str, body: &str) -> Answer {
    let request = world.app.request("POST", &format!("{}?{query}", door.door()));
    let request = request.header("content-type", "application/json").header("x-twilio-signature", signature);
    let answer = Answer::of(request.body(body.to_owned())).await;
    world.settle().await;
    answer
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_text_message_becomes_an_order(#[case] engine: Engine) {
    let Some(world) = shop::open(engine).await else { return };
    let door = world.connect_to("twilio", &twilio::integration()).await;
    let taken = deliver(&world, &door, &twilio::message(NUMBER, "4 white bread please")).await.expect(200);
    assert_eq!((taken.header("content-type"), &*taken.body), ("text/xml; charset=utf-8", "<Response/>"));
    let order = world.owner.order_with_status("pending").await;
    assert_eq!((&order["channel"], &order["lines"][0]["quantity"]), (&json!("sms"), &json!("4")));
    let conversation = world.conversations().await.remove(0);
    assert_eq!((&conversation["channel"], &conversation["channel_address"]), (&json!("sms"), &json!(&NUMBER[1..])));
    assert_eq!(conversation["customer_id"], order["customer_id"]);
    // WhatsApp through Twilio is WhatsApp.
    deliver(&world, &door, &twilio::message(&format!("whatsapp:{NUMBER}"), "thanks")).await.expect(200);
    let channels: Vec<_> = world.conversations().await.into_iter().map(|it| it["channel"].clone()).collect();
    assert_eq!(channels, [json!("whatsapp"), json!("sms")]);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_message_that_is_sent_twice_is_one(#[case] engine: Engine) {
    let Some(world) = shop::open(engine).await else { return };
    let door = world.connect_to("twilio", &twilio::integration()).await;
    let message = twilio::message(NUMBER, "4 white bread please");
    let mut again = message.clone();
    again.push(("RetryCount".to_owned(), "1".to_owned()));
    for params in [&message, &message, &again] {
        deliver(&world, &door, params).await.expect(200);
    }
    assert_eq!(world.events().await.len(), 1);
    let conversation = world.conversations().await.remove(0);
    assert_eq!((&conversation["unread_count"], world.messages(&conversation).await.len()), (&json!(1), 1));
    world.owner.order_with_status("pending").await;
    assert_eq!(world.owner.get("/v1/orders").await.json()["data"].as_array().unwrap().len(), 1);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_status_only_goes_forward(#[case] engine: Engine) {
    let Some(world) = shop::world(engine).await else { return };
    let door = world.connect_to("twilio", &twilio::integration()).await;
    deliver(&world, &door, &twilio::message(NUMBER, "hello")).await.expect(200);
    let conversation = world.conversations().await.remove(0);
    let cases: [(&[&str], &str); 3] = [
        (&["queued", "sent", "delivered", "read"], "read"),
        (&["delivered", "sent", "delivered", "undelivered"], "delivered"),
        (&["failed", "delivered"], "failed"),
    ];
    for (reports, expected) in cases {
        let id = twilio::message_id();
        world.send(&conversation, &id).await;
        for report in reports {
            deliver(&world, &door, &twilio::status(&id, report)).await.expect(200);
        }
        assert_eq!(world.messages(&conversation).await[0]["status"], expected, "{reports:?}");
    }
    let ignored = world.owner.get("/v1/inbound-events?status=ignored").await.json();
    assert_eq!(ignored["data"][0]["error"], "other_status");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn nothing_is_kept_without_the_right_signature(#[case] engine: Engine) {
    let Some(world) = shop::world(engine).await else { return };
    let door = world.connect_to("twilio", &twilio::integration()).await;
    let params = twilio::message(NUMBER, "hello");
    let url = format!("{PUBLIC}{}", door.door());
    let right = twilio::signature(AUTH_TOKEN, &url, &params);
    let wrong = [
        twilio::signature("another token", &url, &params),
        twilio::signature(AUTH_TOKEN, &format!("{}{}", world.app.url, door.door()), &params),
        twilio::signature(AUTH_TOKEN, &format!("{url}?a=b"), &params),
        twilio::signature(AUTH_TOKEN, &url, &twilio::message(NUMBER, "hello")),
        String::new(),
    ];
    for signature in &wrong {
        let headers = [("content-type", FORM), ("x-twilio-signature", signature)];
        let refused = world.post(&door, &headers, twilio::form(&params)).await.expect(401);
        assert_eq!(refused.problem(), "invalid_signature");
    }
    world.post(&door, &[("content-type", FORM)], twilio::form(&params)).await.expect(401);
    // A body that the signature says nothing of.
    let headers = [("content-type", "application/json"), ("x-twilio-signature", &*right)];
    world.post(&door, &headers, "{}").await.expect(401);
    assert!(world.events().await.is_empty());
    let headers = [("content-type", FORM), ("x-twilio-signature", &*right)];
    world.post(&door, &headers, twilio::form(&params)).await.expect(200);
    assert_eq!(world.events().await.len(), 1);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_body_in_json_is_taken_once_by_its_hash_in_the_signed_address(#[case] engine: Engine) {
    let Some(world) = shop::open(engine).await else { return };
    let door = world.connect_to("twilio", &twilio::integration()).await;
    let body = twilio::object(&twilio::message(NUMBER, "4 white bread please"));
    let other = body.replace("4 white bread", "9 white bread");
    let url = format!("{PUBLIC}{}", door.door());
    let sign = |query: &str| twilio::signature(AUTH_TOKEN, &format!("{url}?{query}"), &[]);
    let (hash, of_other, none) = (twilio::body_hash(&body), twilio::body_hash(&other), "shop=1".to_owned());
    let more = format!("{hash}&shop=1");
    let without_query = twilio::signature(AUTH_TOKEN, &url, &[]);
    let by_nobody = twilio::signature("another token", &format!("{url}?{hash}"), &[]);
    for (query, signature, body) in [
        // The hash is another body's.
        (&of_other, &sign(&of_other), &body),
        // The body is another than the one that was hashed, or signed.
        (&hash, &sign(&hash), &other),
        (&of_other, &sign(&hash), &other),
        // Nothing says anything of the body.
        (&none, &sign(&none), &body),
        (&hash, &without_query, &body),
        (&hash, &by_nobody, &body),
        // What was signed is not all that stands there.
        (&more, &sign(&hash), &body),
    ] {
        let refused = post_json(&world, &door, query, signature, body).await.expect(401);
        assert_eq!(refused.problem(), "invalid_signature", "{query}");
    }
    assert!(world.events().await.is_empty());

    // It comes again, and once more to an address that has a query of its own.
    for query in [&hash, &hash, &more] {
        let taken = post_json(&world, &door, query, &sign(query), &body).await.expect(200);
        assert_eq!(taken.body, "<Response/>");
    }
    let events = world.events().await;
    assert_eq!((events.len(), &events[0]["status"]), (1, &json!("processed")));
    let conversation = world.conversations().await.remove(0);
    assert_eq!((&conversation["channel"], &conversation["unread_count"]), (&json!("sms"), &json!(1)));
    let messages = world.messages(&conversation).await;
    assert_eq!((messages.len(), &messages[0]["content"]), (1, &json!("4 white bread please")));
    let order = world.owner.order_with_status("pending").await;
    assert_eq!(order["lines"][0]["quantity"], "4");
    assert_eq!(world.owner.get("/v1/orders").await.json()["data"].as_array().unwrap().len(), 1);
}

/// `RequestValidator` of Twilio's own package signs for our door.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn somebody_else_s_signer_is_believed(#[case] engine: Engine) {
    let Some(signers) = Signers::find() else { return };
    let Some(world) = shop::world(engine).await else { return };
    let door = world.connect_to("twilio", &twilio::integration()).await;
    let params = twilio::message(NUMBER, "2 × Käse & „Brot“ + 1%");
    let borrowed: Vec<_> = params.iter().map(|(name, value)| (&**name, &**value)).collect();
    let url = format!("{PUBLIC}{}", door.door());
    let signature = signers.twilio(AUTH_TOKEN, &url, &borrowed);
    let headers = [("content-type", FORM), ("x-twilio-signature", &*signature)];
    world.post(&door, &headers, twilio::form(&params)).await.expect(200);
    world.settle().await;
    let conversation = world.conversations().await.remove(0);
    assert_eq!(world.messages(&conversation).await[0]["content"], "2 × Käse & „Brot“ + 1%");
    let wrong = signers.twilio(AUTH_TOKEN, &format!("{url}/"), &borrowed);
    let headers = [("content-type", FORM), ("x-twilio-signature", &*wrong)];
    world.post(&door, &headers, twilio::form(&params)).await.expect(401);

    let body = twilio::object(&twilio::message(NUMBER, "3 × Käse"));
    let query = format!("bodySHA256={}", signers.twilio_hash(&body));
    let signature = signers.twilio(AUTH_TOKEN, &format!("{url}?{query}"), &[]);
    post_json(&world, &door, &query, &signature, &body.replace('3', "4")).await.expect(401);
    post_json(&world, &door, &query, &signature, &body).await.expect(200);
    assert_eq!(world.messages(&conversation).await[0]["content"], "3 × Käse");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_account_is_connected_once_and_its_token_never_shown(#[case] engine: Engine) {
    let Some(world) = shop::world(engine).await else { return };
    let door = world.connect_to("twilio", &twilio::integration()).await;
    let taken = world.owner.post("/v1/integrations/twilio", &twilio::integration()).await.expect(409);
    assert_eq!(taken.problem(), "already_exists");
    let path = format!("{}/twilio", door.path());
    let change = json!({ "name": "Day line", "credentials": { "auth_token": "another-token" } });
    let changed = world.owner.patch(&path, 1, &change).await.expect(200);
    world.owner.patch(&path, 1, &change).await.expect(412);
    let shown = world.owner.get(&path).await.expect(200);
    assert_eq!(shown.json()["name"], "Day line");
    let trail = world.owner.get("/v1/audit-logs").await.expect(200);
    for seen in [&door.body.to_string(), &changed.body, &shown.body, &trail.body] {
        assert!(!seen.contains(AUTH_TOKEN) && !seen.contains("another-token"), "{seen}");
    }
    let params = twilio::message(NUMBER, "hello");
    deliver(&world, &door, &params).await.expect(401);
    let wrong = json!({ "name": " ", "config": { "account_sid": "AC1" }, "credentials": { "auth_token": "" } });
    let refused = world.owner.post("/v1/integrations/twilio", &wrong).await.expect(422);
    let pointers: Vec<_> = refused.errors().into_iter().map(|(pointer, _)| pointer).collect();
    assert_eq!(pointers, ["/name", "/config/account_sid", "/credentials/auth_token"]);
}
