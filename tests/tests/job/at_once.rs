//! The same thing twice at the same time.
use crate::shop::{NUMBER, Shop, lines, path_of};
use purser_tests::{app::TestApp, database::Engine, whatsapp};
use rstest::rstest;
use serde_json::json;
use std::collections::BTreeSet;
use tokio::task::JoinSet;

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn two_confirmations_confirm_once(#[case] engine: Engine) {
    let Some(shop) = Shop::open(engine).await else { return };
    shop.write("4 white bread").await;
    let order = shop.tenant.order_with_status("pending").await;
    let confirm = format!("{}/confirm", path_of(&order));
    let mut attempts = JoinSet::new();
    for _ in 0..6 {
        let (tenant, confirm) = (shop.tenant.clone(), confirm.clone());
        attempts.spawn(async move { tenant.verb(&confirm).await });
    }
    let answers = attempts.join_all().await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1, "{answers:?}");
    for refused in answers.iter().filter(|answer| answer.status != 200) {
        assert_eq!((refused.status, refused.problem()), (409, "illegal_transition".to_owned()));
        assert_eq!(refused.json()["current"], "confirmed");
    }
    let customer = format!("/v1/customers/{}", shop.customer["id"].as_str().unwrap());
    assert_eq!(shop.tenant.get(&customer).await.json()["total_orders"], 1);
    let history = shop.tenant.get(&format!("{}/status-history", path_of(&order))).await.expect(200).json();
    let confirmed = history["data"].as_array().unwrap().iter().filter(|row| row["to_status"] == "confirmed");
    assert_eq!(confirmed.count(), 1);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn two_messages_of_one_contact_make_one_order(#[case] engine: Engine) {
    let Some(shop) = Shop::open(engine).await else { return };
    let mut deliveries = JoinSet::new();
    for text in ["4 white bread", "2 cases whole milk", "10 kg basmati"] {
        let (tenant, callback) = (shop.tenant.clone(), shop.callback.clone());
        let body = whatsapp::messages(&[whatsapp::text(NUMBER, text)]);
        deliveries.spawn(async move { tenant.deliver(&callback, &body).await.expect(200) });
    }
    deliveries.join_all().await;
    shop.all_read(3).await;
    let orders = shop.orders().await;
    assert_eq!(orders.len(), 1, "{orders:?}");
    let products: BTreeSet<String> = lines(&orders[0]).into_iter().map(|(name, _)| name).collect();
    assert_eq!(products, ["Basmati Rice", "White Bread", "Whole Milk"].map(str::to_owned).into());
    assert_eq!(orders[0]["total"], "50.50");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn the_same_event_ten_times_makes_one_order(#[case] engine: Engine) {
    let Some(shop) = Shop::open(engine).await else { return };
    let body = whatsapp::messages(&[whatsapp::text(NUMBER, "4 white bread")]);
    let mut deliveries = JoinSet::new();
    for _ in 0..10 {
        let (tenant, callback, body) = (shop.tenant.clone(), shop.callback.clone(), body.clone());
        deliveries.spawn(async move { tenant.deliver(&callback, &body).await.expect(200) });
    }
    deliveries.join_all().await;
    shop.all_read(1).await;
    let orders = shop.orders().await;
    assert_eq!(orders.len(), 1);
    assert_eq!(orders[0]["lines"][0]["quantity"], json!("4"));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn messages_keep_the_order_in_which_they_were_delivered(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let mut shop = Shop::open_in(app).await;
    let texts: Vec<String> = (1..=8).map(|number| format!("note {number}")).collect();
    for text in &texts {
        shop.write(text).await;
    }
    // Every one of them is there when several workers begin.
    shop.app.restart().await;
    shop.tenant = shop.tenant.at(&shop.app.url);
    shop.all_read(texts.len()).await;
    let inbox = shop.tenant.get("/v1/conversations").await.expect(200).json();
    let messages = format!("/v1/conversations/{}/messages", inbox["data"][0]["id"].as_str().unwrap());
    let messages = shop.tenant.get(&messages).await.expect(200).json();
    let newest_first = messages["data"].as_array().unwrap().iter().rev();
    let arrived: Vec<&str> = newest_first.map(|message| message["content"].as_str().unwrap()).collect();
    assert_eq!(arrived, texts);
}
