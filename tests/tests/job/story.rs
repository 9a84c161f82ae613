//! The whole way.
use crate::shop::{NUMBER, Shop, lines, pairs, path_of};
use purser_tests::{app::eventually, database::Engine};
use rstest::rstest;
use serde_json::json;

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_message_becomes_a_confirmed_order(#[case] engine: Engine) {
    let Some(shop) = Shop::open(engine).await else { return };
    shop.write("Hi! 2 cases of the whole milk, 10kg basmati and 3x coke zero pls, no bread this time").await;

    let order = shop.tenant.order_with_status("pending").await;
    assert_eq!(lines(&order), pairs(&[("Whole Milk", "2"), ("Basmati Rice", "10"), ("Coca-Cola Zero", "3")]));
    assert_eq!(order["total"], "76.27");
    assert_eq!(order["currency"], "EUR");
    assert_eq!(order["customer_id"], shop.customer["id"]);
    assert_eq!(order["ai_generated"], true);
    assert!(order["ai_confidence"].as_f64().unwrap() >= 0.85, "{order}");
    assert!(order["message_id"].is_string(), "{order}");
    let rice = &order["lines"][1];
    assert_eq!(rice["product_id"], shop.products[1]["id"]);
    assert_eq!((&rice["unit_price"], &rice["line_total"]), (&json!("2.15"), &json!("21.50")));
    assert_eq!(rice["ai_original_text"], "10kg basmati");
    assert!(rice["ai_confidence"].as_f64().unwrap() > 0.85);

    let confirm = format!("{}/confirm", path_of(&order));
    let confirmed = shop.tenant.verb(&confirm).await.expect(200).json();
    assert_eq!(confirmed["status"], "confirmed");
    let customer = format!("/v1/customers/{}", shop.customer["id"].as_str().unwrap());
    let customer = shop.tenant.get(&customer).await.expect(200).json();
    assert_eq!((&customer["total_orders"], &customer["total_spent"]), (&json!(1), &json!("76.27")));
    assert_eq!(customer["status"], "ordering");

    // Who did what, with before and after.
    let trail = format!("/v1/audit-logs?resource_id={}", order["id"].as_str().unwrap());
    let trail = shop.tenant.get(&trail).await.expect(200).json();
    let deeds: Vec<_> =
        trail["data"].as_array().unwrap().iter().map(|row| (&row["action"], &row["actor_kind"])).collect();
    let expected = [(&json!("order.confirm"), &json!("user")), (&json!("order.draft"), &json!("system"))];
    assert_eq!(deeds, expected);
    let changes = &trail["data"][0]["changes"];
    assert_eq!((&changes["before"]["status"], &changes["after"]["status"]), (&json!("pending"), &json!("confirmed")));
    assert_eq!(trail["data"][0]["actor_id"], shop.tenant.user_id);

    // One row for the message that was read, one for each event that was sent.
    let sent = eventually("the confirmation to be sent", || async {
        let usage = shop.tenant.get("/v1/usage?limit=200&resource_type=event_sent").await.expect(200).json();
        let types: Vec<String> = usage["data"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row["extra"]["event_type"].as_str().unwrap().to_owned())
            .collect();
        types.contains(&"order.confirmed".to_owned()).then_some(types)
    })
    .await;
    for event in ["customer.created", "message.received", "order.drafted", "order.confirmed"] {
        assert_eq!(sent.iter().filter(|sent| *sent == event).count(), 1, "{event} in {sent:?}");
    }
    let read = shop.tenant.get("/v1/usage?resource_type=message_read").await.expect(200).json();
    assert_eq!(read["data"].as_array().unwrap().len(), 1);

    // The conversation shows the message and what was understood.
    let inbox = shop.tenant.get("/v1/conversations").await.expect(200).json();
    let conversation = &inbox["data"][0];
    assert_eq!(conversation["customer_id"], shop.customer["id"]);
    assert_eq!(conversation["channel_address"], NUMBER);
    let messages = format!("/v1/conversations/{}/messages", conversation["id"].as_str().unwrap());
    let messages = shop.tenant.get(&messages).await.expect(200).json();
    assert_eq!(messages["data"][0]["ai_extracted_intent"], "order");
    assert_eq!(messages["data"][0]["id"], order["message_id"]);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_was_confirmed_stays_as_it_is(#[case] engine: Engine) {
    let Some(shop) = Shop::open(engine).await else { return };
    shop.write("4 white bread please").await;
    let order = shop.tenant.order_with_status("pending").await;
    let confirmed = shop.tenant.verb(&format!("{}/confirm", path_of(&order))).await.expect(200).json();
    let edited = shop
        .patch_lines(
            &confirmed,
            json!([{ "id": order["lines"][0]["id"], "product_id": order["lines"][0]["product_id"], "quantity": "9" }]),
        )
        .await;
    assert_eq!(edited.expect(409).problem(), "order_not_editable");

    // A later message opens an order of its own.
    shop.write("2 cases whole milk please").await;
    let next = shop.tenant.order_with_status("pending").await;
    assert_ne!(next["id"], order["id"]);
    assert_eq!((&order["number"], &next["number"]), (&json!("SO-000001"), &json!("SO-000002")));
    let unchanged = shop.tenant.get(&path_of(&order)).await.expect(200).json();
    assert_eq!(lines(&unchanged), pairs(&[("White Bread", "4")]));
}
