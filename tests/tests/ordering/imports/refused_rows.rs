//! What is wrong with a row is told by row, column and code.
use super::{PRODUCTS, counts, dry_run, faults, import};
use crate::{at, id, product};
use purser_tests::{app::TestApp, database::Engine};
use rstest::rstest;
use serde_json::json;

/// A file of new products that differ in one cell: the column, the cell, and the code that it is refused with.
fn one_cell_wrong(cells: &[(&str, &str, &str)]) -> (String, Vec<(u64, String, String)>) {
    let mut text = "sku,name,description,category_id,unit,base_price,currency,aliases,specs,is_active\n".to_owned();
    let mut expected = Vec::new();
    for ((column, cell, code), row) in cells.iter().zip(2..) {
        let sku = format!("S-{row}");
        let right = [
            ("sku", sku.as_str()),
            ("name", "A"),
            ("description", ""),
            ("category_id", ""),
            ("unit", "kg"),
            ("base_price", "1"),
            ("currency", "EUR"),
            ("aliases", ""),
            ("specs", ""),
            ("is_active", "true"),
        ];
        let line = right.map(|(name, value)| {
            let value = if name == *column { cell } else { value };
            format!("\"{}\"", value.replace('"', "\"\""))
        });
        text.push_str(&line.join(","));
        text.push('\n');
        expected.push((row, (*column).to_owned(), (*code).to_owned()));
    }
    (text, expected)
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn every_fault_is_named_at_its_cell(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let (owner, stranger) = (app.tenant("Blue Harbor Foods").await, app.tenant("Red Valley Tools").await);
    let foreign = stranger.create("/v1/product-categories", &json!({ "name": "Dairy" })).await;
    let (long, deep) = ("x".repeat(65), format!("{{\"a\":{}1{}}}", "[".repeat(40), "]".repeat(40)));
    let (text, expected) = one_cell_wrong(&[
        ("sku", " ", "required"),
        ("sku", &long, "too_long"),
        ("name", "", "required"),
        ("name", "two\nlines", "control_character"),
        ("unit", "", "required"),
        ("base_price", "", "required"),
        ("base_price", "12,40", "not_a_decimal"),
        ("base_price", "1.234,50", "not_a_decimal"),
        ("base_price", "1e3", "not_a_decimal"),
        ("base_price", "1.23456", "too_many_places"),
        ("base_price", "-1", "out_of_range"),
        ("base_price", "99999999999999999999", "out_of_range"),
        ("currency", "", "required"),
        ("currency", "eur", "unknown_currency"),
        ("currency", "XXX", "unknown_currency"),
        ("category_id", "Dairy", "invalid_value"),
        ("category_id", id(&foreign), "unknown_reference"),
        ("aliases", &"x".repeat(201), "too_long"),
        ("specs", "[1]", "invalid_value"),
        ("specs", "{", "invalid_value"),
        ("specs", "{\"a\":\"\\u0000\"}", "invalid_value"),
        ("specs", &deep, "too_deep"),
        ("is_active", "perhaps", "not_a_boolean"),
        ("is_active", "", "not_a_boolean"),
    ]);
    let shown = dry_run(&owner, PRODUCTS, &text).await;
    assert_eq!(faults(&shown), expected);
    assert_eq!(counts(&shown)[0], 0);
    // All that is wrong with a row, and rows that have nothing to do with the header.
    let text = "sku,name,unit,base_price,currency\nA,,,-1,EUR\nB,B,kg,1\nC,C,kg,1,EUR,\nD,D\0,kg,1,EUR\n";
    let mut found = faults(&dry_run(&owner, PRODUCTS, text).await);
    found.sort_unstable();
    let fault = |row, column: &str, code: &str| (row, column.to_owned(), code.to_owned());
    assert_eq!(
        found,
        [
            fault(2, "base_price", "out_of_range"),
            fault(2, "name", "required"),
            fault(2, "unit", "required"),
            fault(3, "", "wrong_number_of_cells"),
            fault(4, "", "wrong_number_of_cells"),
            fault(5, "", "control_character"),
        ]
    );
    // Blank lines and rows are passed over, and counted as a spreadsheet counts them.
    let text =
        "sku,name,unit,base_price,currency\r\n\r\nA,A,kg,-1,EUR\r\n,,,,\r\n\r\nB,\"two\r\n\r\nlines\",kg,1,EUR\r\n";
    let shown = dry_run(&owner, PRODUCTS, text).await;
    assert_eq!(faults(&shown), [fault(3, "base_price", "out_of_range"), fault(6, "name", "control_character")]);
    // What a new product needs, a file need not have for those that are there.
    product(&owner, "OLD").await;
    let shown = dry_run(&owner, PRODUCTS, "sku,name\nOLD,Older\nNEW,Newer\n").await;
    let required = ["unit", "base_price", "currency"].map(|column| fault(3, column, "required"));
    assert_eq!((counts(&shown), faults(&shown)), ([0, 1, 0, 1], required.to_vec()));
    let shown = dry_run(&owner, PRODUCTS, "sku,base_price\nOLD,2\n").await;
    assert_eq!(faults(&shown), [fault(2, "currency", "required")]);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn the_rules_of_a_single_change_hold(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let path = at("/v1/products", &product(&owner, "A").await);
    let variant = json!({ "sku": "A-LARGE", "variant_type": "size", "value": "large", "price_delta": "1" });
    owner.create(&format!("{path}/variants"), &variant).await;
    let tiers = json!([
        { "model": "volume", "min_quantity": "0", "max_quantity": "9", "unit_price": "9", "currency": "EUR" },
        { "model": "volume", "min_quantity": "10", "unit_price": "8", "currency": "EUR" },
    ]);
    owner.put(&format!("{path}/price-tiers"), &json!({ "tiers": tiers })).await.expect(200);
    product(&owner, "FREE").await;
    let text = "sku,name,unit,base_price,currency\na-large,Mine,kg,1,EUR\nA,A,kg,1,USD\nFREE,B,kg,1,USD\n";
    let shown = dry_run(&owner, PRODUCTS, text).await;
    let fault = |row, column: &str, code: &str| (row, column.to_owned(), code.to_owned());
    assert_eq!(faults(&shown), [fault(2, "sku", "sku_taken"), fault(3, "currency", "currency_mismatch")]);
    assert_eq!(counts(&shown), [0, 1, 0, 2]);
    // What was deleted is not there: its SKU is free, as for a single product.
    let version = owner.get(&path).await.json()["version"].as_i64().unwrap();
    owner.delete(&path, version).await.expect(204);
    assert_eq!(counts(&import(&owner, PRODUCTS, text).await), [2, 1, 0, 0]);
}
