//! Nobody grants what they do not hold, and nobody reaches above themselves.
use crate::{give, names, person, problem, role, row};
use purser_tests::{app::TestApp, database::Engine};
use rstest::rstest;
use serde_json::json;

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_admin_neither_gives_nor_takes_what_only_owners_have(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let admin = person(&app, &owner, &["admin"]).await;
    let viewer = person(&app, &owner, &["viewer"]).await;
    let first = row(&owner, "/v1/members", "user_id", &owner.user_id).await;
    let owner_path = format!("/v1/members/{}", first["id"].as_str().unwrap());

    let tenant = &admin.tenant;
    problem(&give(tenant, &viewer.path, &["owner"]).await, 403, "rank_too_high");
    problem(&give(tenant, &admin.path, &["admin", "owner"]).await, 403, "rank_too_high");
    problem(&give(tenant, &owner_path, &["admin"]).await, 403, "rank_too_high");
    let nothing = json!({ "grants": [], "denials": ["orders.read"] });
    problem(&tenant.put(&format!("{owner_path}/permissions"), &nothing).await, 403, "rank_too_high");
    for verb in ["disable", "enable", "end-sessions"] {
        problem(&tenant.verb(&format!("{owner_path}/{verb}")).await, 403, "rank_too_high");
    }
    problem(&tenant.delete(&owner_path, 1).await, 403, "rank_too_high");
    assert_eq!(owner.get(&owner_path).await.expect(200).json(), first);
    // What is theirs to give they give, also to each other.
    give(tenant, &viewer.path, &["admin"]).await.expect(200);
    give(&viewer.tenant, &admin.path, &["operator"]).await.expect(200);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_role_holds_no_more_than_its_maker(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let clerk = ["members.manage", "members.read", "roles.manage", "roles.read", "orders.read"];
    owner.create("/v1/roles", &json!({ "name": "Clerk", "rank": 50, "permissions": clerk })).await;
    let high = owner.create("/v1/roles", &json!({ "name": "High", "rank": 51, "permissions": [] })).await;
    let strong =
        owner.create("/v1/roles", &json!({ "name": "Strong", "rank": 10, "permissions": ["usage.read"] })).await;
    let clerk = person(&app, &owner, &["Clerk"]).await;
    let other = person(&app, &owner, &[]).await;
    let who = &clerk.tenant;

    let refused = who.post("/v1/roles", &json!({ "name": "A", "permissions": ["orders.read", "usage.read"] })).await;
    problem(&refused, 403, "permission_not_held");
    assert_eq!(refused.json()["permissions"], json!(["usage.read"]));
    let refused = who.post("/v1/roles", &json!({ "name": "A", "rank": 51, "permissions": [] })).await;
    problem(&refused, 403, "rank_too_high");
    assert_eq!((&refused.json()["rank"], &refused.json()["own_rank"]), (&json!(51), &json!(50)));
    let made = who.create("/v1/roles", &json!({ "name": "A", "rank": 50, "permissions": ["orders.read"] })).await;
    let made = format!("/v1/roles/{}", made["id"].as_str().unwrap());
    problem(&who.patch(&made, 1, &json!({ "permissions": ["usage.read"] })).await, 403, "permission_not_held");
    problem(&who.patch(&made, 1, &json!({ "rank": 60 })).await, 403, "rank_too_high");
    let high = format!("/v1/roles/{}", high["id"].as_str().unwrap());
    problem(&who.patch(&high, 1, &json!({ "rank": 1 })).await, 403, "rank_too_high");
    problem(&who.delete(&high, 1).await, 403, "rank_too_high");
    // A role that allows more may be called something else, and allow less.
    let strong = format!("/v1/roles/{}", strong["id"].as_str().unwrap());
    who.patch(&strong, 1, &json!({ "name": "Weaker" })).await.expect(200);
    // Giving it to somebody is granting what it allows.
    problem(&give(who, &other.path, &["Weaker"]).await, 403, "permission_not_held");
    problem(&give(who, &clerk.path, &["Clerk", "Weaker"]).await, 403, "permission_not_held");
    problem(&give(who, &other.path, &["High"]).await, 403, "rank_too_high");
    problem(&give(who, &other.path, &["admin"]).await, 403, "rank_too_high");
    give(who, &other.path, &["A"]).await.expect(200);
    // What somebody has already is not given anew, and may be taken.
    give(&owner, &other.path, &["A", "Weaker"]).await.expect(200);
    let kept = give(who, &other.path, &["Weaker"]).await.expect(200).json();
    assert_eq!(names(&kept), ["Weaker"]);
    let none = give(who, &other.path, &[]).await.expect(200).json();
    assert_eq!(none["permissions"], json!([]));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_was_taken_a_moment_ago_is_not_given_any_more(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let admin = person(&app, &owner, &["admin"]).await;
    let viewer = person(&app, &owner, &["viewer"]).await;
    // Another node still believes in the admin's rights for a moment; what is granted there is looked up all the same.
    let node = app.another_node().await;
    let elsewhere = admin.tenant.at(&node.url);
    elsewhere.get("/v1/usage").await.expect(200);
    let manager = role(&owner, "manager").await;
    let denied = json!({ "grants": [], "denials": ["usage.read"] });
    owner.put(&format!("{}/permissions", admin.path), &denied).await.expect(200);
    let body = json!({ "role_ids": [manager] });
    problem(&elsewhere.put(&format!("{}/roles", viewer.path), &body).await, 403, "permission_not_held");
}
