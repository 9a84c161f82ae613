//! Who may only look, looks, and changes nothing.
use crate::routes::{Route, routes};
use purser_tests::{
    app::{Answer, Tenant, TestApp, eventually},
    database::{Engine, uuid_literal},
    whatsapp,
};
use rstest::rstest;
use serde_json::{Value, json};

/// What a viewer may not even read.
const HIDDEN: [&str; 6] = [
    "/v1/ai-responses",
    "/v1/audit-logs",
    "/v1/inbound-events",
    "/v1/integrations",
    "/v1/training-examples",
    "/v1/usage",
];

/// Gives the only member of the organization another role, as the routes for members will.
async fn become_a(role: &str, app: &TestApp, tenant: &Tenant) {
    let organization = uuid_literal(app.database.engine, &tenant.organization_id);
    let sql = format!(
        "update membership_roles set role_id =
           (select id from roles where organization_id = {organization} and name = '{role}')
         where organization_id = {organization}"
    );
    app.database.owner().await.execute(&sql).await.unwrap();
    // A change of rights holds within a second.
    let expected = if role == "viewer" { 403 } else { 200 };
    eventually("the new role to be noticed", || async {
        (tenant.get("/v1/usage").await.status == expected).then_some(())
    })
    .await;
    assert_eq!(tenant.get("/v1/me").await.expect(200).json()["roles"], json!([role]));
}

/// A body that the route would take from somebody who may.
fn body(route: &Route) -> Value {
    match (route.method.as_str(), route.path.as_str()) {
        ("POST", "/v1/products") => {
            json!({ "sku": "A", "name": "A", "unit": "piece", "base_price": "1", "currency": "EUR" })
        }
        ("POST", "/v1/product-categories") => json!({ "name": "A" }),
        ("POST", "/v1/customers") => json!({ "business_name": "A" }),
        ("POST", "/v1/durations") => json!({ "months": 12, "discount_percent": "5" }),
        ("POST", "/v1/integrations") => whatsapp::integration(),
        ("POST", path) if path.ends_with("/variants") => {
            json!({ "variant_type": "size", "value": "x", "price_delta": "0" })
        }
        ("POST", path) if path.ends_with("/link") => json!({ "customer_id": "01a1fa5a-0000-7000-8000-000000000000" }),
        ("PUT", _) => json!({ "tiers": [] }),
        _ => json!({}),
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_viewer_changes_nothing_on_any_route(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let viewer = app.tenant("Acme").await;
    become_a("viewer", &app, &viewer).await;
    let mut refused = 0;
    for route in routes(&app).await {
        if !route.is_guarded() || route.path.starts_with("/v1/auth/") {
            continue;
        }
        let path = route.path.replace("{id}", "01a1fa5a-0000-7000-8000-000000000000");
        let path = path.replace("{variant_id}", "01a1fa5a-0000-7000-8000-000000000000");
        let hidden = HIDDEN.iter().any(|stem| route.path.starts_with(stem));
        let mut request = viewer.request(&route.method, &path).header("If-Match", "\"1\"");
        if route.takes_body() {
            request = request.json(&body(&route));
        }
        let answer = Answer::of(request).await;
        if route.method == "GET" && !hidden {
            let expected = if route.path.contains("{id}") { 404 } else { 200 };
            assert_eq!(answer.status, expected, "{} {path}: {answer:?}", route.method);
            continue;
        }
        assert_eq!(answer.status, 403, "{} {path}: {answer:?}", route.method);
        assert_eq!(answer.problem(), "forbidden");
        assert!(answer.json()["permission"].is_string(), "the missing permission is named: {answer:?}");
        refused += 1;
    }
    assert!(refused >= 25, "only {refused} routes refused a viewer");
    become_a("owner", &app, &viewer).await;
    for list in ["/v1/products", "/v1/product-categories", "/v1/customers", "/v1/integrations", "/v1/durations"] {
        assert_eq!(viewer.get(list).await.expect(200).json()["data"], json!([]), "{list}");
    }
}
