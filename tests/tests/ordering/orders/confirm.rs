//! Confirming an order.
use crate::{at, id, problem, rows, shop::Shop, version};
use purser_tests::{app::Answer, database::Engine};
use rstest::rstest;
use serde_json::{Value, json};
use tokio::task::JoinSet;

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_confirmed_order_counts_for_its_customer(#[case] engine: Engine) {
    let Some(shop) = Shop::open(engine).await else { return };
    let order = shop.ordered("2 cases of milk please").await;
    let path = at("/v1/orders", &order);
    let confirmed = shop.owner.verb(&format!("{path}/confirm")).await.expect(200);
    let row = confirmed.json();
    assert_eq!(confirmed.header("etag"), format!("\"{}\"", version(&order) + 1));
    assert_eq!((&row["status"], &row["requires_review"]), (&json!("confirmed"), &json!(false)));
    assert_eq!(row["reviewed_by"], shop.owner.user_id);
    assert!(row["confirmed_at"].is_string());
    assert_eq!(row["lines"], order["lines"]);
    assert_eq!(shop.order(&order).await, row);

    let customer = shop.customer().await;
    assert_eq!((&customer["total_orders"], &customer["total_spent"]), (&json!(1), &json!("24.80")));
    assert_eq!(customer["status"], "ordering");
    assert_eq!(customer["last_ordered_at"], row["confirmed_at"]);
    let history = rows(&shop.owner, &format!("{path}/status-history")).await;
    let moves: Vec<Value> = history.iter().map(|change| json!([change["from_status"], change["to_status"]])).collect();
    assert_eq!(moves, [json!([null, "pending"]), json!(["pending", "confirmed"])]);

    let second = shop.ordered("1 case of milk please").await;
    shop.owner.verb(&format!("{}/confirm", at("/v1/orders", &second))).await.expect(200);
    let customer = shop.customer().await;
    assert_eq!((&customer["total_orders"], &customer["total_spent"]), (&json!(2), &json!("37.20")));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn confirming_many_times_at_once_confirms_once(#[case] engine: Engine) {
    let Some(shop) = Shop::open(engine).await else { return };
    let order = shop.ordered("2 cases of milk please").await;
    let path = format!("{}/confirm", at("/v1/orders", &order));
    let mut requests = JoinSet::new();
    for _ in 0..8 {
        let (owner, path) = (shop.owner.clone(), path.clone());
        requests.spawn(async move { owner.verb(&path).await });
    }
    let answers = requests.join_all().await;
    let (done, told): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
    assert_eq!(done.len(), 1, "{answers:?}");
    for answer in told {
        problem(answer, 409, "illegal_transition");
        let document = answer.json();
        assert_eq!((&document["current"], &document["possible"]), (&json!("confirmed"), &json!(["cancel"])));
    }
    assert_eq!(version(&shop.order(&order).await), version(&order) + 1);
    let customer = shop.customer().await;
    assert_eq!((&customer["total_orders"], &customer["total_spent"]), (&json!(1), &json!("24.80")));
    let history = rows(&shop.owner, &format!("{}/status-history", at("/v1/orders", &order))).await;
    assert_eq!(history.len(), 2);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_confirmed_order_is_not_edited(#[case] engine: Engine) {
    let Some(shop) = Shop::open(engine).await else { return };
    let order = shop.ordered("2 cases of milk please").await;
    let path = at("/v1/orders", &order);
    let confirmed = shop.owner.verb(&format!("{path}/confirm")).await.expect(200).json();
    for edit in
        [json!({ "notes": "x" }), json!({ "lines": [{ "product_id": shop.product(0), "quantity": "99" }] }), json!({})]
    {
        let answer = shop.owner.patch(&path, version(&confirmed), &edit).await;
        problem(&answer, 409, "order_not_editable");
        assert_eq!(answer.json()["current"], "confirmed");
    }
    // Nor by what changes around it, nor by the customer, whose next message is another order.
    let milk = at("/v1/products", &shop.products[0]);
    let change = json!({ "name": "Milk", "base_price": "99", "currency": "EUR" });
    shop.owner.patch(&milk, 1, &change).await.expect(200);
    shop.owner.delete(&milk, 2).await.expect(204);
    let next = shop.ordered("5 kg basmati please").await;
    assert_ne!(id(&next), id(&order));
    assert_eq!(shop.order(&order).await, confirmed);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_confirmation_can_name_what_was_looked_at(#[case] engine: Engine) {
    let Some(shop) = Shop::open(engine).await else { return };
    let order = shop.ordered("2 cases of milk please").await;
    let path = at("/v1/orders", &order);
    let confirm = |if_match: String| {
        Answer::of(shop.owner.request("POST", &format!("{path}/confirm")).header("If-Match", if_match))
    };
    let edit = json!({ "lines": [{ "product_id": shop.product(0), "quantity": "3" }] });
    let edited = shop.owner.patch(&path, version(&order), &edit).await.expect(200).json();
    problem(&confirm(format!("\"{}\"", version(&order))).await, 412, "stale");
    assert_eq!(shop.order(&order).await, edited);
    confirm(format!("\"{}\"", version(&edited))).await.expect(200);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_confirmation_with_a_key_is_answered_again(#[case] engine: Engine) {
    let Some(shop) = Shop::open(engine).await else { return };
    let order = shop.ordered("2 cases of milk please").await;
    let path = format!("{}/confirm", at("/v1/orders", &order));
    let first = shop.owner.post_keyed(&path, "key", &json!({})).await.expect(200);
    let again = shop.owner.post_keyed(&path, "key", &json!({})).await.expect(200);
    assert_eq!((&again.body, again.header("idempotency-replayed")), (&first.body, "true"));
    problem(&shop.owner.verb(&path).await, 409, "illegal_transition");
    problem(&shop.owner.post(&path, &json!({ "notes": "x" })).await, 422, "validation_failed");
    assert_eq!(shop.customer().await["total_orders"], 1);
}

/// Amounts of two currencies are not added.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_order_in_another_currency_counts_and_adds_nothing(#[case] engine: Engine) {
    let Some(shop) = Shop::open(engine).await else { return };
    let dollars =
        json!({ "sku": "USD", "name": "Maple Syrup", "unit": "bottle", "base_price": "7", "currency": "USD" });
    shop.owner.create("/v1/products", &dollars).await;
    let order = shop.ordered("3 bottles of maple syrup please").await;
    assert_eq!((&order["currency"], &order["total"]), (&json!("USD"), &json!("21.00")));
    shop.owner.verb(&format!("{}/confirm", at("/v1/orders", &order))).await.expect(200);
    let customer = shop.customer().await;
    assert_eq!((&customer["total_orders"], &customer["total_spent"]), (&json!(1), &json!("0.00")));
}
