//! What keeps browsers from misusing an answer, and which pages may read one.
use crate::routes::routes;
use purser_api::{Config, config::Environment};
use purser_tests::{
    app::{Answer, TestApp},
    database::Engine,
};
use rstest::rstest;

const APP: &str = "https://app.example.com";

#[tokio::test]
async fn every_answer_says_what_browsers_must_not_do_with_it() {
    let Some(app) = TestApp::start_without_workers(Engine::Sqlite).await else { return };
    let mut answers = vec![
        app.anonymous("GET", "/health/live", None).await,
        app.anonymous("GET", "/openapi.json", None).await,
        app.anonymous("GET", "/nothing", None).await,
        app.anonymous("GET", "/docs/", None).await,
    ];
    for route in routes(&app).await {
        let path = route.path.replace(['{', '}'], "");
        let answer = app.anonymous(&route.method, &path, None).await;
        if path.starts_with("/v1/") {
            assert_eq!(answer.header("cache-control"), "no-store", "{} {answer:?}", route.name());
        }
        answers.push(answer);
    }
    for answer in answers {
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{answer:?}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{answer:?}");
        assert_eq!(answer.header("x-frame-options"), "DENY", "{answer:?}");
        let policy = answer.header("content-security-policy");
        assert!(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "{answer:?}");
        assert!(!policy.contains("unsafe-eval") && !policy.contains("script-src 'self' 'unsafe"), "{answer:?}");
        assert_eq!(answer.header("strict-transport-security"), "", "there is no TLS here");
    }
    let tenant = app.tenant("Acme").await;
    assert_eq!(tenant.get("/v1/me").await.expect(200).header("cache-control"), "no-store");
    // What the page shows the API with, it may load.
    let page = app.anonymous("GET", "/docs/", None).await.expect(200);
    assert!(page.header("content-security-policy").contains("script-src 'self'"), "{page:?}");
    let inline = page.body.split("<script").skip(1).filter(|tag| !tag.split('>').next().unwrap().contains("src="));
    assert_eq!(inline.count(), 0, "a script that the policy does not let run: {page:?}");
}

#[tokio::test]
async fn production_behind_tls_tells_browsers_to_stay_there() {
    let production = |config: &mut Config| {
        config.environment = Environment::Production;
        config.workers = 0;
        config.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
    };
    let Some(app) = TestApp::start_with(Engine::Sqlite, production).await else { return };
    let by =
        async |scheme: &str| Answer::of(app.request("GET", "/health/live").header("X-Forwarded-Proto", scheme)).await;
    assert!(by("https").await.header("strict-transport-security").starts_with("max-age=63072000"));
    assert_eq!(by("http").await.header("strict-transport-security"), "");
    // Who is no proxy of ours may say what they want.
    let Some(app) = TestApp::start_with(Engine::Sqlite, |config| {
        config.environment = Environment::Production;
        config.workers = 0;
    })
    .await
    else {
        return;
    };
    let answer = Answer::of(app.request("GET", "/health/live").header("X-Forwarded-Proto", "https")).await;
    assert_eq!(answer.header("strict-transport-security"), "");
}

#[rstest]
#[case::nobody_named("", false)]
#[case::named(APP, true)]
#[tokio::test]
async fn pages_read_answers_where_an_operator_says_so(#[case] named: &str, #[case] allowed: bool) {
    let change = |config: &mut Config| {
        config.workers = 0;
        config.cors_allowed_origins = [named].iter().filter(|it| !it.is_empty()).map(ToString::to_string).collect();
    };
    let Some(app) = TestApp::start_with(Engine::Sqlite, change).await else { return };
    let tenant = app.tenant("Acme").await;
    let from =
        async |origin: &str| Answer::of(tenant.request("GET", "/v1/me").header("Origin", origin)).await.expect(200);
    let preflight = async |origin: &str| {
        let request = app.request("OPTIONS", "/v1/products").header("Origin", origin);
        Answer::of(request.header("Access-Control-Request-Method", "POST")).await.expect(204)
    };
    for answer in [from(APP).await, preflight(APP).await] {
        assert_eq!(answer.header("access-control-allow-origin"), if allowed { APP } else { "" }, "{answer:?}");
        assert!(answer.headers.get_all("vary").iter().any(|value| value == "Origin"), "{answer:?}");
    }
    if allowed {
        let exposed = from(APP).await.header("access-control-expose-headers").to_owned();
        for header in ["content-disposition", "etag", "retry-after", "ratelimit", "ratelimit-policy", "x-request-id"] {
            assert!(exposed.split(", ").any(|name| name == header), "{header} in {exposed}");
        }
        let preflight = preflight(APP).await;
        for header in ["authorization", "content-type", "idempotency-key", "if-match", "range"] {
            assert!(preflight.header("access-control-allow-headers").contains(header), "{preflight:?}");
        }
        assert!(preflight.header("access-control-allow-methods").contains("PATCH"), "{preflight:?}");
        // A refusal can be read, too.
        let request = app.request("GET", "/v1/me").header("Origin", APP);
        assert_eq!(Answer::of(request).await.expect(401).header("access-control-allow-origin"), APP);
    }
    for other in ["https://evil.example", "https://app.example.com.evil.example", "http://app.example.com", "null", "*"]
    {
        for answer in [from(other).await, preflight(other).await] {
            assert_eq!(answer.header("access-control-allow-origin"), "", "{other}: {answer:?}");
            assert_eq!(answer.header("access-control-allow-methods"), "", "{other}: {answer:?}");
        }
    }
    // Without a question there is no answer to it.
    let plain = Answer::of(app.request("OPTIONS", "/v1/products")).await.expect(405);
    assert_eq!(plain.problem(), "method_not_allowed");
}
