//! The audit trail, as a client reads it.
use purser_tests::{
    app::{Answer, Tenant, TestApp, grocery},
    database::Engine,
};
use rstest::rstest;
use serde_json::{Value, json};

async fn world(engine: Engine) -> Option<(TestApp, Tenant)> {
    let app = TestApp::start_without_workers(engine).await?;
    let tenant = app.tenant("Acme").await;
    Some((app, tenant))
}

async fn trail(tenant: &Tenant, query: &str) -> Vec<Value> {
    let page = tenant.get(&format!("/v1/audit-logs?{query}")).await.expect(200).json();
    page["data"].as_array().unwrap().clone()
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_deed_is_written_with_who_from_where_and_in_which_request(#[case] engine: Engine) {
    let Some((_app, tenant)) = world(engine).await else { return };
    let product = json!({ "sku": "A-1", "name": "Apple", "unit": "kg", "base_price": "2.40", "currency": "EUR" });
    let request =
        tenant.request("POST", "/v1/products").header("X-Request-Id", "req-apple").header("User-Agent", "suite/1");
    let product = Answer::of(request.json(&product)).await.expect(201).json();

    let entries = trail(&tenant, "action=product.create").await;
    assert_eq!(entries.len(), 1);
    let entry = &entries[0];
    assert_eq!((&entry["resource"], &entry["resource_id"]), (&json!("product"), &product["id"]));
    assert_eq!((&entry["actor_kind"], &entry["actor_id"]), (&json!("user"), &json!(tenant.user_id)));
    assert_eq!(
        (&entry["category"], &entry["severity"], &entry["outcome"]),
        (&json!("change"), &json!("info"), &json!("success"))
    );
    assert_eq!((&entry["request_id"], &entry["user_agent"]), (&json!("req-apple"), &json!("suite/1")));
    assert_eq!(entry["ip"], "127.0.0.1");
    assert_eq!(entry["changes"]["before"], Value::Null);
    assert_eq!(entry["changes"]["after"]["sku"], "A-1");

    let path = format!("/v1/audit-logs/{}", entry["id"].as_str().unwrap());
    assert_eq!(tenant.get(&path).await.expect(200).json(), *entry);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_change_shows_the_fields_that_differ(#[case] engine: Engine) {
    let Some((_app, tenant)) = world(engine).await else { return };
    let products = grocery(&tenant).await;
    let path = format!("/v1/products/{}", products[0]["id"].as_str().unwrap());
    tenant.patch(&path, 1, &json!({ "name": "Oat Milk" })).await.expect(200);
    let entries = trail(&tenant, "action=product.update").await;
    let changes = &entries[0]["changes"];
    assert_eq!((&changes["before"]["name"], &changes["after"]["name"]), (&json!("Whole Milk"), &json!("Oat Milk")));
    assert!(changes["after"].get("sku").is_none(), "{changes}");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_was_refused_leaves_no_deed(#[case] engine: Engine) {
    let Some((_app, tenant)) = world(engine).await else { return };
    let product = json!({ "sku": "A-1", "name": "Apple", "unit": "kg", "base_price": "2.40", "currency": "EUR" });
    tenant.create("/v1/products", &product).await;
    tenant.post("/v1/products", &product).await.expect(409);
    assert_eq!(trail(&tenant, "action=product.create").await.len(), 1);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn filters_and_pages_find_each_entry_once(#[case] engine: Engine) {
    let Some((_app, tenant)) = world(engine).await else { return };
    let products = grocery(&tenant).await;
    let whole = trail(&tenant, "resource=product").await;
    assert_eq!(whole.len(), products.len());
    let (mut path, mut seen) = ("/v1/audit-logs?resource=product&limit=3".to_owned(), Vec::new());
    loop {
        let page = tenant.get(&path).await.expect(200).json();
        seen.extend(page["data"].as_array().unwrap().iter().map(|entry| entry["id"].clone()));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/v1/audit-logs?resource=product&limit=3&cursor={cursor}");
    }
    let ids: Vec<_> = whole.iter().map(|entry| entry["id"].clone()).collect();
    assert_eq!(seen, ids, "the newest first");

    let first = products[0]["id"].as_str().unwrap();
    assert_eq!(trail(&tenant, &format!("resource_id={first}")).await.len(), 1);
    assert_eq!(trail(&tenant, &format!("actor_id={}&resource=product", tenant.user_id)).await.len(), products.len());
    assert!(trail(&tenant, &format!("actor_id={first}")).await.is_empty());
    assert_eq!(tenant.get("/v1/audit-logs?who=me").await.status, 422);
    assert_eq!(tenant.get("/v1/audit-logs?limit=0").await.status, 422);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn another_organizations_trail_does_not_exist(#[case] engine: Engine) {
    let Some((app, tenant)) = world(engine).await else { return };
    let stranger = app.tenant("Other").await;
    let entry = trail(&tenant, "action=organization.create").await.remove(0);
    let theirs = trail(&stranger, "action=organization.create").await;
    assert!(theirs.len() == 1 && theirs[0]["id"] != entry["id"]);
    let path = format!("/v1/audit-logs/{}", entry["id"].as_str().unwrap());
    assert_eq!(stranger.get(&path).await.expect(404).problem(), "not_found");
    let never = "/v1/audit-logs/01920000-0000-7000-8000-000000000000";
    assert_eq!(stranger.get(never).await.body, stranger.get(&path).await.body);
    assert_eq!(app.anonymous("GET", "/v1/audit-logs", None).await.status, 401);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn nobody_writes_the_trail_from_outside(#[case] engine: Engine) {
    let Some((_app, tenant)) = world(engine).await else { return };
    let entry = trail(&tenant, "limit=1").await.remove(0);
    let path = format!("/v1/audit-logs/{}", entry["id"].as_str().unwrap());
    for method in ["PUT", "PATCH", "DELETE"] {
        assert_eq!(Answer::of(tenant.request(method, &path)).await.expect(405).problem(), "method_not_allowed");
    }
    assert_eq!(tenant.post("/v1/audit-logs", &json!({})).await.status, 405);
}

/// The trail nests what it shows by two levels: what can just be read by itself could not be read in it.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn nothing_can_be_nested_so_deeply_that_the_trail_breaks(#[case] engine: Engine) {
    let Some((_app, tenant)) = world(engine).await else { return };
    for (sku, depth, status) in [("A-1", 120, 422), ("A-2", 125, 422), ("A-3", 20, 201)] {
        let specs = (0..depth).fold(json!({}), |inner, _| json!({ "in": inner }));
        let product = json!({
            "sku": sku, "name": "Onion", "unit": "kg", "base_price": "1", "currency": "EUR", "specs": specs,
        });
        let answer = tenant.post("/v1/products", &product).await;
        tenant.get("/v1/audit-logs").await.expect(200);
        assert_eq!(answer.status, status, "{answer:?}");
    }
}
