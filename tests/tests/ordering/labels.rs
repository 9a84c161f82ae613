//! Customer labels.
use crate::{at, deletes, id, keeps_versions, problem, refused, rows, version};
use purser_tests::{
    app::{Answer, Tenant, TestApp, eventually},
    database::Engine,
};
use rstest::rstest;
use serde_json::{Value, json};

const LIST: &str = "/v1/customer-labels";

/// The labels that every organization is given soon after its founding.
async fn predefined(tenant: &Tenant) -> Vec<Value> {
    eventually("the predefined labels to be there", || async {
        Some(rows(tenant, LIST).await).filter(|labels| !labels.is_empty())
    })
    .await
}

async fn customer(tenant: &Tenant) -> String {
    let row = tenant.create("/v1/customers", &json!({ "business_name": "Corner Café" })).await;
    at("/v1/customers", &row)
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn every_organization_has_the_predefined_labels_and_keeps_them(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let labels = predefined(&owner).await;
    let names: Vec<&str> = labels.iter().map(|label| label["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Key account", "New", "On hold", "Prospect"]);
    for label in &labels {
        assert_eq!(label["is_predefined"], true);
        problem(&owner.delete(&at(LIST, label), version(label)).await, 409, "predefined_label");
    }
    // It can be called something else.
    let path = at(LIST, &labels[0]);
    owner.patch(&path, 1, &json!({ "name": "Big fish", "color": "#ABCDEF" })).await.expect(200);
    let changed = owner.get(&path).await.expect(200).json();
    assert_eq!((&changed["name"], &changed["color"]), (&json!("Big fish"), &json!("#abcdef")));
    assert_eq!(rows(&owner, LIST).await.len(), 4);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_own_label_comes_and_goes(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    predefined(&owner).await;
    let created = owner.post(LIST, &json!({ "name": " Route ", "color": "#0A0B0C" })).await.expect(201);
    let label = created.json();
    assert_eq!((created.header("etag"), created.header("location")), ("\"1\"", &*at(LIST, &label)));
    assert_eq!(
        (&label["name"], &label["color"], &label["is_predefined"]),
        (&json!("Route"), &json!("#0a0b0c"), &json!(false))
    );
    problem(&owner.post(LIST, &json!({ "name": "rOUTE", "color": "#000000" })).await, 409, "customer_label_taken");
    let other = owner.create(LIST, &json!({ "name": "Tour", "color": "#000000" })).await;
    problem(&owner.patch(&at(LIST, &other), 1, &json!({ "name": "route" })).await, 409, "customer_label_taken");
    let path = at(LIST, &label);
    keeps_versions(&owner, &path, &json!({ "color": "#111111" })).await;
    deletes(&owner, LIST, &path).await;
    owner.create(LIST, &json!({ "name": "Route", "color": "#000000" })).await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn every_fault_is_named_at_its_field(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let before = predefined(&owner).await;
    for (name, color, faults) in [
        ("", "#000000", vec![("/name", "required")]),
        (&*"x".repeat(61), "#000000", vec![("/name", "too_long")]),
        ("A", "red", vec![("/color", "not_a_color")]),
        ("A", "#00000", vec![("/color", "not_a_color")]),
        ("A", "#00000g", vec![("/color", "not_a_color")]),
        ("\u{7}", "0000000", vec![("/name", "control_character"), ("/color", "not_a_color")]),
    ] {
        refused(&owner.post(LIST, &json!({ "name": name, "color": color })).await, &faults);
    }
    assert_eq!(rows(&owner, LIST).await, before);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_customer_has_a_label_once(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let customer = customer(&owner).await;
    let label = owner.create(LIST, &json!({ "name": "Route", "color": "#0a0b0c" })).await;
    let labels = format!("{customer}/labels");
    let path = at(&labels, &label);
    let (north, south) = (json!({ "value": "north" }), json!({ "value": "south" }));
    let (one, other) = tokio::join!(owner.put(&path, &north), owner.put(&path, &north));
    one.expect(200);
    other.expect(200);
    owner.put(&path, &south).await.expect(200);
    let [assigned] = &rows(&owner, &labels).await[..] else { panic!("not one label") };
    assert_eq!((id(&assigned["label"]), &assigned["value"]), (id(&label), &json!("south")));
    refused(&owner.put(&path, &json!({ "value": "x".repeat(201) })).await, &[("/value", "too_long")]);
    owner.put(&path, &json!({})).await.expect(200);
    assert_eq!(rows(&owner, &labels).await[0]["value"], Value::Null);

    let take = || Answer::of(owner.request("DELETE", &path));
    take().await.expect(204);
    problem(&take().await, 404, "not_found");
    assert!(rows(&owner, &labels).await.is_empty());
    // What is deleted is no label any more, and no customer's.
    owner.put(&path, &north).await.expect(200);
    owner.delete(&at(LIST, &label), 1).await.expect(204);
    assert!(rows(&owner, &labels).await.is_empty());
    problem(&owner.put(&path, &north).await, 404, "not_found");
}
