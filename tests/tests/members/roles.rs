//! Roles that people make.
use crate::{give, person, problem, role, row, rows};
use purser_tests::{app::TestApp, database::Engine};
use rstest::rstest;
use serde_json::json;

const LIST: &str = "/v1/roles";

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_own_role_comes_and_goes(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let body = json!({ "name": " Night shift ", "description": "Takes orders at night.", "rank": 30, "permissions": ["orders.read"] });
    let created = owner.post(LIST, &body).await.expect(201);
    let role = created.json();
    let path = format!("{LIST}/{}", role["id"].as_str().unwrap());
    assert_eq!((created.header("etag"), created.header("location")), ("\"1\"", &*path));
    assert_eq!((&role["name"], &role["is_system"], &role["rank"]), (&json!("Night shift"), &json!(false), &json!(30)));
    assert_eq!(owner.get(&path).await.expect(200).json(), role);
    // The highest first.
    let names = rows(&owner, LIST).await.iter().map(|role| role["name"].clone()).collect::<Vec<_>>();
    assert_eq!(names, ["owner", "admin", "manager", "operator", "Night shift", "viewer"]);

    for taken in ["night SHIFT", "Owner", "VIEWER"] {
        problem(&owner.post(LIST, &json!({ "name": taken, "permissions": [] })).await, 409, "role_taken");
    }
    let change = json!({ "permissions": ["orders.read", "orders.manage"], "description": null });
    problem(&owner.patch(&path, 7, &change).await, 412, "stale");
    let changed = owner.patch(&path, 1, &change).await.expect(200).json();
    assert_eq!(changed["permissions"].as_array().unwrap().len(), 2);
    assert_eq!((&changed["description"], &changed["version"]), (&json!(null), &json!(2)));
    problem(&owner.delete(&path, 1).await, 412, "stale");
    owner.delete(&path, 2).await.expect(204);
    problem(&owner.get(&path).await, 404, "not_found");
    assert_eq!(rows(&owner, LIST).await.len(), 5);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_every_organization_has_stays_as_it_is(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    for name in ["owner", "viewer"] {
        let path = format!("{LIST}/{}", role(&owner, name).await);
        problem(&owner.patch(&path, 1, &json!({ "name": "Boss" })).await, 409, "system_role");
        problem(&owner.delete(&path, 1).await, 409, "system_role");
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_somebody_has_is_not_deleted(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let made = owner.create(LIST, &json!({ "name": "Packer", "permissions": ["orders.read"] })).await;
    let path = format!("{LIST}/{}", made["id"].as_str().unwrap());
    let packer = person(&app, &owner, &["Packer"]).await;
    problem(&owner.delete(&path, 1).await, 409, "in_use");
    give(&owner, &packer.path, &["viewer"]).await.expect(200);
    owner.delete(&path, 1).await.expect(204);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_role_that_changes_holds_on_the_next_request(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let made = owner.create(LIST, &json!({ "name": "Packer", "permissions": ["orders.read"] })).await;
    let path = format!("{LIST}/{}", made["id"].as_str().unwrap());
    let packer = person(&app, &owner, &["Packer"]).await.tenant;
    for version in (1..9).step_by(2) {
        packer.get("/v1/orders").await.expect(200);
        problem(&packer.get("/v1/usage").await, 403, "forbidden");
        owner.patch(&path, version, &json!({ "permissions": ["usage.read"] })).await.expect(200);
        packer.get("/v1/usage").await.expect(200);
        problem(&packer.get("/v1/orders").await, 403, "forbidden");
        owner.patch(&path, version + 1, &json!({ "permissions": ["orders.read"] })).await.expect(200);
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn every_fault_is_named_at_its_field(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    for (body, faults) in [
        (json!({ "name": "", "permissions": [] }), vec![("/name", "required")]),
        (
            json!({ "name": "x".repeat(65), "rank": 101, "permissions": [] }),
            vec![("/name", "too_long"), ("/rank", "out_of_range")],
        ),
        // One letter in this case, two in the other.
        (json!({ "name": "İ".repeat(40), "permissions": [] }), vec![("/name", "too_long")]),
        (json!({ "name": "A", "rank": -1, "permissions": [] }), vec![("/rank", "out_of_range")]),
        (
            json!({ "name": "A", "description": "\u{7}", "permissions": [] }),
            vec![("/description", "control_character")],
        ),
    ] {
        let answer = owner.post(LIST, &body).await.expect(422);
        let found = answer.errors();
        let found: Vec<_> = found.iter().map(|(pointer, code)| (pointer.as_str(), code.as_str())).collect();
        assert_eq!(found, faults, "{body}");
    }
    let unknown = owner.post(LIST, &json!({ "name": "A", "permissions": ["orders.eat"] })).await.expect(422);
    assert_eq!(unknown.errors()[0].0, "/permissions/0");
    assert_eq!(rows(&owner, LIST).await.len(), 5);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn the_list_of_permissions_says_what_each_is(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let confirm = row(&owner, "/v1/permissions", "name", "orders.confirm").await;
    assert_eq!(confirm["is_decision"], true);
    assert!(confirm["description"].as_str().unwrap().contains("Confirm orders"), "{confirm}");
    assert_eq!(row(&owner, "/v1/permissions", "name", "orders.read").await["is_decision"], false);
    let viewer = person(&app, &owner, &["viewer"]).await.tenant;
    problem(&viewer.get("/v1/permissions").await, 403, "forbidden");
}
