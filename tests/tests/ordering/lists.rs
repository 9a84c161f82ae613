//! Keyset pages.
use crate::{at, id, problem, product, refused, rows};
use purser_tests::{
    app::{Tenant, TestApp},
    database::Engine,
};
use rstest::rstest;
use serde_json::{Value, json};

/// Every page of a list, in order, as ids.
async fn pages(tenant: &Tenant, list: &str, limit: usize) -> Vec<Vec<String>> {
    let mut pages = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = tenant.get(&format!("{list}?limit={limit}{cursor}")).await.expect(200).json();
        pages.push(page["data"].as_array().unwrap().iter().map(|row| id(row).to_owned()).collect());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return pages,
        }
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn pages_show_every_row_once(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let variants = format!("{}/variants", at("/v1/products", &product(&owner, "MILK").await));
    for n in 0..4 {
        product(&owner, &n.to_string()).await;
        owner.create("/v1/product-categories", &json!({ "name": n.to_string() })).await;
        owner.create("/v1/customers", &json!({ "business_name": n.to_string() })).await;
        owner.create(&variants, &json!({ "variant_type": "size", "value": n.to_string() })).await;
        owner.create("/v1/durations", &json!({ "months": n + 1, "discount_percent": "0" })).await;
    }
    for (list, sizes) in [
        ("/v1/products", vec![2, 2, 1]),
        ("/v1/product-categories", vec![2, 2]),
        ("/v1/customers", vec![2, 2]),
        (&*variants, vec![2, 2]),
        ("/v1/durations", vec![2, 2]),
    ] {
        let paged = pages(&owner, list, 2).await;
        assert_eq!(paged.iter().map(Vec::len).collect::<Vec<_>>(), sizes, "{list}");
        let all: Vec<_> = rows(&owner, list).await.iter().map(|row| id(row).to_owned()).collect();
        assert_eq!(paged.concat(), all, "{list}");
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn rows_that_come_and_go_shift_no_page(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let mut products = Vec::new();
    for sku in ["1", "2", "3", "4"] {
        products.push(product(&owner, sku).await);
    }
    let first = owner.get("/v1/products?limit=2").await.expect(200).json();
    product(&owner, "new").await;
    // The very row that the cursor stands on.
    owner.delete(&at("/v1/products", &products[2]), 1).await.expect(204);
    let next = format!("/v1/products?limit=2&cursor={}", first["next_cursor"].as_str().unwrap());
    assert_eq!(rows(&owner, &next).await, [products[1].clone(), products[0].clone()]);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_cursor_belongs_to_its_list_and_filter(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let (owner, stranger) = (app.tenant("Blue Harbor Foods").await, app.tenant("Red Valley Tools").await);
    for sku in ["1", "2", "3"] {
        product(&owner, sku).await;
        product(&stranger, sku).await;
    }
    let first = owner.get("/v1/products?limit=1&is_active=true").await.expect(200).json();
    let cursor = first["next_cursor"].as_str().unwrap().to_owned();
    for list in [
        "/v1/products?",
        "/v1/products?is_active=false&",
        "/v1/products?is_active=true&name_prefix=p&",
        "/v1/customers?",
        "/v1/orders?",
    ] {
        problem(&owner.get(&format!("{list}cursor={cursor}")).await, 400, "invalid_cursor");
    }
    for cursor in ["x", "e30", &"A".repeat(3000)] {
        problem(&owner.get(&format!("/v1/products?cursor={cursor}")).await, 400, "invalid_cursor");
    }
    // The page's size is not part of the question.
    assert_eq!(rows(&owner, &format!("/v1/products?is_active=true&limit=200&cursor={cursor}")).await.len(), 2);
    // Another organization's cursor opens nothing of that organization.
    let answer = stranger.get(&format!("/v1/products?is_active=true&cursor={cursor}")).await;
    let theirs = rows(&owner, "/v1/products").await;
    assert!(theirs.iter().all(|row| !answer.body.contains(id(row))), "{answer:?}");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_no_list_knows_is_refused(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let lists = ["/v1/products", "/v1/product-categories", "/v1/customers", "/v1/orders", "/v1/durations"];
    for list in lists {
        assert_eq!(owner.get(list).await.expect(200).json(), json!({ "data": [], "next_cursor": Value::Null }));
        for limit in ["0", "201"] {
            refused(&owner.get(&format!("{list}?limit={limit}")).await, &[("/limit", "out_of_range")]);
        }
        for query in ["limit=-1", "limit=many", "page=2", "organization_id=1"] {
            problem(&owner.get(&format!("{list}?{query}")).await, 422, "validation_failed");
        }
    }
    for query in ["products?name_prefix=a%00", "products?sku=%00", "customers?customer_code=%00", "orders?number=%00"] {
        problem(&owner.get(&format!("/v1/{query}")).await, 422, "validation_failed");
    }
    for query in ["status=lost", "customer_id=1", "conversation_id=x"] {
        problem(&owner.get(&format!("/v1/orders?{query}")).await, 422, "validation_failed");
    }
}
