//! What was used, counted once.
use purser_billing::{BillingPeriod, Meter, usage};
use purser_kernel::{Clock, Cost, OrganizationId, PermissionSet, Quantity, Scope, Timestamp, UserId};
use purser_store::{
    Store,
    ports::{Usage, UsageMeter},
};
use purser_tests::{
    app::{Answer, Tenant, TestApp},
    database::Engine,
};
use rstest::rstest;
use serde_json::{Value, json};

/// A server whose own uses stay out of the way, and an organization.
async fn world(engine: Engine) -> Option<(TestApp, Tenant)> {
    let app = TestApp::start_without_workers(engine).await?;
    let tenant = app.tenant("Acme").await;
    Some((app, tenant))
}

fn scope(tenant: &Tenant) -> Scope {
    let organization: OrganizationId = tenant.organization_id.parse().unwrap();
    let user: UserId = tenant.user_id.parse().unwrap();
    Scope::user(organization, user, PermissionSet::all())
}

async fn record(store: &Store, tenant: &Tenant, uses: &[Usage]) {
    let tx = store.write(&scope(tenant)).await.unwrap();
    Meter.record(&tx, uses).await.unwrap();
    tx.commit().await.unwrap();
}

fn november() -> Timestamp {
    "2026-11-30T23:59:59Z".parse().unwrap()
}

fn read(key: &str) -> Usage {
    let mut usage = Usage::one("ordering", key, "message_read", november());
    usage.cost = Cost::from_nanos(1_500_000);
    usage
}

async fn used(tenant: &Tenant, query: &str) -> Value {
    tenant.get(&format!("/v1/usage?{query}")).await.expect(200).json()
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_use_counts_once_however_often_it_is_recorded(#[case] engine: Engine) {
    let Some((app, tenant)) = world(engine).await else { return };
    let store = &app.app().services().store;
    record(store, &tenant, &[read("a"), read("b"), read("a")]).await;
    record(store, &tenant, &[read("b"), read("c")]).await;
    record(store, &tenant, &[]).await;
    // Another source may use the same keys.
    let mut other = read("a");
    other.source = "messaging";
    record(store, &tenant, &[other]).await;

    let usage = used(&tenant, "billing_period=2026-11").await;
    assert_eq!(usage["data"].as_array().unwrap().len(), 4);
    let total = json!({ "resource_type": "message_read", "count": 4, "quantity": "4", "cost_usd": "0.006" });
    assert_eq!(usage["totals"], json!([total]));
    let newest = &usage["data"][0];
    assert_eq!(newest["source"], "messaging");
    assert_eq!((&newest["quantity"], &newest["unit"]), (&json!("1"), &json!("piece")));
    assert_eq!((&newest["cost_usd"], &newest["billing_period"]), (&json!("0.0015"), &json!("2026-11")));
    assert_eq!(newest["user_id"], tenant.user_id);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_use_that_did_not_happen_is_not_counted_and_can_be_later(#[case] engine: Engine) {
    let Some((app, tenant)) = world(engine).await else { return };
    let store = &app.app().services().store;
    let tx = store.write(&scope(&tenant)).await.unwrap();
    Meter.record(&tx, &[read("a")]).await.unwrap();
    drop(tx);
    assert_eq!(used(&tenant, "billing_period=2026-11").await["totals"], json!([]));
    record(store, &tenant, &[read("a")]).await;
    assert_eq!(used(&tenant, "billing_period=2026-11").await["totals"][0]["count"], 1);
}

/// Each gives the keys in another order: without one order for everybody they would wait for each other in a circle.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn many_recorders_at_once_count_once(#[case] engine: Engine) {
    let Some((app, tenant)) = world(engine).await else { return };
    let store = app.app().services().store.clone();
    let recorders: Vec<_> = (0..4)
        .map(|recorder| {
            let (store, tenant) = (store.clone(), tenant.clone());
            tokio::spawn(async move {
                let mut uses: Vec<Usage> = (0..50).map(|key| read(&format!("{key:02}"))).collect();
                uses.rotate_left(recorder * 12);
                if recorder % 2 == 1 {
                    uses.reverse();
                }
                record(&store, &tenant, &uses).await;
            })
        })
        .collect();
    for recorder in recorders {
        recorder.await.unwrap();
    }
    assert_eq!(used(&tenant, "billing_period=2026-11").await["totals"][0]["count"], 50);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn more_uses_than_a_statement_holds_are_all_counted(#[case] engine: Engine) {
    let Some((app, tenant)) = world(engine).await else { return };
    let uses: Vec<Usage> = (0..6_000).map(|key| read(&key.to_string())).collect();
    record(&app.app().services().store, &tenant, &uses).await;
    assert_eq!(used(&tenant, "billing_period=2026-11&limit=1").await["totals"][0]["count"], 6_000);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn totals_are_of_the_month_whatever_part_of_it_is_shown(#[case] engine: Engine) {
    let Some((app, tenant)) = world(engine).await else { return };
    let store = &app.app().services().store;
    let mut storage = Usage::one("media", "1", "storage", november());
    storage.quantity = Quantity::from_e4(12_500);
    let december = "2026-12-01T00:00:00Z".parse().unwrap();
    let later = Usage::one("media", "2", "storage", december);
    record(store, &tenant, &[read("a"), read("b"), storage, later]).await;

    let page = used(&tenant, "billing_period=2026-11&resource_type=message_read&limit=1").await;
    assert_eq!(page["data"].as_array().unwrap().len(), 1);
    let totals = page["totals"].as_array().unwrap();
    let shown: Vec<_> =
        totals.iter().map(|total| (&total["resource_type"], &total["count"], &total["quantity"])).collect();
    assert_eq!(
        shown,
        [(&json!("message_read"), &json!(2), &json!("2")), (&json!("storage"), &json!(1), &json!("1.25"))]
    );
    let cursor = page["next_cursor"].as_str().unwrap();
    let rest =
        used(&tenant, &format!("billing_period=2026-11&resource_type=message_read&limit=1&cursor={cursor}")).await;
    assert_eq!((rest["data"].as_array().unwrap().len(), &rest["next_cursor"]), (1, &Value::Null));
    // A cursor belongs to its month.
    let path = format!("/v1/usage?billing_period=2026-12&resource_type=message_read&limit=1&cursor={cursor}");
    assert_eq!(tenant.get(&path).await.expect(400).problem(), "invalid_cursor");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn without_a_month_it_is_this_one(#[case] engine: Engine) {
    let Some((app, tenant)) = world(engine).await else { return };
    let now = Clock::system().now();
    let today = Usage::one("ordering", "today", "message_read", now);
    record(&app.app().services().store, &tenant, &[today, read("another month")]).await;
    let usage = used(&tenant, "resource_type=message_read").await;
    let this_month = BillingPeriod::of(now);
    let expected = if this_month == BillingPeriod::of(november()) { 2 } else { 1 };
    assert_eq!(usage["totals"][0]["count"], expected);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_is_no_month_is_refused(#[case] engine: Engine) {
    let Some((_app, tenant)) = world(engine).await else { return };
    for month in ["2026-13", "2026", "november", ""] {
        let refused: Answer = tenant.get(&format!("/v1/usage?billing_period={month}")).await.expect(422);
        assert_eq!(refused.errors(), [("/billing_period".to_owned(), "not_a_month".to_owned())]);
    }
    assert_eq!(tenant.get("/v1/usage?month=2026-11").await.status, 422);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn others_see_nothing_and_who_may_not_see_is_told(#[case] engine: Engine) {
    let Some((app, tenant)) = world(engine).await else { return };
    let store = &app.app().services().store;
    record(store, &tenant, &[read("a")]).await;
    let stranger = app.tenant("Other").await;
    let theirs = used(&stranger, "billing_period=2026-11").await;
    assert_eq!((&theirs["data"], &theirs["totals"]), (&json!([]), &json!([])));
    // The same key counts for each organization.
    record(store, &stranger, &[read("a")]).await;
    assert_eq!(used(&stranger, "billing_period=2026-11").await["totals"][0]["count"], 1);

    assert_eq!(app.anonymous("GET", "/v1/usage", None).await.status, 401);
    let powerless = Scope { permissions: PermissionSet::empty(), ..scope(&tenant) };
    let tx = store.read(&powerless).await.unwrap();
    let refused = usage::summary(&tx, &BillingPeriod::of(november())).await.unwrap_err();
    assert_eq!(refused.kind().id, "forbidden");
}
