//! Changing an order before it is confirmed.
use crate::{at, id, problem, product, refused, rows, shop::Shop, version};
use purser_tests::{
    app::{Answer, eventually},
    database::Engine,
};
use rstest::rstest;
use serde_json::{Value, json};

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn lines_are_changed_added_and_dropped(#[case] engine: Engine) {
    let Some(shop) = Shop::open(engine).await else { return };
    let order = shop.ordered("2 cases of milk and 5 kg basmati please").await;
    let (path, milk) = (at("/v1/orders", &order), id(&order["lines"][0]).to_owned());
    let edit = json!({
        "lines": [
            { "product_id": shop.product(3), "quantity": 7 },
            { "id": milk, "product_id": shop.product(0), "quantity": "2.5" },
        ],
        "notes": "Ring twice.", "customer_reference": "PO 17", "requested_delivery_on": "2026-12-24",
    });
    let edited = shop.owner.patch(&path, version(&order), &edit).await.expect(200);
    let changed = edited.json();
    assert_eq!(edited.header("etag"), format!("\"{}\"", version(&order) + 1));
    for field in ["notes", "customer_reference", "requested_delivery_on"] {
        assert_eq!(changed[field], edit[field], "{field}");
    }
    let lines = changed["lines"].as_array().unwrap();
    let seen: Vec<Value> = lines
        .iter()
        .map(|line| {
            json!([
                line["line_number"],
                line["product_name"],
                line["quantity"],
                line["line_total"],
                line["ai_extracted"]
            ])
        })
        .collect();
    assert_eq!(seen, [json!([1, "White Bread", "7", "7.35", false]), json!([2, "Whole Milk", "2.5", "31.00", true])]);
    assert_eq!(id(&lines[1]), milk);
    assert_eq!(lines[1]["ai_original_text"], order["lines"][0]["ai_original_text"]);
    assert_eq!((&changed["total"], &changed["status"]), (&json!("38.35"), &json!("pending")));
    assert_eq!(changed["reviewed_by"], shop.owner.user_id);
    assert_eq!(shop.order(&order).await, changed);

    let cleared = json!({ "notes": null, "customer_reference": null, "requested_delivery_on": null });
    let cleared = shop.owner.patch(&path, version(&changed), &cleared).await.expect(200).json();
    for field in ["notes", "customer_reference", "requested_delivery_on"] {
        assert_eq!(cleared[field], Value::Null, "{field}");
    }
    assert_eq!(cleared["lines"], changed["lines"]);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn prices_follow_tiers_and_variants(#[case] engine: Engine) {
    let Some(shop) = Shop::open(engine).await else { return };
    let order = shop.ordered("2 cases of milk please").await;
    let milk = at("/v1/products", &shop.products[0]);
    let tier = |min: &str, max: Option<&str>, price: &str| json!({ "model": "graduated", "min_quantity": min, "max_quantity": max, "unit_price": price, "currency": "EUR" });
    let tiers = json!({ "tiers": [tier("0", Some("10"), "12"), tier("11", None, "10")] });
    shop.owner.put(&format!("{milk}/price-tiers"), &tiers).await.expect(200);
    let small = json!({ "variant_type": "size", "value": "small", "price_delta": "-2" });
    let small = shop.owner.create(&format!("{milk}/variants"), &small).await;
    let edit = json!({ "lines": [
        { "product_id": shop.product(0), "quantity": "15" },
        { "product_id": shop.product(0), "variant_id": id(&small), "quantity": "1" },
    ] });
    let edited = shop.owner.patch(&at("/v1/orders", &order), version(&order), &edit).await.expect(200).json();
    // 10 × 12 + 5 × 10, and 12 - 2
    let seen: Vec<Value> = (edited["lines"].as_array().unwrap().iter())
        .map(|line| json!([line["product_name"], line["unit_price"], line["line_total"]]))
        .collect();
    assert_eq!(seen, [json!(["Whole Milk", "10.00", "170.00"]), json!(["Whole Milk (small)", "10.00", "10.00"])]);
    assert_eq!(edited["total"], "180.00");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_was_corrected_is_learned(#[case] engine: Engine) {
    let Some(shop) = Shop::open(engine).await else { return };
    let order = shop.ordered("2 cases of milk and 5 kg basmati please").await;
    let (path, milk) = (at("/v1/orders", &order), id(&order["lines"][0]));
    // Notes correct nothing.
    let noted = shop.owner.patch(&path, version(&order), &json!({ "notes": "x" })).await.expect(200).json();
    assert_eq!(rows(&shop.owner, "/v1/training-examples").await, Vec::<Value>::new());
    let edit = json!({ "lines": [{ "id": milk, "product_id": shop.product(0), "quantity": "3" }] });
    shop.owner.patch(&path, version(&noted), &edit).await.expect(200);
    let examples = rows(&shop.owner, "/v1/training-examples").await;
    assert_eq!(examples.len(), 2, "{examples:?}");
    let of = |words: &str| {
        let found = examples.iter().find(|example| example["input_text"].as_str().unwrap().contains(words));
        found.unwrap_or_else(|| panic!("no example of {words} in {examples:?}"))
    };
    assert_eq!(of("milk")["source"], "corrected_ai_output");
    assert_eq!(of("milk")["ai_output"]["quantity"], "2");
    assert_eq!(of("milk")["expected_output"]["quantity"], "3");
    assert_eq!(of("basmati")["expected_output"], Value::Null);
    assert!(examples.iter().all(|example| example["order_id"] == order["id"]), "{examples:?}");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_was_not_understood_waits_for_a_person(#[case] engine: Engine) {
    let Some(shop) = Shop::open(engine).await else { return };
    let order = shop.ordered("I want to order 4 cases of glimmerfruit please").await;
    assert_eq!((&order["status"], &order["requires_review"]), (&json!("review"), &json!(true)));
    assert_eq!(rows(&shop.owner, "/v1/orders?status=review").await, std::slice::from_ref(&order));
    let line = &order["lines"][0];
    assert_eq!(
        (&line["product_id"], &line["quantity"], &line["line_total"]),
        (&Value::Null, &json!("4"), &json!("0.00"))
    );
    let path = at("/v1/orders", &order);
    let incomplete = shop.owner.verb(&format!("{path}/confirm")).await;
    problem(&incomplete, 409, "order_incomplete");
    assert_eq!(incomplete.json()["line_numbers"], json!([1]));

    // A line may go on waiting, a new one needs a product.
    let waits =
        json!({ "lines": [{ "id": id(line), "quantity": "4" }, { "product_id": shop.product(3), "quantity": "1" }] });
    let waiting = shop.owner.patch(&path, version(&order), &waits).await.expect(200).json();
    assert_eq!(waiting["status"], "review");
    let blank = json!({ "lines": [{ "quantity": "4" }] });
    refused(&shop.owner.patch(&path, version(&waiting), &blank).await, &[("/lines/0/product_id", "required")]);

    let edit = json!({ "lines": [{ "id": id(line), "product_id": shop.product(2), "quantity": "4" }] });
    let edited = shop.owner.patch(&path, version(&waiting), &edit).await.expect(200).json();
    assert_eq!((&edited["status"], &edited["requires_review"]), (&json!("pending"), &json!(false)));
    assert_eq!(edited["total"], "39.96");
    let history = rows(&shop.owner, &format!("{path}/status-history")).await;
    assert_eq!(history.len(), 2);
    assert_eq!((&history[1]["from_status"], &history[1]["to_status"]), (&json!("review"), &json!("pending")));
    assert_eq!(history[1]["changed_by"], shop.owner.user_id);
    shop.owner.verb(&format!("{path}/confirm")).await.expect(200);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn every_fault_is_named_at_its_line(#[case] engine: Engine) {
    let Some(shop) = Shop::open(engine).await else { return };
    let owner = &shop.owner;
    let order = shop.ordered("2 cases of milk please").await;
    let (path, milk, kept) = (at("/v1/orders", &order), shop.product(0), id(&order["lines"][0]));
    let rice = format!("{}/variants", at("/v1/products", &shop.products[1]));
    let of_rice = owner.create(&rice, &json!({ "variant_type": "size", "value": "L" })).await;
    let dollars = json!({ "sku": "USD", "name": "Import", "unit": "kg", "base_price": "1", "currency": "USD" });
    let dollars = owner.create("/v1/products", &dollars).await;
    let gold = json!({ "sku": "GOLD", "name": "Gold", "unit": "kg", "base_price": "100000", "currency": "EUR" });
    let gold = owner.create("/v1/products", &gold).await;
    let gone = product(owner, "GONE").await;
    owner.delete(&at("/v1/products", &gone), 1).await.expect(204);
    let line = |field: &str, value: Value| {
        let mut line = json!({ "product_id": milk, "quantity": "1" });
        line[field] = value;
        json!({ "lines": [line] })
    };
    let many: Vec<Value> = (0..501).map(|_| json!({ "product_id": milk, "quantity": "1" })).collect();
    for (edit, pointer, code) in [
        (json!({ "lines": [] }), "/lines", "out_of_range"),
        (json!({ "lines": many }), "/lines", "out_of_range"),
        (line("quantity", json!("0")), "/lines/0/quantity", "out_of_range"),
        (line("quantity", json!(-1)), "/lines/0/quantity", "out_of_range"),
        (line("quantity", json!("0.00001")), "/lines/0/quantity", "invalid_value"),
        (line("quantity", json!(0.5)), "/lines/0/quantity", "invalid_value"),
        (
            json!({ "lines": [{ "product_id": id(&gold), "quantity": "900000000000000" }] }),
            "/lines/0/quantity",
            "out_of_range",
        ),
        (line("id", json!(milk)), "/lines/0/id", "unknown_reference"),
        (line("product_id", Value::Null), "/lines/0/product_id", "required"),
        (line("product_id", json!(kept)), "/lines/0/product_id", "unknown_reference"),
        (line("product_id", json!(id(&gone))), "/lines/0/product_id", "unknown_reference"),
        (line("product_id", json!(id(&dollars))), "/lines/0/product_id", "currency_mismatch"),
        (line("variant_id", json!(id(&of_rice))), "/lines/0/variant_id", "unknown_reference"),
        (line("unit_price", json!("0.01")), "/lines/0/unit_price", "invalid_value"),
        (json!({ "notes": "x".repeat(4001) }), "/notes", "too_long"),
        (json!({ "customer_reference": "" }), "/customer_reference", "required"),
        (json!({ "requested_delivery_on": "24.12.2026" }), "/requested_delivery_on", "invalid_value"),
        (json!({ "status": "confirmed" }), "/status", "invalid_value"),
        (json!({ "total": "0.01" }), "/total", "invalid_value"),
    ] {
        refused(&owner.patch(&path, version(&order), &edit).await, &[(pointer, code)]);
    }
    let twice = json!({ "id": kept, "product_id": milk, "quantity": "1" });
    let answer = owner.patch(&path, version(&order), &json!({ "lines": [twice, twice] })).await;
    refused(&answer, &[("/lines/1/id", "unknown_reference")]);
    assert_eq!(shop.order(&order).await, order);

    let without = Answer::of(owner.request("PATCH", &path).json(&json!({ "notes": "x" }))).await;
    problem(&without, 428, "precondition_required");
    problem(&owner.patch(&path, version(&order) + 1, &json!({ "notes": "x" })).await, 412, "stale");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn of_two_edits_at_once_one_is_told(#[case] engine: Engine) {
    let Some(shop) = Shop::open(engine).await else { return };
    let order = shop.ordered("2 cases of milk please").await;
    let path = at("/v1/orders", &order);
    let edit = |quantity: &str| json!({ "lines": [{ "product_id": shop.product(0), "quantity": quantity }] });
    let (three, four) = (edit("3"), edit("4"));
    let (one, other) =
        tokio::join!(shop.owner.patch(&path, version(&order), &three), shop.owner.patch(&path, version(&order), &four));
    let (done, late) = if one.status == 200 { (one, other) } else { (other, one) };
    problem(&late, 412, "stale");
    assert_eq!(shop.order(&order).await, done.expect(200).json());
}

/// What a person has decided is amended by the next message, not undone.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_message_after_an_edit_adds_to_it(#[case] engine: Engine) {
    let Some(shop) = Shop::open(engine).await else { return };
    let order = shop.ordered("2 cases of milk please").await;
    let edit = json!({ "lines": [{ "product_id": shop.product(3), "quantity": "7" }], "notes": "Ring twice." });
    shop.owner.patch(&at("/v1/orders", &order), version(&order), &edit).await.expect(200);
    shop.says("and 5 kg basmati please").await;
    let amended = eventually("the amended order", || async {
        let order = shop.order(&order).await;
        (order["lines"].as_array().unwrap().len() == 2).then_some(order)
    })
    .await;
    let names: Vec<_> = amended["lines"].as_array().unwrap().iter().map(|line| line["product_name"].clone()).collect();
    assert_eq!(names, ["White Bread", "Basmati Rice"]);
    assert_eq!(amended["notes"], "Ring twice.");
}

/// An order on which nothing has a price is in its customer's currency until a product says otherwise.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn the_first_product_names_the_currency(#[case] engine: Engine) {
    let Some(shop) = Shop::open(engine).await else { return };
    let order = shop.ordered("I want to order 4 cases of glimmerfruit please").await;
    assert_eq!(order["currency"], "EUR");
    let dollars = json!({ "sku": "USD", "name": "Import", "unit": "kg", "base_price": "1.50", "currency": "USD" });
    let dollars = shop.owner.create("/v1/products", &dollars).await;
    let edit = |product: &str| {
        let id = id(&order["lines"][0]);
        json!({ "lines": [{ "id": id, "product_id": product, "quantity": "4" }] })
    };
    let path = at("/v1/orders", &order);
    let edited = shop.owner.patch(&path, version(&order), &edit(id(&dollars))).await.expect(200).json();
    assert_eq!((&edited["currency"], &edited["total"]), (&json!("USD"), &json!("6.00")));
    let back = shop.owner.patch(&path, version(&edited), &edit(shop.product(0))).await;
    refused(&back, &[("/lines/0/product_id", "currency_mismatch")]);
}
