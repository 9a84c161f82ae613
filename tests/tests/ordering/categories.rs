//! Product categories.
use crate::{at, deletes, id, keeps_versions, problem, refused, rows, version};
use purser_tests::{
    app::{Tenant, TestApp},
    database::Engine,
};
use rstest::rstest;
use serde_json::{Value, json};

const LIST: &str = "/v1/product-categories";

async fn category(tenant: &Tenant, name: &str, parent: Option<&Value>) -> Value {
    tenant.create(LIST, &json!({ "name": name, "parent_category_id": parent.map(id) })).await
}

/// Puts a category below another one, whatever its version.
async fn put_below(tenant: &Tenant, row: &Value, parent: &Value) -> purser_tests::app::Answer {
    let path = at(LIST, row);
    let seen = version(&tenant.get(&path).await.json());
    tenant.patch(&path, seen, &json!({ "parent_category_id": id(parent) })).await
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_category_is_kept_as_it_was_sent(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let food = category(&owner, "Food", None).await;
    let body =
        json!({ "name": "Dairy", "parent_category_id": id(&food), "ai_keywords": ["milk", "cheese"], "sort_order": 7 });
    let created = owner.post(LIST, &body).await.expect(201);
    let row = created.json();
    assert_eq!((created.header("etag"), created.header("location")), ("\"1\"", &*at(LIST, &row)));
    for (field, value) in body.as_object().unwrap() {
        assert_eq!(&row[field], value, "{field}");
    }
    assert_eq!(rows(&owner, LIST).await, [row.clone(), food.clone()]);
    assert_eq!(rows(&owner, &format!("{LIST}?parent_category_id={}", id(&food))).await, std::slice::from_ref(&row));

    let path = at(LIST, &row);
    keeps_versions(&owner, &path, &json!({ "parent_category_id": null, "ai_keywords": [] })).await;
    let changed = owner.get(&path).await.expect(200).json();
    assert_eq!((&changed["parent_category_id"], &changed["ai_keywords"]), (&Value::Null, &json!([])));
    assert_eq!((&changed["name"], &changed["sort_order"]), (&json!("Dairy"), &json!(7)));
    deletes(&owner, LIST, &path).await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn every_fault_is_named_at_its_field(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let nobody = "0198a1d2-0000-7000-8000-000000000000";
    for (body, pointer, code) in [
        (json!({ "name": "" }), "/name", "required"),
        (json!({ "name": "x".repeat(121) }), "/name", "too_long"),
        (json!({ "name": "A", "ai_keywords": ["a", "b", ""] }), "/ai_keywords/2", "required"),
        (json!({ "name": "A", "ai_keywords": vec!["x"; 51] }), "/ai_keywords", "too_many"),
        (json!({ "name": "A", "sort_order": 1.5 }), "/sort_order", "invalid_value"),
        (json!({ "name": "A", "parent_category_id": nobody }), "/parent_category_id", "unknown_reference"),
        (json!({ "name": "A", "parent": nobody }), "/parent", "invalid_value"),
    ] {
        refused(&owner.post(LIST, &body).await, &[(pointer, code)]);
    }
    problem(&owner.get(&format!("{LIST}/{nobody}")).await, 404, "not_found");
    problem(&owner.get(&format!("{LIST}/first")).await, 404, "not_found");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn no_category_is_below_itself(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let top = category(&owner, "top", None).await;
    let middle = category(&owner, "middle", Some(&top)).await;
    let bottom = category(&owner, "bottom", Some(&middle)).await;
    for below in [&top, &middle, &bottom] {
        problem(&put_below(&owner, &top, below).await, 409, "category_cycle");
    }
    put_below(&owner, &bottom, &top).await.expect(200);
    put_below(&owner, &middle, &bottom).await.expect(200);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn two_moves_at_once_close_no_circle(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    for _ in 0..10 {
        let (one, other) = (category(&owner, "one", None).await, category(&owner, "other", None).await);
        let (first, second) = tokio::join!(put_below(&owner, &one, &other), put_below(&owner, &other, &one));
        let (moved, refused) = if first.status == 200 { (first, second) } else { (second, first) };
        moved.expect(200);
        problem(&refused, 409, "category_cycle");
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_tree_does_not_grow_without_end(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let mut parent = category(&owner, "root", None).await;
    for level in 0..19 {
        parent = category(&owner, &format!("level {level}"), Some(&parent)).await;
    }
    let deeper = json!({ "name": "too deep", "parent_category_id": id(&parent) });
    refused(&owner.post(LIST, &deeper).await, &[("/parent_category_id", "too_deep")]);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_category_that_holds_something_stays(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let food = category(&owner, "Food", None).await;
    let dairy = category(&owner, "Dairy", Some(&food)).await;
    let milk = json!({
        "sku": "MILK", "name": "Milk", "unit": "case", "base_price": "1", "currency": "EUR", "category_id": id(&dairy),
    });
    let milk = owner.create("/v1/products", &milk).await;
    problem(&owner.delete(&at(LIST, &food), 1).await, 409, "in_use");
    problem(&owner.delete(&at(LIST, &dairy), 1).await, 409, "in_use");
    owner.delete(&at("/v1/products", &milk), 1).await.expect(204);
    owner.delete(&at(LIST, &dairy), 1).await.expect(204);
    owner.delete(&at(LIST, &food), 1).await.expect(204);
}
