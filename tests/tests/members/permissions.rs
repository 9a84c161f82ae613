//! Grants and denials beyond the roles.
use crate::{person, problem};
use purser_tests::{app::TestApp, database::Engine};
use rstest::rstest;
use serde_json::{Value, json};

fn extras(grants: &[&str], denials: &[&str]) -> Value {
    json!({ "grants": grants, "denials": denials })
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_denial_is_stronger_than_a_grant_and_a_role(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let viewer = person(&app, &owner, &["viewer"]).await;
    let path = format!("{}/permissions", viewer.path);
    let changed = owner.put(&path, &extras(&["usage.read", "audit.read"], &["audit.read", "orders.read"])).await;
    let changed = changed.expect(200).json();
    assert_eq!(changed["grants"], json!(["audit.read", "usage.read"]));
    viewer.tenant.get("/v1/usage").await.expect(200);
    for denied in ["/v1/audit-logs", "/v1/orders"] {
        problem(&viewer.tenant.get(denied).await, 403, "forbidden");
    }
    // All of it is replaced.
    let back = owner.put(&path, &extras(&[], &[])).await.expect(200).json();
    assert_eq!((&back["grants"], &back["denials"]), (&json!([]), &json!([])));
    problem(&viewer.tenant.get("/v1/usage").await, 403, "forbidden");
    viewer.tenant.get("/v1/orders").await.expect(200);
    let trail = owner.get("/v1/audit-logs?action=member.set_permissions").await.expect(200).json();
    assert_eq!(trail["data"].as_array().unwrap().len(), 2);
    assert_eq!(trail["data"][1]["changes"]["after"]["denials"], json!(["audit.read", "orders.read"]));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn nobody_grants_what_they_do_not_hold(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let admin = person(&app, &owner, &["admin"]).await;
    let viewer = person(&app, &owner, &["viewer"]).await;
    let (admins, viewers) = (format!("{}/permissions", admin.path), format!("{}/permissions", viewer.path));
    owner.put(&admins, &extras(&[], &["usage.read"])).await.expect(200);
    let who = &admin.tenant;
    // Neither to others nor to themselves, and no denial of it is lifted either.
    problem(&who.put(&viewers, &extras(&["usage.read"], &[])).await, 403, "permission_not_held");
    problem(&who.put(&admins, &extras(&[], &[])).await, 403, "own_membership");
    owner.put(&viewers, &extras(&["usage.read"], &["usage.read"])).await.expect(200);
    problem(&who.put(&viewers, &extras(&["usage.read"], &[])).await, 403, "permission_not_held");
    // What is there may stay, and be taken.
    who.put(&viewers, &extras(&["usage.read", "audit.read"], &["usage.read"])).await.expect(200);
    who.put(&viewers, &extras(&["audit.read"], &["usage.read", "orders.read"])).await.expect(200);
    // Their own they leave alone altogether.
    let own = format!("{}/permissions", crate::member_path(&owner, &owner).await);
    problem(&owner.put(&own, &extras(&[], &["orders.read"])).await, 403, "own_membership");
}
