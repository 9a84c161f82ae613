//! Who read what may be personal.
use purser_kernel::Permission;
use purser_tests::{
    app::{Answer, Tenant, TestApp, eventually},
    database::Engine,
};
use rstest::rstest;
use serde_json::{Value, json};

async fn accesses(tenant: &Tenant, query: &str) -> Vec<Value> {
    let page = tenant.get(&format!("/v1/data-access-audit?{query}")).await.expect(200).json();
    page["data"].as_array().unwrap().clone()
}

/// The reading that a request has left.
async fn access(tenant: &Tenant, request: &str) -> Value {
    eventually("the reading to be written", || async {
        accesses(tenant, "limit=200").await.into_iter().find(|row| row["request_id"] == request)
    })
    .await
}

async fn world(engine: Engine) -> Option<(TestApp, Tenant, Value)> {
    let app = TestApp::start_without_workers(engine).await?;
    let tenant = app.tenant("Acme").await;
    let customer = tenant.customer("Corner Café", "4915112345678").await;
    Some((app, tenant, customer))
}

async fn read(reader: &Tenant, path: &str, request: &str) -> Answer {
    Answer::of(reader.request("GET", path).header("X-Request-Id", request)).await.expect(200)
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_reading_says_who_what_how_many_and_what_for(#[case] engine: Engine) {
    let Some((_app, tenant, customer)) = world(engine).await else { return };
    let other = tenant.customer("Quay Deli", "4915112345679").await;
    let request = tenant.request("GET", "/v1/customers").header("X-Request-Id", "req-list");
    Answer::of(request.header("X-Purpose", "Mahnlauf für März")).await.expect(200);
    let row = access(&tenant, "req-list").await;
    assert_eq!((&row["actor_kind"], &row["actor_id"]), (&json!("user"), &json!(tenant.user_id)));
    assert_eq!((&row["resource"], &row["operation"]), (&json!("customer"), &json!("select")));
    assert_eq!((&row["record_count"], &row["record_ids"]), (&json!(2), &json!([other["id"], customer["id"]])));
    assert_eq!((&row["contains_pii"], &row["purpose"]), (&json!(true), &json!("Mahnlauf für März")));

    let path = format!("/v1/customers/{}", customer["id"].as_str().unwrap());
    read(&tenant, &path, "req-show").await;
    let row = access(&tenant, "req-show").await;
    assert_eq!((&row["record_ids"], &row["purpose"]), (&json!([customer["id"]]), &Value::Null));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn every_way_to_people_leaves_one(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let tenant = app.tenant("Acme").await;
    tenant.customer("Corner Café", "4915112345678").await;
    let callback = tenant.connect_whatsapp().await;
    let message = purser_tests::whatsapp::text("4915112345678", "hello");
    tenant.deliver(&callback, &purser_tests::whatsapp::messages(&[message])).await.expect(200);
    let conversation = eventually("a conversation", || async {
        let page = tenant.get("/v1/conversations").await.expect(200).json();
        page["data"].as_array().unwrap().first().cloned()
    })
    .await;
    let conversation = format!("/v1/conversations/{}", conversation["id"].as_str().unwrap());
    let member = tenant.get("/v1/members").await.expect(200).json()["data"][0]["id"].as_str().unwrap().to_owned();
    let entry = tenant.get("/v1/audit-logs").await.expect(200).json()["data"][0]["id"].as_str().unwrap().to_owned();
    let file = tenant.upload("?filename=order.txt", "text/plain", "4 white bread").await.expect(201).json();
    let file = format!("/v1/media-files/{}/content", file["id"].as_str().unwrap());
    tenant.create("/v1/invitations", &json!({ "email": "bob@example.com", "role": "viewer" })).await;
    let customer = tenant.get("/v1/customers").await.expect(200).json()["data"][0]["id"].as_str().unwrap().to_owned();
    let label = tenant.create("/v1/customer-labels", &json!({ "name": "Route", "color": "#0a0b0c" })).await;
    let labels = format!("/v1/customers/{customer}/labels");
    tenant.put(&format!("{labels}/{}", label["id"].as_str().unwrap()), &json!({ "value": "north" })).await.expect(200);
    for (number, (path, resource, operation)) in [
        ("/v1/invitations".to_owned(), "invitation", "select"),
        (labels, "customer", "select"),
        (file, "media_file", "select"),
        ("/v1/customers/export".to_owned(), "customer", "export"),
        ("/v1/members".to_owned(), "membership", "select"),
        (format!("/v1/members/{member}"), "membership", "select"),
        ("/v1/conversations".to_owned(), "conversation", "select"),
        (conversation.clone(), "conversation", "select"),
        (format!("{conversation}/messages"), "message", "select"),
        ("/v1/audit-logs".to_owned(), "audit_log", "select"),
        (format!("/v1/audit-logs/{entry}"), "audit_log", "select"),
        ("/v1/audit-logs/export".to_owned(), "audit_log", "export"),
        ("/v1/audit-logs/export?format=csv".to_owned(), "audit_log", "export"),
    ]
    .into_iter()
    .enumerate()
    {
        let request = format!("req-{number}");
        read(&tenant, &path, &request).await;
        let row = access(&tenant, &request).await;
        assert_eq!((&row["resource"], &row["operation"]), (&json!(resource), &json!(operation)), "{path}");
        assert!(row["record_count"].as_i64().unwrap() >= 1, "{path}: {row}");
        // About people as such, or something in which they may stand.
        assert_eq!(row["contains_pii"], resource != "media_file", "{path}");
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn programs_leave_theirs_and_what_shows_nothing_leaves_none(#[case] engine: Engine) {
    let Some((_app, tenant, _)) = world(engine).await else { return };
    let program = tenant.program(Permission::CustomersRead.into()).await;
    read(&program, "/v1/customers?customer_code=NOBODY", "req-nothing").await;
    program.get("/v1/members").await.expect(403);
    read(&program, "/v1/customers", "req-program").await;
    let row = access(&tenant, "req-program").await;
    assert_eq!(row["actor_kind"], "api_key");
    assert!(row["actor_id"].is_string());
    assert_eq!(accesses(&tenant, "resource=customer").await.len(), 1);
    let id = row["actor_id"].as_str().unwrap();
    assert_eq!(accesses(&tenant, &format!("actor_id={id}&operation=select")).await, std::slice::from_ref(&row));
    assert!(accesses(&tenant, &format!("actor_id={id}&operation=export")).await.is_empty());
    let then = row["created_at"].as_str().unwrap();
    assert_eq!(accesses(&tenant, &format!("actor_id={id}&since={then}")).await.len(), 1);
    assert!(accesses(&tenant, &format!("actor_id={id}&until={then}")).await.is_empty());
    tenant.get("/v1/data-access-audit?operation=steal").await.expect(422);
}

/// A read in a suspended organization is one, too.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_suspended_organization_leaves_them_as_well(#[case] engine: Engine) {
    let Some((_app, tenant, _)) = world(engine).await else { return };
    tenant.post("/v1/organization/suspend", &json!({ "reason": "unpaid" })).await.expect(200);
    read(&tenant, "/v1/customers", "req-suspended").await;
    assert_eq!(access(&tenant, "req-suspended").await["record_count"], 1);
}

/// What was noted when the server was told to stop is written before it is gone.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn the_last_ones_are_written_at_the_end(#[case] engine: Engine) {
    let Some((mut app, tenant, _)) = world(engine).await else { return };
    for number in 0..20 {
        read(&tenant, "/v1/customers", &format!("req-{number}")).await;
    }
    app.restart().await;
    let sql = "select request_id from data_access_audit where resource = 'customer'";
    let rows = app.database.owner().await.rows(sql).await.unwrap();
    assert_eq!(rows.len(), 20, "{rows:?}");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_purpose_that_cannot_be_is_refused(#[case] engine: Engine) {
    let Some((_app, tenant, _)) = world(engine).await else { return };
    for purpose in [&b""[..], b" ", b"\xff", "x".repeat(201).as_bytes()] {
        let value = reqwest::header::HeaderValue::from_bytes(purpose).unwrap();
        let answer = Answer::of(tenant.request("GET", "/v1/customers").header("X-Purpose", value)).await.expect(422);
        assert_eq!(answer.errors()[0].0, "/X-Purpose", "{answer:?}");
    }
}
