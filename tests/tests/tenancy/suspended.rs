//! A suspended organization: read, re-activated, and nothing else.
use crate::{problem, rows};
use purser_kernel::{Clock, CommonProblem, Permission};
use purser_store::{DatabaseOptions, MasterKey, Store, Vault, prelude::*};
use purser_tests::{
    app::{PASSWORD, Tenant, TestApp, eventually, grocery, within_a_second},
    database::Engine,
    whatsapp,
};
use rstest::rstest;
use serde_json::{Value, json};

const OWN: &str = "/v1/organization";
const SUSPEND: &str = "/v1/organization/suspend";
const REACTIVATE: &str = "/v1/organization/reactivate";

async fn suspend(owner: &Tenant) -> Value {
    owner.post(SUSPEND, &json!({ "reason": "unpaid" })).await.expect(200).json()
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn is_read_and_reactivated(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Acme").await;
    let member = app.member(&owner, Permission::CustomersManage | Permission::CustomersRead).await;
    let suspended = suspend(&owner).await;
    assert_eq!((&suspended["status"], &suspended["suspension_reason"]), (&json!("suspended"), &json!("unpaid")));
    let customer = json!({ "business_name": "Corner Café" });
    for tenant in [&owner, &member] {
        tenant.get("/v1/customers").await.expect(200);
        problem(&tenant.post("/v1/customers", &customer).await, 403, "organization_suspended");
        problem(&tenant.post_keyed("/v1/customers", "k", &customer).await, 403, "organization_suspended");
        assert_eq!(tenant.get("/v1/me").await.expect(200).json()["is_suspended"], true);
    }
    problem(&owner.patch(OWN, 2, &json!({ "name": "Other" })).await, 403, "organization_suspended");

    // People come and go as before.
    let login = json!({ "email": owner.email, "password": PASSWORD, "organization_id": owner.organization_id });
    app.anonymous("POST", "/v1/auth/login", Some(&login)).await.expect(200);
    let refresh = json!({ "refresh_token": member.refresh_token });
    app.anonymous("POST", "/v1/auth/refresh", Some(&refresh)).await.expect(200);
    member.verb("/v1/auth/logout").await.expect(204);

    let active = owner.verb(REACTIVATE).await.expect(200).json();
    assert_eq!((&active["status"], &active["suspension_reason"]), (&json!("active"), &Value::Null));
    owner.create("/v1/customers", &customer).await;
    let trail = rows(&owner, "/v1/audit-logs?resource=organization").await;
    let deeds: Vec<_> = trail.iter().map(|row| (row["action"].as_str().unwrap(), &row["category"])).collect();
    let security = &json!("security");
    assert_eq!(
        deeds,
        [("organization.reactivate", security), ("organization.suspend", security), ("organization.create", security)]
    );
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn of_two_changes_of_its_state_one_wins_and_the_other_is_told(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Acme").await;
    problem(&owner.verb(REACTIVATE).await, 409, "illegal_transition");
    let reason = json!({ "reason": "unpaid" });
    let (one, other) = tokio::join!(owner.post(SUSPEND, &reason), owner.post(SUSPEND, &reason));
    let told = if one.status == 200 { other } else { one };
    problem(&told, 409, "illegal_transition");
    assert_eq!(told.json()["possible"], json!(["reactivate", "close"]));
    assert_eq!(owner.get(OWN).await.expect(200).json()["version"], 2);
    let (one, other) = tokio::join!(owner.verb(REACTIVATE), owner.verb(REACTIVATE));
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
    // A retry is no second change.
    let first = owner.post_keyed(SUSPEND, "once", &reason).await.expect(200);
    let again = owner.post_keyed(SUSPEND, "once", &reason).await.expect(200);
    assert_eq!(first.body, again.body);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn its_jobs_wait_and_its_providers_are_sent_away(#[case] engine: Engine) {
    let Some(mut app) = TestApp::start_without_workers(engine).await else { return };
    let mut owner = app.tenant("Blue Harbor Foods").await;
    grocery(&owner).await;
    owner.customer("Corner Café", "4915112345678").await;
    let callback = owner.connect_whatsapp().await;
    let message = |text: &str| whatsapp::messages(&[whatsapp::text("4915112345678", text)]);
    owner.deliver(&callback, &message("4 white bread")).await.expect(200);
    suspend(&owner).await;
    let refused = message("2 whole milk");
    problem(&owner.deliver(&callback, &refused).await, 403, "organization_suspended");

    app.restart().await;
    owner = owner.at(&app.url);
    let count = "select cast(count(*) as text) from jobs where status = 'ready' and attempts = 0 \
                 and last_error = 'organization_suspended' and kind = 'inbound.process'";
    eventually("the job to be put off", || async {
        (app.database.owner().await.rows(count).await.unwrap()[0][0] == "1").then_some(())
    })
    .await;
    assert!(rows(&owner, "/v1/orders").await.is_empty());
    assert_eq!(rows(&owner, "/v1/inbound-events").await.len(), 1, "what was refused is not kept");

    owner.verb(REACTIVATE).await.expect(200);
    let order = owner.order_with_status("pending").await;
    assert_eq!(order["lines"][0]["product_name"], json!("White Bread"), "{order}");
    owner.deliver(&callback, &refused).await.expect(200);
}

/// A worker elsewhere believes for another second that it is suspended, and gives such a job back for no longer.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_worker_that_has_not_heard_of_the_end_delays_nothing_for_long(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    suspend(&owner).await;
    let elsewhere = app.another_node().await;
    owner.at(&elsewhere.url).get("/v1/organization").await.expect(200);
    owner.verb(REACTIVATE).await.expect(200);
    owner.customer("Corner Café", "4915112345678").await;
    app.settle().await;
    elsewhere.app.stop().await.unwrap();
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn is_noticed_at_once_here_and_within_a_second_elsewhere(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let owner = app.tenant("Acme").await;
    let vault = Vault::new(&MasterKey::new([7; 32])).unwrap();
    let options = DatabaseOptions::new(&app.database.application_url);
    let elsewhere = Store::connect(&options, Clock::system(), vault).await.unwrap();
    let scope = Scope::system(owner.organization_id.parse().unwrap(), "test");
    let here = &app.app().services().store;
    for store in [here, &elsewhere] {
        drop(store.write(&scope).await.unwrap());
    }
    suspend(&owner).await;
    assert!(here.write(&scope).await.err().unwrap().is(CommonProblem::OrganizationSuspended));
    let refused = || async { elsewhere.write(&scope).await.err().map(|problem| problem.kind().id) };
    assert_eq!(within_a_second("the other process to notice", refused).await, "organization_suspended");
    drop(elsewhere.read(&scope).await.unwrap());
    owner.post("/v1/organization/close", &json!({ "retention_days": 1 })).await.expect(200);
    assert!(here.read(&scope).await.err().unwrap().is(CommonProblem::Unauthenticated));
    let shut = || async { elsewhere.read(&scope).await.err().map(|problem| problem.kind().id) };
    assert_eq!(within_a_second("the other process to notice", shut).await, "unauthenticated");
    elsewhere.close().await;
}
