//! A number that nobody knows.
use crate::shop::{Shop, lines, pairs};
use purser_tests::{app::eventually, database::Engine, whatsapp};
use rstest::rstest;
use serde_json::{Value, json};

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn waits_until_a_person_links_it(#[case] engine: Engine) {
    let Some(shop) = Shop::open(engine).await else { return };
    let stranger = "447700900123";
    for text in ["4 white bread", "and 2 cases of whole milk"] {
        shop.deliver(&whatsapp::messages(&[whatsapp::text(stranger, text)])).await;
    }
    let conversation = eventually("both messages to arrive", || async {
        let inbox = shop.tenant.get("/v1/conversations?unlinked=true").await.expect(200).json();
        inbox["data"].as_array().unwrap().iter().find(|row| row["unread_count"] == 2).cloned()
    })
    .await;
    assert_eq!(conversation["customer_id"], Value::Null);
    assert_eq!(shop.orders().await.len(), 0);

    let link = format!("/v1/conversations/{}/link", conversation["id"].as_str().unwrap());
    let unknown = shop.tenant.post(&link, &json!({ "customer_id": conversation["id"] })).await.expect(422);
    assert_eq!(unknown.errors(), pairs(&[("/customer_id", "unknown_reference")]));
    shop.tenant.post(&link, &json!({ "customer_id": shop.customer["id"] })).await.expect(200);
    shop.all_read(2).await;
    let orders = shop.orders().await;
    assert_eq!(orders.len(), 1);
    assert_eq!(lines(&orders[0]), pairs(&[("White Bread", "4"), ("Whole Milk", "2")]));
    assert_eq!(orders[0]["customer_id"], shop.customer["id"]);
}
