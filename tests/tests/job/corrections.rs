//! What a person changes is learned from.
use crate::shop::{Shop, lines, pairs, path_of};
use purser_tests::database::Engine;
use rstest::rstest;
use serde_json::{Value, json};

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_correction_becomes_a_training_example(#[case] engine: Engine) {
    let Some(shop) = Shop::open(engine).await else { return };
    shop.write("2 cases whole milk and 3 boxes of dragon fruit").await;
    let order = shop.tenant.order_with_status("review").await;
    let (milk, fruit) = (&order["lines"][0], &order["lines"][1]);
    let corrected = json!([
        { "id": milk["id"], "product_id": milk["product_id"], "quantity": "2" },
        { "id": fruit["id"], "product_id": shop.products[3]["id"], "quantity": "30" },
        { "product_id": shop.products[2]["id"], "quantity": "1.5" },
    ]);
    let edited = shop.patch_lines(&order, corrected).await.expect(200).json();
    assert_eq!(edited["status"], "pending");
    assert_eq!(edited["requires_review"], false);
    assert_eq!(lines(&edited), pairs(&[("Whole Milk", "2"), ("White Bread", "30"), ("Coca-Cola Zero", "1.5")]));
    // 24.80 + 31.50 + 14.985, rounded at the line.
    assert_eq!(edited["total"], "71.29");
    // The words stay beside what they were found to mean.
    assert_eq!(edited["lines"][1]["ai_original_text"], fruit["ai_original_text"]);

    let examples = shop.tenant.get("/v1/training-examples").await.expect(200).json();
    let examples = examples["data"].as_array().unwrap();
    assert_eq!(examples.len(), 1, "only what was wrong is a correction: {examples:?}");
    assert_eq!(examples[0]["input_text"], fruit["ai_original_text"]);
    assert_eq!(examples[0]["ai_output"]["product_id"], Value::Null);
    assert_eq!(examples[0]["expected_output"]["product_id"], shop.products[3]["id"]);
    assert_eq!(examples[0]["expected_output"]["quantity"], "30");
    assert_eq!(examples[0]["source"], "corrected_ai_output");
    assert_eq!(examples[0]["message_id"], order["message_id"]);

    // A line that a later message brought names that message.
    shop.write("and 2 packs of moon dust please").await;
    let order = shop.tenant.order_with_status("review").await;
    let lines = order["lines"].as_array().unwrap().iter();
    let kept = lines.map(|line| {
        let product = if line["product_id"].is_null() { &shop.products[1]["id"] } else { &line["product_id"] };
        json!({ "id": line["id"], "product_id": product, "quantity": line["quantity"] })
    });
    shop.patch_lines(&order, kept.collect()).await.expect(200);
    let newest = shop.tenant.get("/v1/training-examples").await.expect(200).json()["data"][0].clone();
    assert_eq!(newest["message_id"], order["message_ids"][1]);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_edit_from_an_old_version_changes_nothing(#[case] engine: Engine) {
    let Some(shop) = Shop::open(engine).await else { return };
    shop.write("4 white bread").await;
    let order = shop.tenant.order_with_status("pending").await;
    let line = &order["lines"][0];
    let lines_with =
        |quantity: &str| json!([{ "id": line["id"], "product_id": line["product_id"], "quantity": quantity }]);
    shop.patch_lines(&order, lines_with("5")).await.expect(200);
    assert_eq!(shop.patch_lines(&order, lines_with("6")).await.expect(412).problem(), "stale");
    assert_eq!(lines(&shop.tenant.get(&path_of(&order)).await.json()), pairs(&[("White Bread", "5")]));
    let without = shop.tenant.request("PATCH", &path_of(&order)).json(&json!({ "notes": "x" }));
    assert_eq!(purser_tests::app::Answer::of(without).await.expect(428).problem(), "precondition_required");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn faults_are_named_at_their_line(#[case] engine: Engine) {
    let Some(shop) = Shop::open(engine).await else { return };
    shop.write("4 white bread").await;
    let order = shop.tenant.order_with_status("pending").await;
    let other = shop.app.tenant("Somebody Else").await;
    let foreign = purser_tests::app::grocery(&other).await;
    let refused = shop
        .patch_lines(
            &order,
            json!([
                { "product_id": foreign[0]["id"], "quantity": "1" },
                { "id": foreign[0]["id"], "product_id": shop.products[0]["id"], "quantity": "0" },
                { "quantity": "1" },
            ]),
        )
        .await
        .expect(422);
    let expected = [
        ("/lines/0/product_id", "unknown_reference"),
        ("/lines/1/id", "unknown_reference"),
        ("/lines/1/quantity", "out_of_range"),
        ("/lines/2/product_id", "required"),
    ];
    assert_eq!(refused.errors(), pairs(&expected));
    let unchanged = shop.tenant.get(&path_of(&order)).await.json();
    assert_eq!((&unchanged["version"], lines(&unchanged)), (&order["version"], pairs(&[("White Bread", "4")])));
}
