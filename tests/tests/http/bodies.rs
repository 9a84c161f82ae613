//! Bodies that cannot be taken: a clear 4xx, and nothing changed.
use crate::routes::{Route, routes};
use purser_tests::{
    app::{Answer, TestApp},
    database::Engine,
};
use rstest::rstest;
use serde_json::Value;

fn bad_bodies() -> Vec<(&'static str, Vec<u8>)> {
    let deep = format!("{}1{}", "[".repeat(5000), "]".repeat(5000));
    vec![
        ("nothing", vec![]),
        ("no JSON", b"{".to_vec()),
        ("two values", b"{} {}".to_vec()),
        ("a list", b"[]".to_vec()),
        ("a number", b"1e400".to_vec()),
        ("an unknown field", br#"{"no_such_field":1}"#.to_vec()),
        ("not UTF-8", b"{\"name\":\"\xff\xfe\"}".to_vec()),
        ("a NUL", br#"{"name":"a\u0000b"}"#.to_vec()),
        ("half a character", br#"{"name":"\ud800"}"#.to_vec()),
        ("deep", deep.into_bytes()),
        ("huge", vec![b' '; 5 * 1024 * 1024]),
    ]
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn no_body_is_answered_with_a_5xx(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let tenant = app.tenant("Acme").await;
    let document = app.anonymous("GET", "/openapi.json", None).await.json();
    let known: Vec<&str> =
        document["x-problems"].as_array().unwrap().iter().map(|kind| kind["id"].as_str().unwrap()).collect();
    let mut seen = 0;
    for route in routes(&app).await.iter().filter(|route| route.takes_body() && !route.path.contains("/webhooks/")) {
        let path = route.path.replace("{id}", "01a1fa5a-0000-7000-8000-000000000000");
        let path = path.replace("{variant_id}", "01a1fa5a-0000-7000-8000-000000000000");
        for (what, body) in bad_bodies() {
            let answer = send(&tenant, route, &path, body).await;
            if answer.status == 200 || answer.status == 404 && required(&document, route).is_empty() {
                // A body of which nothing is required may be left out.
                continue;
            }
            assert!((400..500).contains(&answer.status), "{what} to {} {path}: {answer:?}", route.method);
            let problem = answer.problem();
            assert!(known.contains(&problem.as_str()), "{problem} is not in the registry");
        }
        seen += 1;
    }
    assert!(seen >= 15, "only {seen} routes take a body");
    let products = tenant.get("/v1/products").await.expect(200).json();
    assert_eq!(products["data"], Value::Array(vec![]));
}

async fn send(tenant: &purser_tests::app::Tenant, route: &Route, path: &str, body: Vec<u8>) -> Answer {
    let request = tenant.request(&route.method, path).header("If-Match", "\"1\"");
    Answer::of(request.header("Content-Type", "application/json").body(body)).await
}

fn required(document: &Value, route: &Route) -> Vec<Value> {
    let schema = &route.operation["requestBody"]["content"]["application/json"]["schema"];
    let pointer = schema["$ref"].as_str().unwrap_or_default().trim_start_matches('#');
    document.pointer(pointer).and_then(|schema| schema["required"].as_array()).cloned().unwrap_or_default()
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn only_json_is_read(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let tenant = app.tenant("Acme").await;
    let request = tenant.request("POST", "/v1/products").header("Content-Type", "text/xml").body("<a/>");
    assert_eq!(Answer::of(request).await.expect(415).problem(), "unsupported_media_type");
    let wrong = tenant.post("/v1/products", &serde_json::json!({ "sku": 7 })).await.expect(422);
    assert_eq!(wrong.errors(), [("/sku".to_owned(), "invalid_value".to_owned())]);
    let missing = tenant.post("/v1/customers", &serde_json::json!({})).await.expect(422);
    assert_eq!(missing.errors(), [("/business_name".to_owned(), "required".to_owned())]);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn query_parameters_are_checked(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let tenant = app.tenant("Acme").await;
    for query in ["limit=0", "limit=201", "limit=x", "no_such=1", "limit=-1", "is_active=perhaps"] {
        let answer = tenant.get(&format!("/v1/products?{query}")).await.expect(422);
        assert_eq!(answer.problem(), "validation_failed", "{query}");
    }
    for cursor in ["x", "AAAA", "eyJxIjoxLCJrIjpbXX0"] {
        let answer = tenant.get(&format!("/v1/products?cursor={cursor}")).await.expect(400);
        assert_eq!(answer.problem(), "invalid_cursor", "{cursor}");
    }
}
