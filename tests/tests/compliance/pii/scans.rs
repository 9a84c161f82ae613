//! Looks at all texts that are there already.
use super::{findings, path, rows};
use purser_tests::{
    app::{Tenant, TestApp, eventually},
    database::{Engine, uuid_literal},
};
use rstest::rstest;
use serde_json::{Value, json};
use std::fmt::Write;

const LIST: &str = "/v1/pii-scans";

async fn done(tenant: &Tenant, scan: &Value) -> Value {
    let path = path(LIST, scan);
    eventually("the scan to be done", || async {
        Some(tenant.get(&path).await.expect(200).json()).filter(|scan| scan["status"] == "done")
    })
    .await
}

/// So many customers with a mail address in their name, the oldest first.
async fn customers(tenant: &Tenant, count: usize) -> Vec<Value> {
    let mut file = String::from("customer_code,business_name\n");
    for number in 0..count {
        writeln!(file, "C{number},c{number}@example.com").unwrap();
    }
    let import = |path: String| {
        let request = tenant.request("POST", &path).header("Content-Type", "text/csv");
        purser_tests::app::Answer::of(request.body(file.clone()))
    };
    let token =
        import("/v1/customers/import".to_owned()).await.expect(200).json()["token"].as_str().unwrap().to_owned();
    import(format!("/v1/customers/import?commit={token}")).await.expect(200);
    let mut all = rows(tenant, "/v1/customers?limit=200").await;
    all.reverse();
    all
}

/// Every job is done, and nothing was found.
async fn unscanned(app: &mut TestApp) {
    app.settle().await;
    app.restart_with(|config| config.workers = 0).await;
    app.database.owner().await.execute("delete from pii_findings").await.unwrap();
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn all_that_is_there_is_looked_at_once(#[case] engine: Engine) {
    let Some(mut app) = TestApp::start(engine).await else { return };
    let tenant = app.tenant("Acme").await;
    let all = customers(&tenant, 150).await;
    assert_eq!(all.len(), 150);
    unscanned(&mut app).await;
    let tenant = tenant.at(&app.url);
    let begun = tenant.post(LIST, &json!({})).await.expect(202);
    let scan = begun.json();
    assert_eq!(
        (begun.header("location"), &scan["status"], &scan["scanned"]),
        (&*path(LIST, &scan), &json!("running"), &json!(0))
    );
    // One at a time.
    assert_eq!(tenant.post(LIST, &json!({})).await.expect(409).problem(), "pii_scan_running");
    app.restart().await;
    let tenant = tenant.at(&app.url);
    let scan = done(&tenant, &scan).await;
    assert_eq!((&scan["scanned"], &scan["found"]), (&json!(150), &json!(150)));
    assert!(scan["finished_at"].is_string() && scan["at"].is_null());
    findings(&tenant, &all[0], 1).await;
    findings(&tenant, &all[149], 1).await;
    // Another one finds the same and nothing twice; one of orders has none to look at.
    let again = done(&tenant, &tenant.post(LIST, &json!({ "resource": "customer" })).await.expect(202).json()).await;
    assert_eq!(
        (&again["scanned"], &again["found"], &again["resource"]),
        (&json!(150), &json!(150), &json!("customer"))
    );
    findings(&tenant, &all[149], 1).await;
    let orders = done(&tenant, &tenant.post(LIST, &json!({ "resource": "order" })).await.expect(202).json()).await;
    assert_eq!((&orders["scanned"], &orders["found"]), (&json!(0), &json!(0)));
    assert_eq!(rows(&tenant, LIST).await.len(), 3);
    let refused = tenant.post(LIST, &json!({ "resource": "invoice" })).await.expect(422);
    assert_eq!(refused.errors(), [("/resource".to_owned(), "unknown_value".to_owned())]);
}

/// The process died behind the 120th: another one goes on from there.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn one_that_was_cut_off_goes_on_where_it_was(#[case] engine: Engine) {
    let Some(mut app) = TestApp::start(engine).await else { return };
    let tenant = app.tenant("Acme").await;
    let all = customers(&tenant, 150).await;
    unscanned(&mut app).await;
    let tenant = tenant.at(&app.url);
    let scan = tenant.post(LIST, &json!({})).await.expect(202).json();
    // As its last transaction left it, with the job in the hands of nobody who lives.
    let last = uuid_literal(engine, all[119]["id"].as_str().unwrap());
    let mut owner = app.database.owner().await;
    owner
        .execute(&format!(
            "update pii_scans set resource = 'customer', resource_id = {last}, scanned = 120, found = 120"
        ))
        .await
        .unwrap();
    let sql = "update jobs set status = 'running', attempts = 1, leased_until = '2026-01-01 00:00:00+00:00'
        where kind = 'compliance.scan_texts'";
    owner.execute(sql).await.unwrap();
    app.restart().await;
    let tenant = tenant.at(&app.url);
    let scan = done(&tenant, &scan).await;
    assert_eq!((&scan["scanned"], &scan["found"]), (&json!(150), &json!(150)));
    findings(&tenant, &all[119], 0).await;
    findings(&tenant, &all[120], 1).await;
}

/// A rule that comes later finds what is there once a scan has looked, and one that was turned off finds it no more.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_scan_goes_by_the_rules_of_today(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let tenant = app.tenant("Acme").await;
    let deli = super::customer(&tenant, "ana@example.com of EMP-0042").await;
    findings(&tenant, &deli, 1).await;
    let rule = json!({ "name": "Staff", "pii_type": "person", "pattern": "EMP-[0-9]{4}" });
    tenant.create("/v1/pii-rules", &rule).await;
    let email = super::predefined(&tenant, "email").await;
    tenant.patch(&path("/v1/pii-rules", &email), 1, &json!({ "is_active": false })).await.expect(200);
    done(&tenant, &tenant.post(LIST, &json!({})).await.expect(202).json()).await;
    assert_eq!(findings(&tenant, &deli, 1).await[0]["pii_type"], "person");
}
