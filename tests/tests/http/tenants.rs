//! Nobody sees another organization's rows, on any route.
use crate::routes::{Route, routes};
use purser_tests::{
    app::{Answer, Tenant, TestApp, eventually, grocery},
    database::Engine,
    whatsapp,
};
use rstest::rstest;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The ids of things that the owner has, by the path that shows them.
async fn fixtures(owner: &Tenant) -> BTreeMap<&'static str, String> {
    let id = |value: &Value| value["id"].as_str().unwrap().to_owned();
    let products = grocery(owner).await;
    let variant = json!({ "variant_type": "size", "value": "large", "price_delta": "0.10" });
    let variants = format!("/v1/products/{}/variants", id(&products[0]));
    let variant = owner.create(&variants, &variant).await;
    let category = owner.create("/v1/product-categories", &json!({ "name": "Dairy" })).await;
    let customer = owner.customer("Corner Café", "4915112345678").await;
    let integration = owner.create("/v1/integrations", &whatsapp::integration()).await;
    let callback = integration["callback_path"].as_str().unwrap();
    owner.deliver(callback, &whatsapp::messages(&[whatsapp::text("4915112345678", "4 white bread")])).await.expect(200);
    let order = owner.order_with_status("pending").await;
    let first = async |path: &str| id(&owner.get(path).await.expect(200).json()["data"][0]);
    BTreeMap::from([
        ("/v1/products/{id}", id(&products[0])),
        ("variant_id", id(&variant)),
        ("/v1/product-categories/{id}", id(&category)),
        ("/v1/customers/{id}", id(&customer)),
        ("/v1/integrations/{id}", id(&integration)),
        ("/v1/orders/{id}", id(&order)),
        ("/v1/conversations/{id}", order["conversation_id"].as_str().unwrap().to_owned()),
        ("/v1/inbound-events/{id}", first("/v1/inbound-events").await),
        ("/v1/audit-logs/{id}", first("/v1/audit-logs").await),
    ])
}

/// The path with the ids of things that exist. A route that no fixture fits fails the suite, so that none is forgotten.
fn filled(path: &str, fixtures: &BTreeMap<&'static str, String>) -> String {
    let stem = path.split_inclusive("{id}").next().unwrap();
    let id = fixtures.get(stem).unwrap_or_else(|| panic!("no fixture for {path}: add one to fixtures()"));
    let path = path.replace("{id}", id).replace("{variant_id}", &fixtures["variant_id"]);
    assert!(!path.contains('{'), "no fixture for a placeholder of {path}");
    path
}

/// A body that would do something if the thing were the caller's own.
fn body(route: &Route) -> Value {
    match (route.method.as_str(), route.path.as_str()) {
        ("PATCH", "/v1/customers/{id}") => json!({ "business_name": "Taken" }),
        ("PATCH", "/v1/orders/{id}") => json!({ "notes": "taken" }),
        ("PATCH", path) if path.contains("variant") => json!({ "value": "taken" }),
        ("PATCH", _) => json!({ "name": "Taken" }),
        ("PUT", _) => json!({ "tiers": [] }),
        ("POST", path) if path.ends_with("/variants") => {
            json!({ "variant_type": "size", "value": "x", "price_delta": "0" })
        }
        ("POST", path) if path.ends_with("/link") => json!({ "customer_id": "01a1fa5a-1ed9-7578-9f47-3643f7de815a" }),
        _ => json!({}),
    }
}

async fn call(who: &Tenant, route: &Route, path: &str) -> Answer {
    let mut request = who.request(&route.method, path).header("If-Match", "\"1\"");
    if route.takes_body() {
        request = request.json(&body(route));
    }
    Answer::of(request).await
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_foreign_id_is_an_id_that_never_was(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let (owner, stranger) = (app.tenant("Harbour Wholesale").await, app.tenant("Somebody Else").await);
    let fixtures = fixtures(&owner).await;
    settled(&app).await;
    let before = snapshot(&owner, &fixtures).await;
    let trail = owner.get("/v1/audit-logs?limit=200").await.body;
    let (mut seen, nobody) = (0, "01a1fa5a-0000-7000-8000-000000000000");
    for route in routes(&app).await {
        if !route.is_guarded() || !route.path.contains("{id}") {
            continue;
        }
        let foreign = call(&stranger, &route, &filled(&route.path, &fixtures)).await;
        assert_eq!(foreign.status, 404, "{route:?} {foreign:?}");
        let absent = route.path.replace("{id}", nobody).replace("{variant_id}", nobody);
        let absent = call(&stranger, &route, &absent).await;
        assert_eq!((foreign.status, &foreign.body), (absent.status, &absent.body), "{route:?} tells them apart");
        seen += 1;
    }
    assert!(seen >= 20, "only {seen} routes with ids");
    assert_eq!(snapshot(&owner, &fixtures).await, before, "something was changed");
    assert_eq!(owner.get("/v1/audit-logs?limit=200").await.body, trail, "something was written into the trail");
    // And the owner does find all of it.
    for route in routes(&app).await.iter().filter(|route| route.method == "GET" && route.path.contains("{id}")) {
        if route.is_guarded() {
            call(&owner, route, &filled(&route.path, &fixtures)).await.expect(200);
        }
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn lists_show_ones_own_rows_only(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let (owner, stranger) = (app.tenant("Harbour Wholesale").await, app.tenant("Somebody Else").await);
    fixtures(&owner).await;
    settled(&app).await;
    let mut seen = 0;
    for route in routes(&app).await {
        if route.method != "GET" || !route.is_guarded() || route.path.contains('{') {
            continue;
        }
        let answer = stranger.get(&route.path).await.expect(200);
        assert!(!answer.body.contains(&owner.organization_id), "{route:?} {answer:?}");
        if answer.header("content-type").starts_with("text/csv") {
            assert_eq!(answer.body.lines().count(), 1, "more than a header: {route:?} {answer:?}");
            continue;
        }
        let Value::Array(rows) = &answer.json()["data"] else { continue };
        // What the stranger did themselves is in their own trail: signing up.
        let own = route.path == "/v1/audit-logs" || route.path == "/v1/usage";
        assert!(own || rows.is_empty(), "{route:?} {answer:?}");
        seen += 1;
    }
    assert!(seen >= 10, "only {seen} lists");
}

/// Waits until no job is left: what is compared afterwards does not change by itself.
async fn settled(app: &TestApp) {
    eventually("every job to be done", || async {
        let waiting = "select cast(count(*) as text) from jobs where status in ('ready', 'running')";
        let rows = app.database.owner().await.rows(waiting).await.unwrap();
        (rows[0][0] == "0").then_some(())
    })
    .await;
}

async fn snapshot(owner: &Tenant, fixtures: &BTreeMap<&'static str, String>) -> Vec<String> {
    let mut bodies = Vec::new();
    for (path, id) in fixtures.iter().filter(|(path, _)| path.starts_with('/')) {
        bodies.push(owner.get(&path.replace("{id}", id)).await.expect(200).body);
    }
    bodies
}
