//! Several people work on the catalogue at the same time.
use crate::shop::Shop;
use purser_tests::database::Engine;
use rstest::rstest;
use serde_json::json;

/// Each of these takes the product's row and the catalogue's version; in two orders they would wait for one another.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn nobody_waits_in_a_circle(#[case] engine: Engine) {
    let Some(shop) = Shop::open(engine).await else { return };
    let path = format!("/v1/products/{}", shop.products[0]["id"].as_str().unwrap());
    let (tiers, variants) = (format!("{path}/price-tiers"), format!("{path}/variants"));
    let tier = json!({ "tiers": [{ "model": "volume", "min_quantity": "0", "unit_price": "1", "currency": "EUR" }] });
    for round in 0..15 {
        let version = shop.tenant.get(&path).await.expect(200).json()["version"].as_i64().unwrap();
        let (name, value) = (json!({ "name": format!("Milk {round}") }), format!("{round} l"));
        let variant = json!({ "variant_type": "volume", "value": value, "price_delta": "0" });
        let answers = tokio::join!(
            shop.tenant.patch(&path, version, &name),
            shop.tenant.put(&tiers, &tier),
            shop.tenant.post(&variants, &variant),
            shop.tenant.put(&tiers, &tier),
        );
        let (renamed, others) = (answers.0, [answers.1, answers.2, answers.3]);
        assert!([200, 412].contains(&renamed.status), "{renamed:?}");
        assert!(others.iter().all(|answer| answer.status < 300), "{others:?}");
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn nothing_is_put_into_a_category_that_goes(#[case] engine: Engine) {
    let Some(shop) = Shop::open(engine).await else { return };
    for round in 0..20 {
        let category = shop.tenant.create("/v1/product-categories", &json!({ "name": "Dairy" })).await;
        let path = format!("/v1/product-categories/{}", category["id"].as_str().unwrap());
        let product = json!({
            "sku": format!("CHEESE-{round}"), "name": "Cheese", "unit": "kg", "base_price": "9", "currency": "EUR",
            "category_id": category["id"],
        });
        let below = json!({ "name": "Cheese", "parent_category_id": category["id"] });
        let (deleted, created, nested) = tokio::join!(
            shop.tenant.delete(&path, 1),
            shop.tenant.post("/v1/products", &product),
            shop.tenant.post("/v1/product-categories", &below),
        );
        assert!([204, 409].contains(&deleted.status), "{deleted:?}");
        let filled = [created, nested].iter().any(|answer| answer.status == 201);
        assert_eq!(deleted.status == 409, filled, "{deleted:?}");
    }
}
