//! Tokens, problems, request ids.
use crate::routes::routes;
use purser_tests::{
    app::{Answer, TestApp},
    database::Engine,
};
use rstest::rstest;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn every_guarded_route_asks_for_a_token(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let mut seen = 0;
    for route in routes(&app).await.into_iter().filter(crate::routes::Route::is_guarded) {
        let path = route.path.replace("{id}", "01a1fa5a-0000-7000-8000-000000000000");
        for token in [None, Some("nonsense"), Some("eyJhbGciOiJub25lIn0.e30.")] {
            let mut request = app.request(&route.method, &path).json(&json!({}));
            if let Some(token) = token {
                request = request.bearer_auth(token);
            }
            let answer = Answer::of(request).await.expect(401);
            assert_eq!(answer.problem(), "unauthenticated", "{route:?}");
            assert_eq!(answer.header("www-authenticate"), "Bearer");
        }
        seen += 1;
    }
    assert!(seen >= 235, "only {seen} guarded routes");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_is_not_there_is_a_problem(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let tenant = app.tenant("Acme").await;
    assert_eq!(tenant.get("/v1/nothing").await.expect(404).problem(), "not_found");
    assert_eq!(tenant.get("/v1/products/not-an-id").await.expect(404).problem(), "not_found");
    let wrong = Answer::of(tenant.request("DELETE", "/v1/products")).await.expect(405);
    assert_eq!(wrong.problem(), "method_not_allowed");
    assert_eq!(wrong.header("allow"), "GET, POST");
    assert_eq!(tenant.get("/v1/products/").await.expect(404).problem(), "not_found");
    // RFC 3986, section 6.2.2.2: letters that are escaped are the same letters.
    tenant.get("/v1/%70roducts").await.expect(200);
    assert_eq!(tenant.get("/v1/productsx").await.expect(404).problem(), "not_found");
    // RFC 9110, section 9.3.2: as GET, without the body.
    for path in ["/v1/products", "/health/live", "/openapi.json"] {
        let head = Answer::of(tenant.request("HEAD", path)).await.expect(200);
        assert_eq!(head.body, "", "{path}");
    }
}

#[tokio::test]
async fn a_method_that_a_path_has_not_is_told_those_that_it_has() {
    let Some(app) = TestApp::start(Engine::Sqlite).await else { return };
    let mut methods = BTreeMap::<String, BTreeSet<String>>::new();
    for route in routes(&app).await {
        methods.entry(route.path).or_default().insert(route.method);
    }
    assert!(methods.len() >= 150, "only {} paths", methods.len());
    for (path, methods) in methods {
        let answer = Answer::of(app.request("PROPFIND", &path.replace(['{', '}'], "x"))).await.expect(405);
        assert_eq!(answer.problem(), "method_not_allowed", "{path}");
        let allowed: BTreeSet<String> = answer.header("allow").split(", ").map(str::to_owned).collect();
        assert_eq!(allowed, methods, "{path}");
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_request_id_comes_back_and_a_strange_one_is_replaced(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let ask = async |id: &str| Answer::of(app.request("GET", "/health/live").header("X-Request-Id", id)).await;
    assert_eq!(ask("order-17.a_b").await.header("x-request-id"), "order-17.a_b");
    let replaced = ask("a b\"c").await;
    assert_eq!(replaced.header("x-request-id").len(), 36, "{replaced:?}");
    // It also stands in the audit trail.
    let tenant = app.tenant("Acme").await;
    let body = json!({ "sku": "A", "name": "A", "unit": "piece", "base_price": "1", "currency": "EUR" });
    Answer::of(tenant.request("POST", "/v1/products").header("X-Request-Id", "find-me").json(&body)).await.expect(201);
    let trail = tenant.get("/v1/audit-logs?action=product.create").await.expect(200).json();
    assert_eq!(trail["data"][0]["request_id"], "find-me");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn health_metrics_and_documentation_need_nobody(#[case] engine: Engine) {
    let listen = |config: &mut purser_api::Config| config.metrics_listen = Some("127.0.0.1:0".parse().unwrap());
    let Some(app) = TestApp::start_with(engine, listen).await else { return };
    for path in ["/health/live", "/health/ready"] {
        assert_eq!(app.anonymous("GET", path, None).await.expect(200).json()["status"], "ok");
    }
    let page = app.anonymous("GET", "/docs/", None).await.expect(200);
    assert!(page.body.contains("swagger-ui"), "{page:?}");
    // Everything that the page loads is served here.
    for attribute in ["src=\"", "href=\""] {
        for address in page.body.split(attribute).skip(1).map(|rest| rest.split('"').next().unwrap()) {
            assert!(!address.contains("//"), "{address} is elsewhere");
            app.anonymous("GET", &format!("/docs/{}", address.trim_start_matches("./")), None).await.expect(200);
        }
    }
    let metrics = format!("http://{}/metrics", app.app().metrics_address().unwrap());
    let metrics = Answer::of(reqwest::Client::builder().no_proxy().build().unwrap().get(metrics)).await.expect(200);
    assert!(metrics.body.contains("purser_http_requests_total"), "{metrics:?}");
    // On its own listener, and there alone.
    app.anonymous("GET", "/metrics", None).await.expect(404);
}
