//! The OpenAPI document says what is there.
use crate::routes::routes;
use purser_tests::{app::TestApp, database::Engine};
use serde_json::Value;
use std::collections::BTreeSet;

#[tokio::test]
async fn is_openapi_3_1_and_names_every_problem_once() {
    let Some(app) = TestApp::start(Engine::Sqlite).await else { return };
    let document = app.anonymous("GET", "/openapi.json", None).await.expect(200).json();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"), "{}", document["openapi"]);
    let kinds = document["x-problems"].as_array().unwrap();
    let ids: BTreeSet<&str> = kinds.iter().map(|kind| kind["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), kinds.len(), "two problems have one id");
    for kind in kinds {
        let (id, status) = (kind["id"].as_str().unwrap(), kind["status"].as_u64().unwrap());
        assert!((400..600).contains(&status), "{kind}");
        assert!(id.chars().all(|c| c.is_ascii_lowercase() || c == '_'), "{id}");
        for text in ["title", "when"] {
            assert!(!kind[text].as_str().unwrap().is_empty(), "{kind} has no {text}");
        }
        // What a problem's `type` points to is there.
        let page = app.anonymous("GET", &format!("/problems/{id}"), None).await.expect(200);
        assert_eq!(page.json(), *kind);
    }
}

#[tokio::test]
async fn resolves_every_reference_and_describes_every_route() {
    let Some(app) = TestApp::start(Engine::Sqlite).await else { return };
    let document = app.anonymous("GET", "/openapi.json", None).await.expect(200).json();
    let mut references = Vec::new();
    collect(&document, &mut references);
    assert!(!references.is_empty());
    for reference in references {
        assert!(document.pointer(reference.trim_start_matches('#')).is_some(), "{reference} leads nowhere");
    }
    for route in routes(&app).await {
        assert!(route.operation["summary"].is_string(), "{} {} has no summary", route.method, route.path);
        assert!(route.operation["tags"].is_array(), "{} {} has no tag", route.method, route.path);
        let security = route.operation.get("security");
        assert!(security.is_none_or(Value::is_array), "{} {}: {security:?}", route.method, route.path);
        let names: Vec<&str> = route.operation["parameters"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|parameter| parameter["name"].as_str().unwrap())
            .collect();
        for placeholder in route.path.split('{').skip(1).map(|rest| rest.split('}').next().unwrap()) {
            assert!(names.contains(&placeholder), "{} {}: {names:?}", route.method, route.path);
        }
    }
}

/// What a generator of clients stumbles over: ids that are not unique, answers that are not described.
#[tokio::test]
async fn names_each_operation_and_describes_each_answer() {
    let Some(app) = TestApp::start(Engine::Sqlite).await else { return };
    let document = app.anonymous("GET", "/openapi.json", None).await.expect(200).json();
    let mut ids = BTreeSet::new();
    for route in routes(&app).await {
        let id = route.operation["operationId"].as_str().unwrap();
        assert!(ids.insert(id.to_owned()), "{id} is the id of two operations");
        for (status, answer) in route.operation["responses"].as_object().unwrap() {
            let shared =
                answer["$ref"].as_str().map(|reference| &document.pointer(&reference[1..]).unwrap()["description"]);
            let description = shared.unwrap_or(&answer["description"]).as_str();
            assert!(description.is_some_and(|text| !text.is_empty()), "{id} {status} says nothing");
        }
        if route.is_guarded() {
            assert!(!route.operation["responses"]["401"].is_null(), "{id} does not say that a token is needed");
        }
    }
    assert!(ids.contains("orders_confirm") && ids.contains("products_variants_list"), "{ids:?}");
}

fn collect(value: &Value, references: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            if let Some(Value::String(reference)) = members.get("$ref") {
                references.push(reference.clone());
            }
            members.values().for_each(|member| collect(member, references));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, references)),
        _ => {}
    }
}
