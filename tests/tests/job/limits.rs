//! Orders too large for their numbers: whatever a customer writes, the conversation goes on.
use crate::shop::{NUMBER, Shop, path_of};
use purser_tests::{database::Engine, whatsapp};
use rstest::rstest;
use serde_json::{Value, json};

/// Nearly the largest quantity that can be kept.
const VAST: u64 = 900_000_000_000_000;

fn basket(items: impl IntoIterator<Item = (String, u64)>) -> Value {
    let item = |(sku, quantity)| json!({ "product_retailer_id": sku, "quantity": quantity });
    let items: Vec<Value> = items.into_iter().map(item).collect();
    let content = json!({ "type": "order", "order": { "catalog_id": "c1", "product_items": items } });
    whatsapp::messages(&[whatsapp::message(NUMBER, content)])
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_cannot_be_added_up_is_reviewed_and_holds_up_nothing(#[case] engine: Engine) {
    let Some(shop) = Shop::open(engine).await else { return };
    // Each line can be kept, their sum cannot.
    shop.deliver(&basket((0..9).map(|_| ("MILK-1L".to_owned(), VAST)))).await;
    shop.all_read(1).await;
    shop.write("4 white bread").await;
    shop.all_read(2).await;
    let orders = shop.orders().await;
    assert_eq!((orders.len(), &orders[0]["status"]), (1, &json!("review")));
    let lines = orders[0]["lines"].as_array().unwrap();
    assert_eq!(lines.len(), 10);
    let waiting: Vec<&Value> = lines.iter().filter(|line| line["product_id"].is_null()).collect();
    assert!(!waiting.is_empty());
    for line in waiting {
        assert_eq!((&line["quantity"], &line["line_total"]), (&json!(VAST.to_string()), &json!("0.00")));
        assert_eq!(line["alternatives"][0]["product_name"], "Whole Milk");
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn lines_beyond_the_last_are_kept_in_words(#[case] engine: Engine) {
    let Some(shop) = Shop::open(engine).await else { return };
    shop.deliver(&basket((1..=510).map(|number| (format!("GONE-{number}"), 1)))).await;
    shop.all_read(1).await;
    shop.write("4 white bread").await;
    shop.all_read(2).await;
    let order = shop.tenant.order_with_status("review").await;
    let lines = order["lines"].as_array().unwrap();
    assert_eq!(lines.len(), 500);
    let rest = lines[499]["ai_original_text"].as_str().unwrap();
    assert!(rest.starts_with("1 × GONE-500; ") && rest.contains("1 × GONE-510; ") && rest.contains("bread"), "{rest}");
    assert_eq!(lines[499]["product_id"], Value::Null);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_customer_does_not_spend_more_than_can_be_counted(#[case] engine: Engine) {
    let Some(shop) = Shop::open(engine).await else { return };
    let gold = json!({ "sku": "GOLD", "name": "Gold bar", "unit": "piece", "base_price": "100", "currency": "EUR" });
    shop.tenant.create("/v1/products", &gold).await;
    let customer = format!("/v1/customers/{}", shop.customer["id"].as_str().unwrap());
    for expected in [200, 422] {
        shop.deliver(&basket([("GOLD".to_owned(), VAST * 7 / 9)])).await;
        let order = shop.tenant.order_with_status("pending").await;
        shop.tenant.verb(&format!("{}/confirm", path_of(&order))).await.expect(expected);
        let customer = shop.tenant.get(&customer).await.expect(200).json();
        assert_eq!((&customer["total_orders"], &customer["total_spent"]), (&json!(1), &json!("70000000000000000.00")));
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_day_is_of_this_calendar(#[case] engine: Engine) {
    let Some(shop) = Shop::open(engine).await else { return };
    shop.write("4 white bread").await;
    let order = shop.tenant.order_with_status("pending").await;
    for day in ["-5000-01-01", "0000-12-31", "+10000-01-01", "+262142-12-31"] {
        let edit = json!({ "requested_delivery_on": day });
        let refused = shop.tenant.patch(&path_of(&order), 1, &edit).await.expect(422);
        assert_eq!(refused.errors()[0].0, "/requested_delivery_on", "{day}");
    }
    shop.tenant.patch(&path_of(&order), 1, &json!({ "requested_delivery_on": "9999-12-31" })).await.expect(200);
}
