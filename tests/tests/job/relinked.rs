//! A conversation changes hands.
use crate::shop::{NUMBER, Shop, lines, pairs};
use purser_tests::{app::eventually, database::Engine};
use rstest::rstest;
use serde_json::{Value, json};

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn the_open_order_of_the_customer_before_stays_as_it_is(#[case] engine: Engine) {
    let Some(shop) = Shop::open(engine).await else { return };
    shop.write("4 white bread").await;
    shop.all_read(1).await;
    let other = shop.tenant.customer("Bolt", "+1 212 555 0001").await;
    let conversation = shop.tenant.get("/v1/conversations").await.expect(200).json()["data"][0].clone();
    let link = format!("/v1/conversations/{}/link", conversation["id"].as_str().unwrap());
    shop.tenant.post(&link, &json!({ "customer_id": other["id"] })).await.expect(200);
    shop.write("2 cases whole milk").await;
    shop.all_read(2).await;
    let orders = shop.orders().await;
    let of = |customer: &Value| orders.iter().find(|order| order["customer_id"] == customer["id"]).unwrap();
    assert_eq!(lines(of(&shop.customer)), pairs(&[("White Bread", "4")]));
    assert_eq!(lines(of(&other)), pairs(&[("Whole Milk", "2")]));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_deleted_customer_orders_nothing(#[case] engine: Engine) {
    let Some(shop) = Shop::open(engine).await else { return };
    shop.write("Good morning!").await;
    shop.all_read(1).await;
    let path = format!("/v1/customers/{}", shop.customer["id"].as_str().unwrap());
    shop.tenant.delete(&path, shop.customer["version"].as_i64().unwrap()).await.expect(204);
    shop.write("4 white bread").await;
    eventually("the message to wait for a person", || async {
        let inbox = shop.tenant.get("/v1/conversations?unlinked=true").await.expect(200).json();
        inbox["data"].as_array().unwrap().iter().find(|row| row["unread_count"] == 2).cloned()
    })
    .await;
    assert_eq!(shop.orders().await, Vec::<Value>::new());
    // Somebody else has the number now: it is theirs from the next message on.
    let heir = shop.tenant.customer("Corner Bar", &format!("+{NUMBER}")).await;
    shop.write("and 2 cases whole milk").await;
    shop.all_read(3).await;
    let orders = shop.orders().await;
    assert_eq!((orders.len(), &orders[0]["customer_id"]), (1, &heir["id"]));
}
