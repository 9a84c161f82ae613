//! Variants of a product.
use crate::{at, deletes, id, keeps_versions, problem, product, refused, rows};
use purser_tests::{app::TestApp, database::Engine};
use rstest::rstest;
use serde_json::{Value, json};

fn list(product: &Value) -> String {
    format!("/v1/products/{}/variants", id(product))
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_variant_is_kept_as_it_was_sent(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let milk = product(&owner, "MILK").await;
    let list = list(&milk);
    let body = json!({
        "sku": "MILK-S", "variant_type": "volume", "value": "500 ml", "price_delta": "-2.5", "ai_aliases": ["half liter"],
    });
    let created = owner.post(&list, &body).await.expect(201);
    let row = created.json();
    assert_eq!((created.header("etag"), created.header("location")), ("\"1\"", &*at(&list, &row)));
    assert_eq!((&row["price_delta"], &row["currency"]), (&json!("-2.50"), &json!("EUR")));
    assert_eq!(row["product_id"], milk["id"]);
    for field in ["sku", "variant_type", "value", "ai_aliases"] {
        assert_eq!(row[field], body[field], "{field}");
    }
    let path = at(&list, &row);
    assert_eq!(owner.get(&path).await.expect(200).json(), row);
    for variant_type in ["size", "color", "weight"] {
        let plain = owner.create(&list, &json!({ "variant_type": variant_type, "value": "other" })).await;
        assert_eq!((&plain["sku"], &plain["price_delta"]), (&Value::Null, &json!("0.00")));
    }
    let kinds: Vec<_> = rows(&owner, &list).await.iter().map(|row| row["variant_type"].clone()).collect();
    assert_eq!(kinds, ["volume", "size", "color", "weight"]);

    let change = json!({ "sku": null, "variant_type": "size", "value": "small", "price_delta": "0.0125" });
    let changed = owner.patch(&path, 1, &change).await.expect(200).json();
    for (field, value) in change.as_object().unwrap() {
        assert_eq!(&changed[field], value, "{field}");
    }
    assert_eq!(changed["ai_aliases"], row["ai_aliases"]);
    keeps_versions(&owner, &path, &json!({ "value": "tiny" })).await;
    deletes(&owner, &list, &path).await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_variant_is_found_under_its_product_only(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let (milk, bread) = (product(&owner, "MILK").await, product(&owner, "BREAD").await);
    let variant = owner.create(&list(&milk), &json!({ "variant_type": "size", "value": "L" })).await;
    let elsewhere = at(&list(&bread), &variant);
    problem(&owner.get(&elsewhere).await, 404, "not_found");
    problem(&owner.patch(&elsewhere, 1, &json!({ "value": "M" })).await, 404, "not_found");
    problem(&owner.delete(&elsewhere, 1).await, 404, "not_found");
    for path in ["/v1/products/none/variants".to_owned(), format!("{}/none", list(&milk))] {
        problem(&owner.get(&path).await, 404, "not_found");
    }
    assert_eq!(rows(&owner, &list(&bread)).await, Vec::<Value>::new());
    assert_eq!(owner.get(&at(&list(&milk), &variant)).await.expect(200).json(), variant);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn every_fault_is_named_at_its_field(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let list = list(&product(&owner, "MILK").await);
    let with = |field: &str, value: Value| {
        let mut body = json!({ "variant_type": "size", "value": "L" });
        body[field] = value;
        body
    };
    let cases = [
        (with("variant_type", json!("smell")), "/variant_type", "invalid_value"),
        (with("value", json!("")), "/value", "required"),
        (with("value", json!("x".repeat(81))), "/value", "too_long"),
        (with("sku", json!("x".repeat(65))), "/sku", "too_long"),
        (with("price_delta", json!("+1")), "/price_delta", "not_a_decimal"),
        (with("price_delta", json!(1)), "/price_delta", "invalid_value"),
        // The product costs 10 euros.
        (with("price_delta", json!("-10.01")), "/price_delta", "out_of_range"),
        (with("ai_aliases", json!(["\t"])), "/ai_aliases/0", "required"),
        (with("product_id", json!("x")), "/product_id", "invalid_value"),
    ];
    for (body, pointer, code) in cases {
        refused(&owner.post(&list, &body).await, &[(pointer, code)]);
    }
    let variant = owner.create(&list, &with("price_delta", json!("-10"))).await;
    let path = at(&list, &variant);
    refused(&owner.patch(&path, 1, &json!({ "price_delta": "-11" })).await, &[("/price_delta", "out_of_range")]);
    assert_eq!(rows(&owner, &list).await, [variant]);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_sku_is_a_products_or_a_variants(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let (milk, bread) = (product(&owner, "MILK").await, product(&owner, "BREAD").await);
    let body = |sku: &str| json!({ "sku": sku, "variant_type": "size", "value": "L" });
    let variant = owner.create(&list(&milk), &body("MILK-L")).await;
    let sku_taken = |answer| problem(&answer, 409, "sku_taken");
    sku_taken(owner.post(&list(&milk), &body("bread")).await);
    sku_taken(owner.post(&list(&bread), &body("milk-l")).await);
    sku_taken(owner.patch(&at(&list(&milk), &variant), 1, &json!({ "sku": "Milk" })).await);
    sku_taken(owner.patch(&at("/v1/products", &bread), 1, &json!({ "sku": "milk-L" })).await);
    let other = json!({ "sku": "Milk-l", "name": "x", "unit": "kg", "base_price": "1", "currency": "EUR" });
    sku_taken(owner.post("/v1/products", &other).await);

    // A product takes its variants with it, and their SKUs are free.
    owner.delete(&at("/v1/products", &milk), 1).await.expect(204);
    problem(&owner.get(&at(&list(&milk), &variant)).await, 404, "not_found");
    owner.create(&list(&bread), &body("milk-l")).await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_product_and_a_variant_at_once_do_not_share_a_sku(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let list = list(&product(&owner, "MILK").await);
    for round in 0..10 {
        let sku = format!("NEW-{round}");
        let variant = json!({ "sku": sku, "variant_type": "size", "value": "L" });
        let product = json!({ "sku": sku, "name": "x", "unit": "kg", "base_price": "1", "currency": "EUR" });
        let (one, other) = tokio::join!(owner.post(&list, &variant), owner.post("/v1/products", &product));
        let mut statuses = [one.status, other.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409], "{one:?} {other:?}");
    }
}
