//! What becomes of a closed organization when its time is over.
use crate::problem;
use chrono::{DateTime, TimeDelta};
use purser_kernel::Clock;
use purser_store::jobs::NewJob;
use purser_tenancy::PurgeClosed;
use purser_tests::{
    app::{PASSWORD, Tenant, TestApp, eventually, grocery},
    database::{Engine, uuid_literal},
};
use rstest::rstest;
use serde_json::json;

async fn purge(app: &TestApp) {
    let tx = app.app().services().store.system().await.unwrap();
    tx.enqueue(NewJob::new(PurgeClosed::KIND, json!({}))).await.unwrap();
    tx.commit().await.unwrap();
    eventually("the purge to be over", || async {
        let sql = format!("select status from jobs where kind = '{}' and status <> 'done'", PurgeClosed::KIND);
        let waiting = app.database.owner().await.rows(&sql).await.unwrap();
        waiting.is_empty().then_some(())
    })
    .await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_closed_organization_is_gone_when_its_time_is_over(#[case] engine: Engine) {
    let clock = Clock::fixed(DateTime::parse_from_rfc3339("2026-11-20T10:00:00Z").unwrap().to_utc());
    let Some(app) = TestApp::start_at(engine, clock.clone(), |_| {}).await else { return };
    let (owner, other) = (app.tenant("Acme").await, app.tenant("Other").await);
    for tenant in [&owner, &other] {
        grocery(tenant).await;
        tenant.customer("Corner Café", "4915112345678").await;
        let secret = json!({ "value": "sk-0123456789abcdef" });
        tenant.put("/v1/organization/secrets/openai_api_key", &secret).await.expect(200);
        tenant.upload("", "text/plain", "hello").await.expect(201);
    }
    owner.post("/v1/organization/close", &json!({ "retention_days": 2 })).await.expect(200);
    let organization = uuid_literal(engine, &owner.organization_id);
    let rows = async |sql: &str| app.database.owner().await.rows(&sql.replace("{own}", &organization)).await.unwrap();
    let customers = "select business_name from customers where organization_id = {own}";
    let keys = "select status from encryption_keys where organization_id = {own}";
    let files = app.database.folder.path().join("media");
    let has_files = |tenant: &Tenant| files.join(&tenant.organization_id).exists();

    clock.advance(TimeDelta::days(2) - TimeDelta::seconds(1));
    purge(&app).await;
    assert_eq!((rows(customers).await.len(), rows(keys).await), (1, vec![vec!["active".to_owned()]]), "not yet");
    assert!(has_files(&owner), "not yet");

    clock.advance(TimeDelta::seconds(2));
    purge(&app).await;
    assert_eq!((rows(customers).await.len(), rows(keys).await.len()), (0, 0));
    assert!(!has_files(&owner) && has_files(&other));
    assert!(rows("select kind from jobs where organization_id = {own}").await.is_empty());
    let kept = rows("select name, slug, status from organizations where id = {own} and purged_at is not null").await;
    assert_eq!(kept, [["Purged", "acme", "closed"]]);
    let trail = "select action from audit_logs where organization_id = {own} and category = 'security' order by id";
    let trail: Vec<String> = rows(trail).await.into_iter().map(|mut row| row.remove(0)).collect();
    assert!(trail.ends_with(&[
        "organization.close".into(),
        "encryption_key.destroy".into(),
        "organization.purge".into()
    ]));
    // Again, and nothing is said twice.
    purge(&app).await;
    let purged = "select action from audit_logs where organization_id = {own} and action = 'organization.purge'";
    assert_eq!(rows(purged).await.len(), 1);

    // Nobody else gets its name, and everybody else has what they had.
    let namesake = app.tenant("Acme").await;
    assert_ne!(namesake.get("/v1/organization").await.expect(200).json()["slug"], "acme");
    let login = json!({ "email": other.email, "password": PASSWORD });
    let other = other.with_tokens(&app.anonymous("POST", "/v1/auth/login", Some(&login)).await.expect(200).json());
    assert_eq!(other.get("/v1/customers").await.expect(200).json()["data"].as_array().unwrap().len(), 1);
    assert_eq!(other.get("/v1/organization/secrets").await.expect(200).json()["data"].as_array().unwrap().len(), 1);
    let login = json!({ "email": owner.email, "password": PASSWORD, "organization_id": owner.organization_id });
    problem(&app.anonymous("POST", "/v1/auth/login", Some(&login)).await, 401, "invalid_credentials");
}
