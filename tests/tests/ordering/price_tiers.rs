//! Price tiers of a product.
use crate::{at, problem, product, refused};
use purser_tests::{
    app::{Answer, TestApp},
    database::Engine,
};
use rstest::rstest;
use serde_json::{Value, json};

/// A tier at 9 euros.
fn tier(min: &str, max: Option<&str>) -> Value {
    json!({ "model": "graduated", "min_quantity": min, "max_quantity": max, "unit_price": "9", "currency": "EUR" })
}

fn with(mut tier: Value, field: &str, value: Value) -> Value {
    tier[field] = value;
    tier
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn tiers_are_replaced_as_a_whole(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let product = at("/v1/products", &product(&owner, "A").await);
    let path = format!("{product}/price-tiers");
    let none = owner.get(&path).await.expect(200);
    assert_eq!((none.json(), none.header("etag")), (json!({ "tiers": [] }), "\"1\""));

    let tiers = json!({ "tiers": [
        with(tier("0", Some("10")), "unit_price", json!("10.00")),
        with(tier("10.0001", Some("50")), "unit_price", json!("9.1234")),
        tier("51", None),
    ] });
    let put = owner.put(&path, &tiers).await.expect(200);
    // The ETag is the product's, which has changed for its readers.
    assert_eq!(put.header("etag"), "\"2\"");
    assert_eq!(owner.get(&product).await.header("etag"), "\"2\"");
    let kept = owner.get(&path).await.expect(200).json();
    assert_eq!(put.json(), kept);
    for (kept, sent) in kept["tiers"].as_array().unwrap().iter().zip(tiers["tiers"].as_array().unwrap()) {
        for field in ["model", "min_quantity", "max_quantity", "currency"] {
            assert_eq!(kept[field], sent[field], "{field}");
        }
    }
    assert_eq!(kept["tiers"][1]["unit_price"], "9.1234");
    assert_eq!(kept["tiers"][2]["unit_price"], "9.00");

    // Whole numbers of JSON are understood as quantities.
    let counted = json!({ "tiers": [
        { "model": "volume", "min_quantity": 1, "max_quantity": 9, "unit_price": "3", "currency": "EUR" },
        { "model": "volume", "min_quantity": 10, "unit_price": "2.5", "currency": "EUR" },
    ] });
    let kept = owner.put(&path, &counted).await.expect(200).json();
    assert_eq!(kept["tiers"].as_array().unwrap().len(), 2);
    assert_eq!((&kept["tiers"][0]["max_quantity"], &kept["tiers"][1]["min_quantity"]), (&json!("9"), &json!("10")));
    assert_eq!(kept["tiers"][1]["model"], "volume");
    assert_eq!(owner.put(&path, &json!({ "tiers": [] })).await.expect(200).json(), json!({ "tiers": [] }));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_version_is_compared_only_when_it_is_named(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let path = format!("{}/price-tiers", at("/v1/products", &product(&owner, "A").await));
    let put = |if_match: &'static str| {
        let request = owner.request("PUT", &path).header("If-Match", if_match);
        Answer::of(request.json(&json!({ "tiers": [tier("0", None)] })))
    };
    owner.put(&path, &json!({ "tiers": [] })).await.expect(200);
    problem(&put("\"1\"").await, 412, "stale");
    problem(&put("two").await, 412, "stale");
    assert_eq!(put("\"2\"").await.expect(200).header("etag"), "\"3\"");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn gaps_and_overlaps_are_refused_where_they_are(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let path = format!("{}/price-tiers", at("/v1/products", &product(&owner, "A").await));
    let before = owner.put(&path, &json!({ "tiers": [tier("1", None)] })).await.expect(200).json();
    let first = || tier("0", Some("10"));
    let cases: Vec<(Vec<Value>, &str, &str)> = vec![
        (vec![tier("2", None)], "/tiers/0/min_quantity", "gap"),
        (vec![tier("-1", None)], "/tiers/0/min_quantity", "out_of_range"),
        (vec![first(), tier("12", None)], "/tiers/1/min_quantity", "gap"),
        (vec![first(), tier("11.0001", None)], "/tiers/1/min_quantity", "gap"),
        // The upper bound belongs to its tier.
        (vec![first(), tier("10", None)], "/tiers/1/min_quantity", "overlap"),
        (vec![first(), tier("5", Some("20"))], "/tiers/1/min_quantity", "overlap"),
        (vec![tier("0", None), tier("11", None)], "/tiers/1/min_quantity", "overlap"),
        (vec![tier("11", None), first()], "/tiers/0/min_quantity", "gap"),
        (vec![tier("0", Some("0"))], "/tiers/0/max_quantity", "out_of_range"),
        (vec![first(), tier("11", Some("10.5"))], "/tiers/1/max_quantity", "out_of_range"),
        (vec![first(), with(tier("11", None), "model", json!("volume"))], "/tiers/1/model", "mixed_models"),
        (vec![with(first(), "model", json!("stairs"))], "/tiers/0/model", "invalid_value"),
        (vec![with(first(), "currency", json!("USD"))], "/tiers/0/currency", "currency_mismatch"),
        (vec![with(first(), "currency", json!("?"))], "/tiers/0/currency", "unknown_currency"),
        (vec![with(first(), "unit_price", json!("-1"))], "/tiers/0/unit_price", "out_of_range"),
        (vec![with(first(), "unit_price", json!("0.00001"))], "/tiers/0/unit_price", "too_many_places"),
        (vec![with(first(), "unit_price", json!(9))], "/tiers/0/unit_price", "invalid_value"),
        (vec![with(first(), "max_quantity", json!(10.5))], "/tiers/0/max_quantity", "invalid_value"),
        (vec![with(first(), "max_quantity", json!("1e3"))], "/tiers/0/max_quantity", "invalid_value"),
        (vec![with(first(), "valid_from", json!("2026-01-01"))], "/tiers/0/valid_from", "invalid_value"),
    ];
    for (tiers, pointer, code) in cases {
        let answer = owner.put(&path, &json!({ "tiers": tiers })).await;
        let found = answer.errors();
        assert_eq!(answer.status, 422, "{answer:?}");
        assert!(found.contains(&(pointer.to_owned(), code.to_owned())), "{pointer} {code}: {answer:?}");
    }
    // All at once, each at its tier.
    let three = [
        first(),
        with(tier("12", Some("20")), "model", json!("volume")),
        with(tier("20", None), "currency", json!("USD")),
    ];
    let faults = [
        ("/tiers/1/min_quantity", "gap"),
        ("/tiers/1/model", "mixed_models"),
        ("/tiers/2/currency", "currency_mismatch"),
        ("/tiers/2/min_quantity", "overlap"),
        ("/tiers/2/model", "mixed_models"),
    ];
    refused(&owner.put(&path, &json!({ "tiers": three })).await, &faults);
    let too_many: Vec<Value> = (0..51).map(|n| tier(&n.to_string(), Some(&format!("{n}.5")))).collect();
    refused(&owner.put(&path, &json!({ "tiers": too_many })).await, &[("/tiers", "too_many")]);
    assert_eq!(owner.get(&path).await.expect(200).json(), before);
}

#[tokio::test]
async fn the_document_says_where_a_version_is_needed() {
    let Some(app) = TestApp::start_without_workers(Engine::Sqlite).await else { return };
    let document = app.anonymous("GET", "/openapi.json", None).await.expect(200).json();
    let required = |path: &str, method: &str| {
        let parameters = document["paths"][path][method]["parameters"].as_array().unwrap();
        let header = parameters.iter().find(|parameter| parameter["name"] == "If-Match");
        header.map(|header| header["required"].as_bool().unwrap_or(false))
    };
    assert_eq!(required("/v1/products/{id}/price-tiers", "put"), Some(false));
    assert_eq!(required("/v1/orders/{id}/confirm", "post"), Some(false));
    assert_eq!(required("/v1/orders/{id}/cancel", "post"), Some(false));
    assert_eq!(required("/v1/orders/{id}", "patch"), Some(true));
    assert_eq!(required("/v1/products/{id}/variants/{variant_id}", "delete"), Some(true));
    assert_eq!(required("/v1/products/{id}/price-tiers", "get"), None);
}
