//! What a dry run shows, and that it changes nothing.
use super::{GROCERY, PRODUCTS, audited, catalogue_version, counts, dry_run, file, import, products};
use crate::{id, product};
use purser_tests::{
    app::{Answer, TestApp},
    database::Engine,
};
use rstest::rstest;
use serde_json::{Value, json};
use std::fmt::Write;

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn each_row_is_created_changed_unchanged_or_refused(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    import(&owner, PRODUCTS, GROCERY).await;
    let (before, version) = (products(&owner).await, catalogue_version(&app).await);
    let text = "SKU,Base_Price,currency,name,unit\n\
        milk,13.00,EUR,Whole Milk,case\n\
        RICE,2.15,EUR,Basmati Rice,kg\n\
        EGGS,\"2,50\",EUR,Eggs,box\n\
        SALT,0.99,EUR,Salt,kg\n";
    let shown = dry_run(&owner, PRODUCTS, text).await;
    assert_eq!(counts(&shown), [1, 1, 1, 1]);
    assert_eq!((&shown["encoding"], &shown["delimiter"]), (&json!("utf-8"), &json!("comma")));
    assert_eq!(shown["columns"], json!(["sku", "name", "unit", "base_price", "currency"]));
    let changes = json!([
        { "column": "sku", "from": "MILK", "to": "milk" },
        { "column": "base_price", "from": "12.40", "to": "13.00" },
    ]);
    assert_eq!(
        shown["written"],
        json!([
            { "row": 2, "key": "milk", "outcome": "changed", "changes": changes, "errors": [] },
            { "row": 5, "key": "SALT", "outcome": "created", "changes": [], "errors": [] },
        ])
    );
    let refused = &shown["refused"][0];
    assert_eq!((&refused["row"], &refused["key"], &refused["outcome"]), (&json!(4), &json!("EGGS"), &json!("refused")));
    assert_eq!(
        (&refused["errors"][0]["column"], &refused["errors"][0]["code"]),
        (&json!("base_price"), &json!("not_a_decimal"))
    );
    assert_eq!(products(&owner).await, before);
    assert_eq!(catalogue_version(&app).await, version);
    assert_eq!((audited(&app, "product.create").await, audited(&app, "product.update").await), (3, 0));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn columns_that_are_missing_are_left_alone_and_empty_cells_empty(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let category = owner.create("/v1/product-categories", &json!({ "name": "Dairy" })).await;
    let body = json!({
        "sku": "MILK", "name": "Whole Milk", "description": "Fresh.", "category_id": id(&category), "unit": "case",
        "base_price": "12.40", "currency": "EUR", "aliases": ["milk"], "keywords": ["dairy"],
        "ai_training_examples": ["two milk"], "specs": { "packs": { "case": 24 } }, "is_active": false,
    });
    let before = owner.create("/v1/products", &body).await;
    import(&owner, PRODUCTS, "name,sku\nMilk,MILK\n").await;
    let after = products(&owner).await.remove(0);
    assert_eq!((&after["name"], &after["version"]), (&json!("Milk"), &json!(2)));
    for field in ["description", "category_id", "unit", "base_price", "aliases", "keywords", "specs", "is_active"] {
        assert_eq!(after[field], before[field], "{field}");
    }
    let text = "sku,description,category_id,aliases,keywords,ai_training_examples,specs\nMILK,,,,,,\n";
    import(&owner, PRODUCTS, text).await;
    let emptied = products(&owner).await.remove(0);
    for (field, empty) in [
        ("description", Value::Null),
        ("category_id", Value::Null),
        ("aliases", json!([])),
        ("keywords", json!([])),
        ("ai_training_examples", json!([])),
        ("specs", json!({})),
    ] {
        assert_eq!(emptied[field], empty, "{field}");
    }
    let text = format!(
        "sku,aliases,specs,category_id,is_active\nMILK,\"milk\nfull fat milk\",\"{{\"\"a\"\": [1, null]}}\",{},TRUE\n",
        id(&category)
    );
    import(&owner, PRODUCTS, &text).await;
    let filled = products(&owner).await.remove(0);
    assert_eq!(filled["aliases"], json!(["milk", "full fat milk"]));
    assert_eq!((&filled["specs"], &filled["is_active"]), (&json!({ "a": [1, null] }), &json!(true)));
    assert_eq!((&filled["category_id"], &filled["version"]), (&category["id"], &json!(4)));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_long_report_is_cut_and_whole_line_by_line(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    product(&owner, "SKU-7").await;
    let mut text = "sku,name,unit,base_price,currency\n".to_owned();
    for number in 0..1200 {
        let price = if number % 2 == 0 { "1.00" } else { "-1" };
        writeln!(text, "SKU-{number},Product,piece,{price},EUR").unwrap();
    }
    // A key stands in a file once, be the rows far apart.
    text.push_str("sku-0,Again,piece,1.00,EUR\n");
    let shown = dry_run(&owner, PRODUCTS, &text).await;
    assert_eq!(counts(&shown), [600, 0, 0, 601]);
    for list in ["refused", "written"] {
        assert_eq!(shown[list].as_array().unwrap().len(), 200, "{list}");
    }

    let request = file(&owner, PRODUCTS, text).header("Accept", "application/x-ndjson");
    let lines = Answer::of(request).await.expect(200);
    assert_eq!(lines.header("content-type"), "application/x-ndjson");
    let lines: Vec<Value> = lines.body.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 1202);
    let (summary, rows) = lines.split_last().unwrap();
    assert_eq!(summary["summary"], shown);
    assert!(rows.iter().zip(2..).all(|(row, number)| row["row"] == number), "rows are in their order");
    assert_eq!(rows[1]["errors"][0]["code"], "out_of_range");
    let again = &rows[1200]["errors"][0];
    assert_eq!((&again["column"], &again["code"]), (&json!("sku"), &json!("duplicate")));
    assert!(again["message"].as_str().unwrap().contains("row 2"), "{again}");
}
