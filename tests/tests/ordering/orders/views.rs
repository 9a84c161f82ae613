//! How orders are shown.
use crate::{at, id, problem, rows, shop::Shop};
use purser_tests::{app::eventually, database::Engine};
use rstest::rstest;
use serde_json::{Value, json};

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_order_shows_what_was_read_and_where(#[case] engine: Engine) {
    let Some(shop) = Shop::open(engine).await else { return };
    let order = shop.ordered("2 cases of milk and 5 kg basmati please").await;
    assert_eq!(order["number"], "SO-000001");
    assert_eq!(order["status"], "pending");
    assert_eq!(order["customer_id"], shop.customer["id"]);
    assert_eq!(order["channel"], "whatsapp");
    assert_eq!((&order["ai_generated"], &order["requires_review"]), (&json!(true), &json!(false)));
    assert!(order["ai_confidence"].as_f64().unwrap() > 0.8);
    // 2 × 12.40 + 5 × 2.15
    assert_eq!(
        (&order["subtotal"], &order["total"], &order["currency"]),
        (&json!("35.55"), &json!("35.55"), &json!("EUR"))
    );
    let lines = order["lines"].as_array().unwrap();
    let seen: Vec<Value> = lines
        .iter()
        .map(|line| {
            json!([
                line["line_number"],
                line["product_id"],
                line["quantity"],
                line["unit"],
                line["unit_price"],
                line["line_total"]
            ])
        })
        .collect();
    assert_eq!(
        seen,
        [
            json!([1, shop.product(0), "2", "case", "12.40", "24.80"]),
            json!([2, shop.product(1), "5", "kg", "2.15", "10.75"]),
        ]
    );
    assert_eq!((&lines[0]["product_name"], &lines[0]["variant_id"]), (&json!("Whole Milk"), &Value::Null));
    assert_eq!(lines[0]["ai_extracted"], true);
    assert!(lines[0]["ai_original_text"].as_str().unwrap().contains("milk"));
    assert!(lines.iter().all(|line| line["alternatives"].is_array() && line["ai_confidence"].is_f64()));
    assert_eq!(shop.order(&order).await, order);

    let conversation = order["conversation_id"].as_str().unwrap();
    let messages = rows(&shop.owner, &format!("/v1/conversations/{conversation}/messages")).await;
    assert_eq!((&order["message_id"], &order["message_ids"]), (&messages[0]["id"], &json!([messages[0]["id"]])));
    let history = rows(&shop.owner, &format!("{}/status-history", at("/v1/orders", &order))).await;
    assert_eq!(history.len(), 1);
    assert_eq!((&history[0]["from_status"], &history[0]["to_status"]), (&Value::Null, &json!("pending")));
    assert_eq!(history[0]["changed_by"], Value::Null);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_list_shows_what_its_filters_say(#[case] engine: Engine) {
    let Some(shop) = Shop::open(engine).await else { return };
    let first = shop.ordered("2 cases of milk please").await;
    shop.owner.verb(&format!("{}/confirm", at("/v1/orders", &first))).await.expect(200);
    let second = shop.ordered("3 kg basmati please").await;
    let numbers = async |query: &str| {
        let orders = rows(&shop.owner, &format!("/v1/orders?{query}")).await;
        orders.iter().map(|order| order["number"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(numbers("").await, ["SO-000002", "SO-000001"]);
    assert_eq!(numbers("status=confirmed").await, ["SO-000001"]);
    assert_eq!(numbers("status=pending").await, ["SO-000002"]);
    assert_eq!(numbers("number=SO-000001").await, ["SO-000001"]);
    assert_eq!(numbers(&format!("customer_id={}", id(&shop.customer))).await.len(), 2);
    let conversation = second["conversation_id"].as_str().unwrap();
    assert_eq!(numbers(&format!("conversation_id={conversation}&status=confirmed")).await, ["SO-000001"]);
    assert_eq!(numbers(&format!("conversation_id={}", id(&shop.customer))).await, Vec::<String>::new());

    let page = shop.owner.get("/v1/orders?limit=1").await.expect(200).json();
    let cursor = page["next_cursor"].as_str().unwrap();
    assert_eq!(numbers(&format!("limit=1&cursor={cursor}")).await, ["SO-000001"]);
    problem(&shop.owner.get(&format!("/v1/orders?status=pending&cursor={cursor}")).await, 400, "invalid_cursor");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_order_names_every_message_that_made_it(#[case] engine: Engine) {
    let Some(shop) = Shop::open(engine).await else { return };
    let order = shop.ordered("2 cases of milk please").await;
    shop.says("and 5 kg basmati please").await;
    let amended = eventually("the amended order", || async {
        let order = shop.order(&order).await;
        (order["lines"].as_array().unwrap().len() == 2).then_some(order)
    })
    .await;
    let messages = amended["message_ids"].as_array().unwrap();
    assert_eq!((messages.len(), &messages[0]), (2, &order["message_id"]));
    assert_eq!(amended["message_id"], order["message_id"]);
    assert_eq!(rows(&shop.owner, "/v1/orders").await, [amended]);
}
