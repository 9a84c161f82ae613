//! The doors as a client sees them.
use purser_tests::{
    app::{Answer, PASSWORD, Tenant, TestApp},
    database::Engine,
};
use rstest::rstest;
use serde_json::{Value, json};

fn founder(email: &str) -> Value {
    json!({ "organization_name": "Blue Harbor", "full_name": "Ann Example", "email": email, "password": PASSWORD })
}

async fn log_in(app: &TestApp, email: &str, password: &str) -> Answer {
    app.anonymous("POST", "/v1/auth/login", Some(&json!({ "email": email, "password": password }))).await
}

async fn refresh(app: &TestApp, token: &str) -> Answer {
    app.anonymous("POST", "/v1/auth/refresh", Some(&json!({ "refresh_token": token }))).await
}

fn text(answer: &Answer, pointer: &str) -> String {
    answer.json().pointer(pointer).and_then(Value::as_str).unwrap().to_owned()
}

/// The same person with the tokens of another answer.
fn with_tokens(person: &Tenant, answer: &Answer) -> Tenant {
    let mut person = person.clone();
    person.access_token = text(answer, "/access_token");
    person.refresh_token = text(answer, "/refresh_token");
    person
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn who_signs_up_is_the_owner(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let answer = app.anonymous("POST", "/v1/auth/signup", Some(&founder("ann@example.com"))).await.expect(201);
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(text(&answer, "/token_type"), "Bearer");
    assert_eq!(text(&answer, "/organization/slug"), "blue-harbor");
    assert!(!answer.body.contains(PASSWORD));

    let ann = app.tenant("Harbor Foods").await;
    let me = ann.get("/v1/me").await.expect(200).json();
    assert_eq!(me["user"]["id"], ann.user_id.as_str());
    assert_eq!(me["user"]["email"], ann.email.as_str());
    assert_eq!(me["organization"]["id"], ann.organization_id.as_str());
    assert_eq!(me["organization"]["name"], "Harbor Foods");
    assert_eq!(me["roles"], json!(["owner"]));
    assert!(me["permissions"].as_array().unwrap().contains(&json!("orders.confirm")));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_address_is_given_once(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let (first, second) = (founder("ann@example.com"), founder("Ann@Example.com"));
    app.anonymous("POST", "/v1/auth/signup", Some(&first)).await.expect(201);
    let answer = app.anonymous("POST", "/v1/auth/signup", Some(&second)).await.expect(409);
    assert_eq!(answer.problem(), "email_taken");
    // Ten at once: one of them gets it.
    let body = founder("bob@example.com");
    let attempts = (0..10).map(|_| app.anonymous("POST", "/v1/auth/signup", Some(&body)));
    let answers = futures_util::future::join_all(attempts).await;
    let taken = answers.iter().filter(|answer| answer.status == 409 && answer.problem() == "email_taken").count();
    assert_eq!((answers.iter().filter(|answer| answer.status == 201).count(), taken), (1, 9));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn signing_in_does_not_tell_what_is_wrong(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let ann = app.tenant("Harbor Foods").await;
    let bob = app.tenant("Mill Foods").await;
    let right = log_in(&app, &ann.email, PASSWORD).await.expect(200);
    assert_eq!(text(&right, "/organization_id"), ann.organization_id);
    with_tokens(&ann, &right).get("/v1/me").await.expect(200);

    let wrong = log_in(&app, &ann.email, "wrong horse battery staple").await.expect(401);
    assert_eq!(wrong.problem(), "invalid_credentials");
    let unknown = log_in(&app, "nobody@example.com", PASSWORD).await.expect(401);
    let body = json!({ "email": ann.email, "password": PASSWORD, "organization_id": bob.organization_id });
    let elsewhere = app.anonymous("POST", "/v1/auth/login", Some(&body)).await.expect(401);
    assert_eq!((&unknown.body, &elsewhere.body), (&wrong.body, &wrong.body));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn guessing_is_slowed_down(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let ann = app.tenant("Harbor Foods").await;
    for email in [ann.email.as_str(), "nobody@example.com"] {
        for _ in 0..5 {
            log_in(&app, email, "wrong horse battery staple").await.expect(401);
        }
        let answer = log_in(&app, email, PASSWORD).await.expect(429);
        assert_eq!(answer.problem(), "too_many_requests");
        assert!((1..=5).contains(&answer.header("retry-after").parse::<u64>().unwrap()), "{answer:?}");
    }
    ann.get("/v1/me").await.expect(200);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_session_is_renewed_and_ends_when_a_used_token_comes_back(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let ann = app.tenant("Harbor Foods").await;
    let second = refresh(&app, &ann.refresh_token).await.expect(200);
    // The answer was lost: the same successor again.
    let again = refresh(&app, &ann.refresh_token).await.expect(200);
    assert_eq!(text(&second, "/refresh_token"), text(&again, "/refresh_token"));
    with_tokens(&ann, &second).get("/v1/me").await.expect(200);
    let third = refresh(&app, &text(&second, "/refresh_token")).await.expect(200);
    let late = with_tokens(&ann, &third);
    late.get("/v1/me").await.expect(200);
    // The first one again, when its successor is used too: somebody has stolen it.
    assert_eq!(refresh(&app, &ann.refresh_token).await.expect(401).problem(), "invalid_refresh_token");
    assert_eq!(refresh(&app, &late.refresh_token).await.expect(401).problem(), "invalid_refresh_token");
    assert_eq!(late.get("/v1/me").await.expect(401).problem(), "unauthenticated");
    log_in(&app, &ann.email, PASSWORD).await.expect(200);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn signing_out_holds_at_once(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let ann = app.tenant("Harbor Foods").await;
    let other = with_tokens(&ann, &log_in(&app, &ann.email, PASSWORD).await.expect(200));
    ann.get("/v1/me").await.expect(200);
    ann.verb("/v1/auth/logout").await.expect(204);
    let answer = ann.get("/v1/me").await.expect(401);
    assert_eq!((answer.problem().as_str(), answer.header("www-authenticate")), ("unauthenticated", "Bearer"));
    ann.verb("/v1/auth/logout").await.expect(401);
    assert_eq!(refresh(&app, &ann.refresh_token).await.expect(401).problem(), "invalid_refresh_token");
    other.get("/v1/me").await.expect(200);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_token_opens_its_own_organization_alone(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let (ann, bob) = (app.tenant("Harbor Foods").await, app.tenant("Mill Foods").await);
    for (person, other) in [(&ann, &bob), (&bob, &ann)] {
        let me = person.get("/v1/me").await.expect(200);
        assert!(me.body.contains(&person.organization_id) && !me.body.contains(&other.organization_id));
    }
    // One's claims under the other's signature.
    let (claims, _) = ann.access_token.rsplit_once('.').unwrap();
    let (_, signature) = bob.access_token.rsplit_once('.').unwrap();
    let mut mixed = ann.clone();
    mixed.access_token = format!("{claims}.{signature}");
    assert_eq!(mixed.get("/v1/me").await.expect(401).problem(), "unauthenticated");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn without_a_token_there_is_nothing(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let ann = app.tenant("Harbor Foods").await;
    let headers = [String::new(), "Bearer".into(), "Bearer ".into(), "Bearer a.b.c".into(), "Basic YTpi".into()];
    let tokens = [ann.refresh_token.clone(), "x".repeat(5000)].map(|token| format!("Bearer {token}"));
    for header in headers.into_iter().chain(tokens) {
        let answer = Answer::of(app.request("GET", "/v1/me").header("Authorization", &header)).await.expect(401);
        assert_eq!((answer.problem().as_str(), answer.header("www-authenticate")), ("unauthenticated", "Bearer"));
    }
    app.anonymous("GET", "/v1/me", None).await.expect(401);
    // The scheme's name may be written in any case (RFC 9110, section 11.1).
    let header = format!("bearer {}", ann.access_token);
    Answer::of(app.request("GET", "/v1/me").header("Authorization", header)).await.expect(200);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_body_that_cannot_be_is_said_to_be_wrong(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    for path in ["/v1/auth/signup", "/v1/auth/login", "/v1/auth/refresh"] {
        let post = |media_type: &'static str, body: String| {
            Answer::of(app.request("POST", path).header("Content-Type", media_type).body(body))
        };
        // Where the token may be in a cookie, no body is a body without it.
        let nothing = post("application/json", String::new()).await;
        let expected = if path.ends_with("refresh") { "validation_failed" } else { "malformed_request" };
        assert_eq!(nothing.problem(), expected, "{path}");
        for body in ["{", "\"", "{\"email\": \"\\u0000\"}"] {
            assert_eq!(
                post("application/json", body.into()).await.expect(400).problem(),
                "malformed_request",
                "{body}"
            );
        }
        for body in ["{}", "[]", "null", "{\"email\": 1}", "{\"surprise\": true}"] {
            assert_eq!(
                post("application/json", body.into()).await.expect(422).problem(),
                "validation_failed",
                "{body}"
            );
        }
        assert_eq!(post("text/plain", "{}".into()).await.expect(415).problem(), "unsupported_media_type");
        let huge = format!("{{\"email\": \"{}\"}}", "x".repeat(20_000_000));
        assert_eq!(post("application/json", huge).await.expect(413).problem(), "payload_too_large");
        assert_eq!(app.anonymous("GET", path, None).await.expect(405).problem(), "method_not_allowed");
    }
    let body = json!({ "organization_name": "", "full_name": "\n", "email": "nobody", "password": "short" });
    let answer = app.anonymous("POST", "/v1/auth/signup", Some(&body)).await.expect(422);
    let expected = [
        ("/organization_name", "required"),
        ("/full_name", "required"),
        ("/email", "not_an_email"),
        ("/password", "too_short"),
    ];
    assert_eq!(answer.errors(), expected.map(|(pointer, code)| (pointer.to_owned(), code.to_owned())));
    assert_eq!(refresh(&app, "never given out").await.expect(401).problem(), "invalid_refresh_token");
}
