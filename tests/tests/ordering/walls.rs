//! What belongs to another organization does not exist.
use crate::{at, id, problem, product, refused, rows, shop::Shop};
use purser_tests::{
    app::{Answer, Tenant},
    database::Engine,
};
use rstest::rstest;
use serde_json::{Value, json};

/// Everything that a stranger could ask for, as method, path and body.
fn requests(shop: &Shop, order: &Value, category: &Value, variant: &Value) -> Vec<(&'static str, String, Value)> {
    let product = at("/v1/products", &shop.products[0]);
    let customer = at("/v1/customers", &shop.customer);
    let (category, order) = (at("/v1/product-categories", category), at("/v1/orders", order));
    let variants = format!("{product}/variants");
    let (variant, tiers) = (at(&variants, variant), format!("{product}/price-tiers"));
    let none = || json!({});
    let new_variant = json!({ "variant_type": "size", "value": "L" });
    let mut requests = vec![
        ("GET", variants.clone(), none()),
        ("POST", variants, new_variant),
        ("GET", tiers.clone(), none()),
        ("PUT", tiers, json!({ "tiers": [] })),
        ("GET", format!("{order}/status-history"), none()),
        ("POST", format!("{order}/confirm"), none()),
        ("POST", format!("{order}/cancel"), none()),
        ("GET", order.clone(), none()),
        ("PATCH", order, json!({ "notes": "mine" })),
    ];
    for (path, change) in [
        (product, json!({ "name": "mine" })),
        (variant, json!({ "value": "mine" })),
        (category, json!({ "name": "mine" })),
        (customer, json!({ "business_name": "mine" })),
    ] {
        requests.push(("GET", path.clone(), none()));
        requests.push(("PATCH", path.clone(), change));
        requests.push(("DELETE", path, none()));
    }
    requests
}

async fn ask(tenant: &Tenant, method: &str, path: &str, body: &Value) -> Answer {
    let request = tenant.request(method, path);
    Answer::of(match method {
        "GET" => request,
        "POST" => request.json(body),
        _ => request.header("If-Match", "\"1\"").json(body),
    })
    .await
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_stranger_finds_nothing_and_changes_nothing(#[case] engine: Engine) {
    let Some(shop) = Shop::open(engine).await else { return };
    let owner = &shop.owner;
    let stranger = shop.app.tenant("Red Valley Tools").await;
    let category = owner.create("/v1/product-categories", &json!({ "name": "Dairy" })).await;
    let variants = format!("{}/variants", at("/v1/products", &shop.products[0]));
    let variant = owner.create(&variants, &json!({ "variant_type": "size", "value": "L" })).await;
    let order = shop.ordered("2 cases of milk please").await;
    let requests = requests(&shop, &order, &category, &variant);
    let seen = async || {
        let mut seen = Vec::new();
        for (_, path, _) in requests.iter().filter(|(method, ..)| *method == "GET") {
            seen.push(owner.get(path).await.expect(200).body);
        }
        seen
    };
    let before = seen().await;
    for (method, path, body) in &requests {
        let theirs = ask(&stranger, method, path, body).await;
        problem(&theirs, 404, "not_found");
        // The same answer as for an id that never was.
        let ids = path.split('/').filter(|part| part.len() == 36);
        let never = ids.fold(path.clone(), |path, id| path.replace(id, "0198a1d2-0000-7000-8000-000000000000"));
        assert_eq!(theirs.body, ask(&stranger, method, &never, body).await.body, "{method} {path}");
        let nobody = shop.app.anonymous(method, path, Some(body)).await;
        problem(&nobody, 401, "unauthenticated");
    }
    assert_eq!(seen().await, before);
    for list in ["/v1/products", "/v1/product-categories", "/v1/customers", "/v1/orders"] {
        assert_eq!(rows(&stranger, list).await, Vec::<Value>::new());
    }
    let customer = id(&shop.customer);
    assert_eq!(rows(&stranger, &format!("/v1/orders?customer_id={customer}")).await, Vec::<Value>::new());
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_strangers_ids_in_a_body_refer_to_nothing(#[case] engine: Engine) {
    let Some(shop) = Shop::open(engine).await else { return };
    let owner = &shop.owner;
    let stranger = shop.app.tenant("Red Valley Tools").await;
    let foreign_product = product(&stranger, "FOREIGN").await;
    let foreign_variants = format!("{}/variants", at("/v1/products", &foreign_product));
    let foreign_variant = stranger.create(&foreign_variants, &json!({ "variant_type": "size", "value": "L" })).await;
    let foreign_category = stranger.create("/v1/product-categories", &json!({ "name": "Theirs" })).await;
    let foreign_customer = stranger.customer("Theirs", "447946000999").await;
    let foreign_contact = foreign_customer["contacts"][0]["id"].clone();
    let order = shop.ordered("2 cases of milk please").await;
    let customers = rows(owner, "/v1/customers").await;

    let body = json!({
        "sku": "X", "name": "X", "unit": "kg", "base_price": "1", "currency": "EUR", "category_id": id(&foreign_category),
    });
    let unknown = "unknown_reference";
    refused(&owner.post("/v1/products", &body).await, &[("/category_id", unknown)]);
    let product = at("/v1/products", &shop.products[0]);
    let change = json!({ "category_id": id(&foreign_category) });
    refused(&owner.patch(&product, 1, &change).await, &[("/category_id", unknown)]);
    let body = json!({ "name": "X", "parent_category_id": id(&foreign_category) });
    refused(&owner.post("/v1/product-categories", &body).await, &[("/parent_category_id", unknown)]);
    let contacts = json!({ "contacts": [{ "id": foreign_contact, "name": "X" }] });
    let customer = at("/v1/customers", &shop.customer);
    refused(&owner.patch(&customer, 1, &contacts).await, &[("/contacts/0/id", unknown)]);
    let (path, seen) = (at("/v1/orders", &order), order["version"].as_i64().unwrap());
    let line = json!({ "lines": [{ "product_id": id(&foreign_product), "quantity": "1" }] });
    refused(&owner.patch(&path, seen, &line).await, &[("/lines/0/product_id", unknown)]);
    let line = json!({ "lines": [
        { "product_id": shop.product(0), "variant_id": id(&foreign_variant), "quantity": "1" },
    ] });
    refused(&owner.patch(&path, seen, &line).await, &[("/lines/0/variant_id", unknown)]);

    assert_eq!(shop.order(&order).await, order);
    assert_eq!(rows(owner, "/v1/customers").await, customers);
    assert_eq!(owner.get(&product).await.json(), shop.products[0]);
    assert_eq!(rows(owner, "/v1/products").await.len(), 4);
    assert_eq!(rows(owner, "/v1/product-categories").await, Vec::<Value>::new());
    assert_eq!(stranger.get(&at("/v1/customers", &foreign_customer)).await.json(), foreign_customer);
}
