//! Projects and who works in them.
use crate::{problem, refused, rows};
use futures_util::future::join_all;
use purser_kernel::{Permission, PermissionSet};
use purser_tests::{
    app::{Answer, Tenant, TestApp},
    database::{Engine, uuid_literal},
};
use rstest::rstest;
use serde_json::{Value, json};

const LIST: &str = "/v1/projects";

fn at(row: &Value) -> String {
    format!("{LIST}/{}", row["id"].as_str().unwrap())
}

async fn allow(app: &TestApp, tenant: &Tenant, projects: i32) {
    let literal = uuid_literal(app.database.engine, &tenant.organization_id);
    let sql = format!("update organizations set max_projects = {projects} where id = {literal}");
    app.database.owner().await.execute(&sql).await.unwrap();
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn comes_changes_and_goes(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Acme").await;
    let member = app.member(&owner, Permission::ProjectsRead.into()).await;
    let stranger = app.tenant("Elsewhere").await;
    let body = json!({ "name": " Move ", "description": "One\ntwo", "manager_id": member.user_id });
    let created = owner.post(LIST, &body).await.expect(201);
    let project = created.json();
    let path = at(&project);
    assert_eq!((created.header("etag"), created.header("location")), ("\"1\"", &*path));
    assert_eq!((&project["name"], &project["is_active"]), (&json!("Move"), &json!(true)));
    let unknown = json!({ "name": "", "manager_id": stranger.user_id });
    refused(&owner.post(LIST, &unknown).await, &[("/name", "required"), ("/manager_id", "unknown_reference")]);

    let changed = json!({ "is_active": false, "manager_id": null });
    problem(&owner.patch(&path, 7, &changed).await, 412, "stale");
    let changed = owner.patch(&path, 1, &changed).await.expect(200).json();
    assert_eq!((&changed["manager_id"], &changed["name"]), (&Value::Null, &json!("Move")));
    assert_eq!(rows(&member, &format!("{LIST}?is_active=true")).await.len(), 0);
    assert_eq!(rows(&member, &format!("{LIST}?is_active=false")).await.len(), 1);
    problem(&member.patch(&path, 2, &json!({})).await, 403, "forbidden");
    problem(&stranger.get(&path).await, 404, "not_found");

    owner.delete(&path, 2).await.expect(204);
    problem(&owner.get(&path).await, 404, "not_found");
    assert!(rows(&owner, LIST).await.is_empty());
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_member_works_in_it_once(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Acme").await;
    let member = app.member(&owner, PermissionSet::empty()).await;
    let stranger = app.tenant("Elsewhere").await;
    let members = format!("{}/members", at(&owner.create(LIST, &json!({ "name": "Move" })).await));
    let path = format!("{members}/{}", member.user_id);
    let driver = json!({ "role": "driver" });
    let (one, other) = tokio::join!(owner.put(&path, &driver), owner.put(&path, &driver));
    one.expect(200);
    other.expect(200);
    owner.put(&path, &json!({ "role": "lead" })).await.expect(200);
    let count = async || rows(&owner, LIST).await[0]["member_count"].clone();
    assert_eq!(count().await, 1);
    let [row] = &rows(&owner, &members).await[..] else { panic!("not one member") };
    assert_eq!((&row["user_id"], &row["role"]), (&json!(member.user_id), &json!("lead")));
    refused(&owner.put(&path, &json!({ "role": "x".repeat(65) })).await, &[("/role", "too_long")]);
    problem(&owner.put(&format!("{members}/{}", stranger.user_id), &json!({})).await, 404, "not_found");
    let take = || Answer::of(owner.request("DELETE", &path));
    take().await.expect(204);
    problem(&take().await, 404, "not_found");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn of_ten_at_once_as_many_begin_as_there_is_room_for(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Acme").await;
    allow(&app, &owner, 4).await;
    let first = owner.create(LIST, &json!({ "name": "First" })).await;
    let body = json!({ "name": "Another" });
    let answers = join_all((0..10).map(|_| owner.post(LIST, &body))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 3);
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        problem(answer, 409, "limit_reached");
        let told = answer.json();
        let (limit, allowed, used) = (&told["limit"], &told["allowed"], &told["used"]);
        assert_eq!((limit, allowed, used), (&json!("max_projects"), &json!(4), &json!(4)));
    }
    assert_eq!(rows(&owner, LIST).await.len(), 4);
    // One that is deleted makes room.
    owner.delete(&at(&first), 1).await.expect(204);
    owner.create(LIST, &body).await;
    problem(&owner.post(LIST, &body).await, 409, "limit_reached");
}
