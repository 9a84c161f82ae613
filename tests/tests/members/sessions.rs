//! Sessions end with what they were opened for.
use crate::{person, problem};
use purser_kernel::Permission;
use purser_tests::{
    app::{Answer, PASSWORD, Tenant, TestApp},
    database::Engine,
};
use rstest::rstest;
use serde_json::json;

async fn refresh(app: &TestApp, person: &Tenant) -> Answer {
    app.anonymous("POST", "/v1/auth/refresh", Some(&json!({ "refresh_token": person.refresh_token }))).await
}

async fn log_in(app: &TestApp, person: &Tenant) -> Answer {
    let body = json!({ "email": person.email, "password": PASSWORD, "organization_id": person.organization_id });
    app.anonymous("POST", "/v1/auth/login", Some(&body)).await
}

/// Neither of the session's tokens is worth anything.
async fn is_over(app: &TestApp, person: &Tenant) {
    problem(&person.get("/v1/me").await, 401, "unauthenticated");
    problem(&refresh(app, person).await, 401, "invalid_refresh_token");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn who_is_disabled_is_out_at_once_and_signs_in_anew(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let viewer = person(&app, &owner, &["viewer"]).await;
    viewer.tenant.get("/v1/orders").await.expect(200);
    owner.verb(&format!("{}/disable", viewer.path)).await.expect(200);
    is_over(&app, &viewer.tenant).await;
    problem(&log_in(&app, &viewer.tenant).await, 401, "invalid_credentials");
    owner.verb(&format!("{}/enable", viewer.path)).await.expect(200);
    // What was over stays over.
    is_over(&app, &viewer.tenant).await;
    let again = log_in(&app, &viewer.tenant).await.expect(200);
    let again = viewer.tenant.with_tokens(&again.json());
    assert_eq!(again.get("/v1/me").await.expect(200).json()["roles"], json!(["viewer"]));
    refresh(&app, &again).await.expect(200);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn all_of_a_member_s_sessions_end_and_nobody_else_s(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let viewer = person(&app, &owner, &["viewer"]).await;
    let bystander = person(&app, &owner, &["viewer"]).await.tenant;
    let second = viewer.tenant.with_tokens(&log_in(&app, &viewer.tenant).await.expect(200).json());
    // Their own organization is none of this one's business.
    let at_home = viewer.tenant.signed_in_at(&app.url).await;
    assert_ne!(at_home.get("/v1/me").await.expect(200).json()["organization"]["id"], owner.organization_id);
    owner.verb(&format!("{}/end-sessions", viewer.path)).await.expect(200);
    is_over(&app, &viewer.tenant).await;
    is_over(&app, &second).await;
    at_home.get("/v1/me").await.expect(200);
    bystander.get("/v1/me").await.expect(200);
    log_in(&app, &viewer.tenant).await.expect(200);
    let trail = owner.get("/v1/audit-logs?action=member.end_sessions").await.expect(200).json();
    assert_eq!(trail["data"].as_array().unwrap().len(), 1);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn who_is_removed_is_gone(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let operator = person(&app, &owner, &["operator"]).await;
    let customer = operator.tenant.create("/v1/customers", &json!({ "business_name": "Corner Café" })).await;
    owner.delete(&operator.path, 2).await.expect(204);
    is_over(&app, &operator.tenant).await;
    problem(&log_in(&app, &operator.tenant).await, 401, "invalid_credentials");
    problem(&owner.get(&operator.path).await, 404, "not_found");
    for verb in ["disable", "enable", "end-sessions"] {
        problem(&owner.verb(&format!("{}/{verb}", operator.path)).await, 404, "not_found");
    }
    problem(&owner.delete(&operator.path, 3).await, 404, "not_found");
    // What they have done stays, and stays theirs.
    let path = format!("/v1/customers/{}", customer["id"].as_str().unwrap());
    assert_eq!(owner.get(&path).await.expect(200).json(), customer);
    let trail = format!("/v1/audit-logs?actor_id={}", operator.tenant.user_id);
    assert!(!owner.get(&trail).await.expect(200).json()["data"].as_array().unwrap().is_empty());
}

/// What somebody had before they were removed does not come back with another invitation.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn keys_and_access_are_gone_for_good_with_whoever_had_them(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let manager = person(&app, &owner, &["admin"]).await;
    let program = manager.tenant.program(Permission::ProductsRead.into()).await;
    let owners_key = json!({ "name": "Owner's", "scopes": ["products.read"] });
    let owners_key = owner.create("/v1/api-keys", &owners_key).await;
    let rotate = format!("/v1/api-keys/{}/rotate", owners_key["id"].as_str().unwrap());
    let rotated = manager.tenant.verb(&rotate).await.expect(200).json();
    let rotated = owner.with_token(rotated["secret"].as_str().unwrap());
    let engagement = json!({ "name": "Move", "client_name": "Northwind" });
    let engagement = owner.create("/v1/engagements", &engagement).await;
    let engagement = format!("/v1/engagements/{}", engagement["id"].as_str().unwrap());
    let access = format!("{engagement}/access/{}", manager.tenant.user_id);
    owner.put(&access, &json!({ "level": "write" })).await.expect(200);
    for key in [&program, &rotated] {
        key.get("/v1/products").await.expect(200);
    }

    let version = owner.get(&manager.path).await.expect(200).json()["version"].as_i64().unwrap();
    owner.delete(&manager.path, version).await.expect(204);
    for key in [&program, &rotated] {
        key.get("/v1/products").await.expect(401);
    }
    let trail = owner.get("/v1/audit-logs?action=api_key.revoke").await.expect(200).json();
    assert_eq!(trail["data"].as_array().unwrap().len(), 1);

    let invitation = json!({ "email": manager.tenant.email, "role": "viewer" });
    owner.create("/v1/invitations", &invitation).await;
    let token = app.mail(&manager.tenant.email, "invites you").await.token();
    let accept = json!({ "token": token, "password": PASSWORD });
    let back = app.anonymous("POST", "/v1/invitations/accept", Some(&accept)).await.expect(200).json();
    let back = manager.tenant.with_tokens(&back);
    back.get("/v1/products").await.expect(200);
    problem(&back.get(&engagement).await, 404, "not_found");
    for key in [&program, &rotated] {
        key.get("/v1/products").await.expect(401);
    }
    // The owner's own key only has to be rotated again.
    let anew = owner.verb(&rotate).await.expect(200).json();
    owner.with_token(anew["secret"].as_str().unwrap()).get("/v1/products").await.expect(200);
}
