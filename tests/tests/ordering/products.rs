//! Products.
use crate::{at, deletes, id, keeps_versions, problem, product, refused, rows};
use purser_tests::{app::TestApp, database::Engine};
use rstest::rstest;
use serde_json::{Value, json};

const LIST: &str = "/v1/products";

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_product_is_kept_as_it_was_sent(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let category = owner.create("/v1/product-categories", &json!({ "name": "Dairy" })).await;
    let body = json!({
        "sku": " MILK-1L ", "name": "Whole Milk", "description": "Fresh.\nFull fat.", "category_id": id(&category),
        "unit": "case", "base_price": "12.4", "currency": "EUR", "aliases": ["milk", "milk", "full fat milk"],
        "keywords": ["dairy"], "ai_training_examples": ["two cases of milk please"], "specs": { "packs": { "case": 24 } },
    });
    let created = owner.post(LIST, &body).await.expect(201);
    assert_eq!(created.header("etag"), "\"1\"");
    let row = created.json();
    assert_eq!(created.header("location"), at(LIST, &row));
    assert_eq!(row["sku"], "MILK-1L");
    assert_eq!((&row["base_price"], &row["currency"]), (&json!("12.40"), &json!("EUR")));
    assert_eq!(row["aliases"], json!(["milk", "full fat milk"]));
    for field in ["name", "description", "category_id", "unit", "keywords", "ai_training_examples", "specs"] {
        assert_eq!(row[field], body[field], "{field}");
    }
    assert_eq!(row["is_active"], true);
    let shown = owner.get(&at(LIST, &row)).await.expect(200);
    assert_eq!((shown.json(), shown.header("etag")), (row.clone(), "\"1\""));

    let change = json!({ "name": "Milk", "description": null, "category_id": null, "is_active": false });
    let changed = owner.patch(&at(LIST, &row), 1, &change).await.expect(200).json();
    for (field, value) in change.as_object().unwrap() {
        assert_eq!(&changed[field], value, "{field}");
    }
    for field in ["sku", "unit", "base_price", "currency", "aliases", "specs", "created_at"] {
        assert_eq!(changed[field], row[field], "{field}");
    }
    keeps_versions(&owner, &at(LIST, &row), &json!({ "base_price": "13", "currency": "USD" })).await;
    assert_eq!(owner.get(&at(LIST, &row)).await.json()["base_price"], "13.00");
    deletes(&owner, LIST, &at(LIST, &row)).await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn every_fault_is_named_at_its_field(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let valid = json!({ "sku": "A", "name": "A", "unit": "piece", "base_price": "1", "currency": "EUR" });
    let with = |field: &str, value: Value| {
        let mut body = valid.clone();
        body[field] = value;
        body
    };
    let nobody = "0198a1d2-0000-7000-8000-000000000000";
    let cases = [
        (with("sku", json!("  ")), "/sku", "required"),
        (with("sku", json!("x".repeat(65))), "/sku", "too_long"),
        // One letter in this case, two in the other.
        (with("sku", json!("İ".repeat(40))), "/sku", "too_long"),
        (with("name", json!("two\nlines")), "/name", "control_character"),
        (with("description", json!("x".repeat(4001))), "/description", "too_long"),
        (with("base_price", json!("1,20")), "/base_price", "not_a_decimal"),
        (with("base_price", json!("1.23456")), "/base_price", "too_many_places"),
        (with("base_price", json!("99999999999999999999")), "/base_price", "out_of_range"),
        (with("base_price", json!("-1")), "/base_price", "out_of_range"),
        (with("base_price", json!(1.2)), "/base_price", "invalid_value"),
        (with("currency", json!("eur")), "/currency", "unknown_currency"),
        (with("category_id", json!(nobody)), "/category_id", "unknown_reference"),
        (with("category_id", json!("first")), "/category_id", "invalid_value"),
        (with("aliases", json!(["ok", ""])), "/aliases/1", "required"),
        (with("aliases", json!(["ok", 1])), "/aliases/1", "invalid_value"),
        (with("colour", json!("red")), "/colour", "invalid_value"),
        (with("id", json!(nobody)), "/id", "invalid_value"),
    ];
    for (body, pointer, code) in cases {
        refused(&owner.post(LIST, &body).await, &[(pointer, code)]);
    }
    let many = json!({ "sku": "", "name": "", "unit": "", "base_price": "-1", "currency": "EUR", "keywords": [""] });
    let faults = owner.post(LIST, &many).await.errors();
    let mut pointers: Vec<_> = faults.iter().map(|(pointer, _)| pointer.as_str()).collect();
    pointers.sort_unstable();
    assert_eq!(pointers, ["/base_price", "/keywords/0", "/name", "/sku", "/unit"]);
    assert_eq!(rows(&owner, LIST).await, Vec::<Value>::new());

    let row = product(&owner, "A").await;
    let path = at(LIST, &row);
    refused(&owner.patch(&path, 1, &json!({ "base_price": "2" })).await, &[("/currency", "required")]);
    refused(&owner.patch(&path, 1, &json!({ "currency": "EUR" })).await, &[("/base_price", "required")]);
    refused(&owner.patch(&path, 1, &json!({ "version": 7 })).await, &[("/version", "invalid_value")]);
    assert_eq!(owner.get(&path).await.json(), row);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_sku_belongs_to_one_product_in_any_case(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let (first, second) = (product(&owner, "Milk-1").await, product(&owner, "Milk-2").await);
    let body = json!({ "sku": "MILK-1", "name": "B", "unit": "piece", "base_price": "1", "currency": "EUR" });
    let taken = owner.post(LIST, &body).await;
    problem(&taken, 409, "sku_taken");
    assert_eq!(taken.json()["pointer"], "/sku");
    problem(&owner.patch(&at(LIST, &second), 1, &json!({ "sku": "mILK-1" })).await, 409, "sku_taken");
    // Its own SKU in another spelling is not another's.
    owner.patch(&at(LIST, &first), 1, &json!({ "sku": "MILK-1" })).await.expect(200);

    owner.delete(&at(LIST, &first), 2).await.expect(204);
    owner.patch(&at(LIST, &second), 1, &json!({ "sku": "mILK-1" })).await.expect(200);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_price_with_tiers_keeps_its_currency(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let path = at(LIST, &product(&owner, "A").await);
    let tier = json!({ "model": "volume", "min_quantity": "0", "unit_price": "9", "currency": "EUR" });
    owner.put(&format!("{path}/price-tiers"), &json!({ "tiers": [tier] })).await.expect(200);
    let change = json!({ "base_price": "12", "currency": "USD" });
    refused(&owner.patch(&path, 2, &change).await, &[("/currency", "currency_mismatch")]);
    owner.put(&format!("{path}/price-tiers"), &json!({ "tiers": [] })).await.expect(200);
    owner.patch(&path, 3, &change).await.expect(200);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_list_shows_what_its_filters_say(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let category = owner.create("/v1/product-categories", &json!({ "name": "Dairy" })).await;
    let create = |sku: &str, name: &str, more: Value| {
        let mut body = json!({ "sku": sku, "name": name, "unit": "kg", "base_price": "1", "currency": "EUR" });
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let owner = owner.clone();
        async move { owner.create(LIST, &body).await }
    };
    create("A", "100% Juice", json!({})).await;
    create("B", "1000 Nails", json!({ "is_active": false })).await;
    create("C", "Whole Milk", json!({ "category_id": id(&category) })).await;
    let skus = async |query: &str| {
        let rows = rows(&owner, &format!("{LIST}?{query}")).await;
        rows.iter().map(|row| row["sku"].as_str().unwrap().to_owned()).collect::<String>()
    };
    assert_eq!(skus("").await, "CBA");
    assert_eq!(skus("is_active=true").await, "CA");
    assert_eq!(skus("is_active=false").await, "B");
    assert_eq!(skus(&format!("category_id={}", id(&category))).await, "C");
    assert_eq!(skus("sku=b").await, "B");
    assert_eq!(skus("name_prefix=whole%20%20MILK").await, "C");
    assert_eq!(skus("name_prefix=100").await, "BA");
    // A sign of LIKE is a sign like any other.
    assert_eq!(skus("name_prefix=100%25").await, "A");
    assert_eq!(skus("name_prefix=_").await, "");
    // Longer than SQLite compares with.
    assert_eq!(skus(&format!("name_prefix={}", "_".repeat(30_000))).await, "");
}
