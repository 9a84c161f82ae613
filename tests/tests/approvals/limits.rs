//! Amounts and limits.
use crate::{
    desk::{Desk, OTHER_PHONE, PHONE, approve, approver, confirm},
    problem,
};
use chrono::TimeDelta;
use purser_billing::rates::NewRate;
use purser_kernel::{Clock, Permission};
use purser_tests::database::Engine;
use rstest::rstest;
use serde_json::{Value, json};

/// Of a customer beside the desk's.
const ANOTHER_S_PHONE: &str = "447946000182";

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn amount_exactly_at_the_limit(#[case] engine: Engine) {
    let Some(desk) = Desk::open(engine).await else { return };
    desk.limit("24.80", json!({})).await;
    let order = desk.ordered().await;
    assert_eq!(order["total"], "24.80");
    confirm(&desk.owner, &order).await.expect(200);
    // A cent less is too little.
    desk.limit("24.79", json!({})).await;
    let order = desk.ordered().await;
    confirm(&desk.owner, &order).await.expect(202);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn without_a_policy_nobody_is_asked(#[case] engine: Engine) {
    let Some(desk) = Desk::open(engine).await else { return };
    let order = desk.ordered_by(PHONE, "MILK-1L", 9999).await;
    let confirmed = confirm(&desk.owner, &order).await.expect(200).json();
    assert_eq!((&confirmed["status"], &confirmed["approval_id"]), (&json!("confirmed"), &json!(null)));
    assert!(desk.rows("/v1/approvals").await.is_empty());
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn currency_rate_missing(#[case] engine: Engine) {
    let Some(desk) = Desk::open(engine).await else { return };
    desk.limit("1000000.00", json!({})).await;
    let yen = json!({ "sku": "SAKE", "name": "Sake", "unit": "bottle", "base_price": "1", "currency": "JPY" });
    desk.owner.create("/v1/products", &yen).await;
    // One yen is not more than a million euros, but nobody has said so.
    let order = desk.ordered_by(PHONE, "SAKE", 1).await;
    assert_eq!((&order["total"], &order["currency"]), (&json!("1"), &json!("JPY")));
    let shown = desk.asks(&order).await;
    let reason = shown["reasons"][0].as_str().unwrap();
    assert!(reason.contains("no exchange rate from JPY to EUR"), "{reason}");
    approve(&desk.member(approver()).await, &shown).await.expect(200);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn the_limit_of_the_settings_is_a_policy(#[case] engine: Engine) {
    let Some(desk) = Desk::open(engine).await else { return };
    let settings = async |version: i64, change: Value| {
        desk.owner.patch("/v1/organization/settings", version, &change).await.expect(200).json()
    };
    settings(1, json!({ "default_currency": "EUR", "order_approval_threshold": "24.80" })).await;
    let policy = desk.rows("/v1/approval-policies").await.remove(0);
    assert_eq!((&policy["is_predefined"], &policy["condition"]["amount_over"]), (&json!(true), &json!("24.80")));
    let path = format!("/v1/approval-policies/{}", policy["id"].as_str().unwrap());
    problem(&desk.owner.patch(&path, 1, &json!({ "name": "x" })).await, 409, "predefined_policy");
    problem(&desk.owner.delete(&path, 1).await, 409, "predefined_policy");
    let order = desk.ordered().await;
    confirm(&desk.owner, &order).await.expect(200);
    settings(2, json!({ "order_approval_threshold": "24.79" })).await;
    let order = desk.ordered().await;
    let shown = desk.asks(&order).await;
    // The stricter counts, whichever it is.
    let second = desk.limit("10.00", json!({ "steps": [{ "permission": "organization.manage" }] })).await;
    let half = approve(&desk.member(approver()).await, &shown).await.expect(200).json();
    assert_eq!(
        (&half["status"], &half["steps"]),
        (&json!("pending"), &json!(["orders.confirm", "organization.manage"]))
    );
    let director = desk.member(approver() | Permission::OrganizationManage).await;
    assert_eq!(approve(&director, &shown).await.expect(200).json()["status"], "approved");
    desk.owner.delete(&format!("/v1/approval-policies/{}", second["id"].as_str().unwrap()), 1).await.expect(204);
    settings(3, json!({ "order_approval_threshold": null })).await;
    assert!(desk.rows("/v1/approval-policies").await.iter().all(|policy| policy["is_predefined"] == false));
    let order = desk.ordered().await;
    confirm(&desk.owner, &order).await.expect(200);
}

/// What an operator has brought in.
async fn rates(desk: &Desk, rates: &[(&str, &str, i64, &str)]) {
    let today = Clock::system().now().date_naive();
    let new = rates.iter().map(|(base, quote, days_ago, rate)| {
        let on = (today - TimeDelta::days(*days_ago)).to_string();
        NewRate::parse(base, quote, &on, rate, "test").unwrap()
    });
    let tx = desk.app.app().services().store.system().await.unwrap();
    purser_billing::rates::import(tx.system(), new.collect()).await.unwrap();
    tx.commit().await.unwrap();
}

/// The yen has no decimal places, the dinar three; the one is worth less than a euro, the other more.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn limit_in_eur_with_an_amount_in_jpy_and_kwd(#[case] engine: Engine) {
    let Some(desk) = Desk::open(engine).await else { return };
    desk.limit("100.00", json!({})).await;
    let product = |sku: &str, price: &str, currency: &str| json!({ "sku": sku, "name": format!("Thing {sku}"), "unit": "piece", "base_price": price, "currency": currency });
    for body in [product("YEN", "1", "JPY"), product("FILS", "0.001", "KWD")] {
        desk.owner.create("/v1/products", &body).await;
    }
    // Too old to go by: a person is asked.
    rates(&desk, &[("EUR", "JPY", 15, "160")]).await;
    let order = desk.ordered_by(PHONE, "YEN", 1).await;
    let shown = desk.asks(&order).await;
    approve(&desk.member(approver()).await, &shown).await.expect(200);
    // A euro is 160 yen, as it is quoted; a dinar 3 euros, the other way round. The newest counts.
    rates(&desk, &[("EUR", "JPY", 1, "160"), ("EUR", "JPY", 2, "1"), ("KWD", "EUR", 0, "3")]).await;
    for (sku, within, over) in [("YEN", 16_000, 16_001), ("FILS", 33_333, 33_334)] {
        let order = desk.ordered_by(PHONE, sku, within).await;
        confirm(&desk.owner, &order).await.expect(200);
        let order = desk.ordered_by(PHONE, sku, over).await;
        let shown = desk.asks(&order).await;
        assert_eq!(shown["reasons"], json!(["Large orders"]));
        approve(&desk.member(approver()).await, &shown).await.expect(200);
    }
}

/// One large order, in small ones.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn splitting_is_noticed(#[case] engine: Engine) {
    let Some(desk) = Desk::open(engine).await else { return };
    desk.limit("49.60", json!({ "condition": { "window_days": 30 } })).await;
    // Twice 24.80 is exactly the limit.
    for _ in 0..2 {
        let order = desk.ordered().await;
        confirm(&desk.owner, &order).await.expect(200);
    }
    let third = desk.ordered().await;
    let shown = desk.asks(&third).await;
    assert_eq!(shown["amount"], "24.80");
    // What waits counts, too: 24.80 that were confirmed in the window and 24.80 that wait.
    desk.sql("update orders set confirmed_at = '2026-01-01 00:00:00+00:00' where number = 'SO-000001'").await;
    let fourth = desk.ordered_by(OTHER_PHONE, "BREAD-W", 1).await;
    confirm(&desk.owner, &fourth).await.expect(202);
    // What was done before the window does not.
    desk.sql("update orders set confirmed_at = '2026-01-01 00:00:00+00:00' where confirmed_at is not null").await;
    approve(&desk.member(approver()).await, &shown).await.expect(200);
    let fifth = desk.ordered().await;
    desk.owner
        .verb(&format!("/v1/approvals/{}/withdraw", desk.order(&fourth).await["approval_id"].as_str().unwrap()))
        .await
        .expect(200);
    confirm(&desk.owner, &fifth).await.expect(200);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_others_ordered_is_nobody_s_splitting(#[case] engine: Engine) {
    let Some(desk) = Desk::open(engine).await else { return };
    desk.limit("49.60", json!({ "condition": { "window_days": 30 } })).await;
    for _ in 0..2 {
        let order = desk.ordered().await;
        confirm(&desk.owner, &order).await.expect(200);
    }
    let contacts = json!([{ "name": "Ann", "whatsapp": ANOTHER_S_PHONE }]);
    let another = json!({ "business_name": "Another Café", "currency": "EUR", "contacts": contacts });
    desk.owner.create("/v1/customers", &another).await;
    let another_s = desk.ordered_by(ANOTHER_S_PHONE, "MILK-1L", 2).await;
    confirm(&desk.owner, &another_s).await.expect(200);
    let third = desk.ordered().await;
    confirm(&desk.owner, &third).await.expect(202);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_cannot_be_summed_up_is_asked_about(#[case] engine: Engine) {
    let Some(desk) = Desk::open(engine).await else { return };
    let yen = json!({ "sku": "SAKE", "name": "Sake", "unit": "bottle", "base_price": "1", "currency": "JPY" });
    desk.owner.create("/v1/products", &yen).await;
    let order = desk.ordered_by(PHONE, "SAKE", 1).await;
    confirm(&desk.owner, &order).await.expect(200);
    // The yen of the window have no rate to euros: the sum is not known.
    desk.limit("1000000.00", json!({ "condition": { "window_days": 30 } })).await;
    let order = desk.ordered().await;
    confirm(&desk.owner, &order).await.expect(202);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn splitting_at_once_is_noticed(#[case] engine: Engine) {
    let Some(desk) = Desk::open(engine).await else { return };
    desk.limit("40.00", json!({ "condition": { "window_days": 30 } })).await;
    let (one, other) = (desk.ordered().await, desk.ordered_by(OTHER_PHONE, "MILK-1L", 2).await);
    let (one, other) = tokio::join!(confirm(&desk.owner, &one), confirm(&desk.owner, &other));
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 202], "{one:?} {other:?}");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn other_conditions(#[case] engine: Engine) {
    let Some(desk) = Desk::open(engine).await else { return };
    let step = json!([{ "permission": "orders.confirm" }]);
    let policy = json!({
        "name": "New customers", "subject": "order", "condition": { "counterparty_is_new": true }, "steps": step,
    });
    let policy = desk.owner.create("/v1/approval-policies", &policy).await;
    let first = desk.ordered().await;
    let shown = desk.asks(&first).await;
    assert_eq!(shown["reasons"], json!(["New customers"]));
    approve(&desk.member(approver()).await, &shown).await.expect(200);
    let second = desk.ordered().await;
    confirm(&desk.owner, &second).await.expect(200);
    // Confidence, of what was read exactly: 1.
    let path = format!("/v1/approval-policies/{}", policy["id"].as_str().unwrap());
    for (version, (below, status)) in (1..).zip([(1.0, 200), (0.5, 200)]) {
        desk.owner.patch(&path, version, &json!({ "condition": { "confidence_below": below } })).await.expect(200);
        let order = desk.ordered().await;
        confirm(&desk.owner, &order).await.expect(status);
    }
    let order = desk.ordered().await;
    desk.sql("update orders set ai_confidence = 0.4 where status <> 'confirmed'").await;
    confirm(&desk.owner, &order).await.expect(202);
    problem(&confirm(&desk.member(approver()).await, &first).await, 409, "illegal_transition");
}
