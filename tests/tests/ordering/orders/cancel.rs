//! Cancelling an order.
use crate::{at, problem, refused, rows, shop::Shop, version};
use purser_kernel::{Permission, PermissionSet};
use purser_tests::{app::Answer, database::Engine};
use rstest::rstest;
use serde_json::{Value, json};

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_cancelled_order_stays_so_and_says_why(#[case] engine: Engine) {
    let Some(shop) = Shop::open(engine).await else { return };
    let order = shop.ordered("2 cases of milk please").await;
    let path = at("/v1/orders", &order);
    let cancel = format!("{path}/cancel");
    refused(&shop.owner.post(&cancel, &json!({ "reason": "x".repeat(501) })).await, &[("/reason", "too_long")]);
    refused(&shop.owner.post(&cancel, &json!({ "why": "x" })).await, &[("/why", "invalid_value")]);
    let stale = shop.owner.request("POST", &cancel).header("If-Match", "\"99\"");
    problem(&Answer::of(stale).await, 412, "stale");
    assert_eq!(shop.order(&order).await, order);

    let cancelled = shop.owner.post(&cancel, &json!({ "reason": "Closed on Monday" })).await.expect(200);
    let row = cancelled.json();
    assert_eq!(cancelled.header("etag"), format!("\"{}\"", version(&order) + 1));
    assert_eq!((&row["status"], &row["requires_review"]), (&json!("cancelled"), &json!(false)));
    assert!(row["cancelled_at"].is_string());
    let history = rows(&shop.owner, &format!("{path}/status-history")).await;
    assert_eq!((&history[1]["to_status"], &history[1]["reason"]), (&json!("cancelled"), &json!("Closed on Monday")));
    assert_eq!(history[1]["changed_by"], shop.owner.user_id);

    for verb in ["cancel", "confirm"] {
        let answer = shop.owner.verb(&format!("{path}/{verb}")).await;
        problem(&answer, 409, "illegal_transition");
        let document = answer.json();
        assert_eq!((&document["current"], &document["possible"]), (&json!("cancelled"), &json!([])));
    }
    let edit = shop.owner.patch(&path, version(&row), &json!({ "notes": "x" })).await;
    problem(&edit, 409, "order_not_editable");
    assert_eq!(shop.order(&order).await, row);
    assert_eq!(shop.customer().await["total_orders"], 0);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn who_may_not_confirm_does_not_undo_it(#[case] engine: Engine) {
    let Some(shop) = Shop::open(engine).await else { return };
    let clerk = shop.app.member(&shop.owner, PermissionSet::all() - Permission::OrdersConfirm).await;
    let order = shop.ordered("2 cases of milk please").await;
    let path = at("/v1/orders", &order);
    shop.owner.verb(&format!("{path}/confirm")).await.expect(200);
    let confirmed = shop.order(&order).await;
    let refused = clerk.verb(&format!("{path}/cancel")).await;
    problem(&refused, 403, "forbidden");
    assert_eq!(refused.json()["permission"], "orders.confirm");
    assert_eq!(shop.order(&order).await, confirmed);
    assert_eq!(shop.customer().await["total_orders"], 1);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_confirmed_order_that_is_cancelled_counts_no_longer(#[case] engine: Engine) {
    let Some(shop) = Shop::open(engine).await else { return };
    for text in ["2 cases of milk please", "5 kg basmati please"] {
        let order = shop.ordered(text).await;
        shop.owner.verb(&format!("{}/confirm", at("/v1/orders", &order))).await.expect(200);
    }
    let first = rows(&shop.owner, "/v1/orders").await.remove(1);
    let path = format!("{}/cancel", at("/v1/orders", &first));
    // No body is as good as an empty one.
    let (one, other) = (shop.owner.verb(&path), shop.owner.verb(&path));
    let (one, other) = tokio::join!(one, other);
    let (done, late) = if one.status == 200 { (one, other) } else { (other, one) };
    done.expect(200);
    problem(&late, 409, "illegal_transition");
    // Nor is null anything else.
    let draft = shop.ordered("1 case of milk please").await;
    let cancelled = shop.owner.post(&format!("{}/cancel", at("/v1/orders", &draft)), &Value::Null).await.expect(200);
    assert_eq!(cancelled.json()["status"], "cancelled");
    let customer = shop.customer().await;
    assert_eq!((&customer["total_orders"], &customer["total_spent"]), (&json!(1), &json!("10.75")));
    assert_eq!(rows(&shop.owner, "/v1/orders?status=pending").await, Vec::<Value>::new());
}
