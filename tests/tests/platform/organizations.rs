//! Organizations, as those change them who administer the platform.
use crate::{problem, trail};
use purser_tests::{
    app::{Answer, PASSWORD, TestApp},
    database::Engine,
};
use rstest::rstest;
use serde_json::{Value, json};

const ORGANIZATIONS: &str = "/v1/platform/organizations";

fn path(organization: &Value) -> String {
    format!("{ORGANIZATIONS}/{}", organization["id"].as_str().unwrap())
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn one_is_founded_for_somebody_who_is_invited_to_own_it(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let desk = app.administrator().await.desk;
    let wanted = json!({ "name": "Northwind", "slug": "northwind", "owner_email": "nora@example.com" });
    let answer = desk.post(ORGANIZATIONS, &wanted).await.expect(201);
    let founded = answer.json();
    assert_eq!(answer.header("location"), path(&founded));
    assert_eq!(
        (&founded["slug"], &founded["status"], &founded["subscription_tier"]),
        (&json!("northwind"), &json!("active"), &json!("free"))
    );
    // Sent again, it founds nothing.
    problem(&desk.post(ORGANIZATIONS, &wanted).await, 409, "slug_taken");
    let wrong = json!({ "name": "Other", "slug": "other-one", "owner_email": "nobody" });
    let answer = desk.post(ORGANIZATIONS, &wrong).await.expect(422);
    assert_eq!(answer.errors(), [("/owner_email".to_owned(), "not_an_email".to_owned())]);

    let shown = desk.get(&path(&founded)).await.expect(200).json();
    assert_eq!(shown["usage"], json!({ "users": 1, "projects": 0, "storage_bytes": 0 }));
    let mail = app.mail("nora@example.com", "invites you to join Northwind").await;
    // The invitation holds; a second one does not.
    let invite = format!("{}/invite-owner", path(&founded));
    problem(&desk.post(&invite, &json!({ "email": "nora@example.com" })).await, 409, "already_invited");
    let accept = json!({ "token": mail.token(), "full_name": "Nora", "password": PASSWORD });
    let nora = app.anonymous("POST", "/v1/invitations/accept", Some(&accept)).await.expect(200).json();
    let nora = desk.with_tokens(&nora);
    let me = nora.get("/v1/me").await.expect(200).json();
    assert_eq!((&me["roles"], &me["organization"]["name"]), (&json!(["owner"]), &json!("Northwind")));
    // Whoever owns it invites others; nobody from outside does.
    problem(&desk.post(&invite, &json!({ "email": "eve@example.com" })).await, 409, "has_owner");
    let entries = nora.get("/v1/audit-logs?action=organization.create").await.expect(200).json();
    assert_eq!(entries["data"][0]["actor_kind"], "platform_admin");
    let actions: Vec<Value> = trail(&desk, &format!("organization_id={}", founded["id"].as_str().unwrap()))
        .await
        .iter()
        .map(|entry| entry["action"].clone())
        .collect();
    assert_eq!(actions, ["organization.invite_owner", "organization.create"]);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn limits_are_changed_from_outside_and_hold(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let desk = app.administrator().await.desk;
    let owner = app.tenant("Acme").await;
    let path = format!("{ORGANIZATIONS}/{}", owner.organization_id);
    let etag = desk.get(&path).await.expect(200).header("etag").to_owned();
    let change = json!({ "subscription_tier": "enterprise", "max_users": 60, "max_projects": 1, "max_storage_gb": 0 });
    problem(&Answer::of(desk.request("PATCH", &path).json(&change)).await, 428, "precondition_required");
    let changed = Answer::of(desk.request("PATCH", &path).header("If-Match", &etag).json(&change)).await.expect(200);
    assert_eq!(
        (&changed.json()["subscription_tier"], &changed.json()["max_projects"]),
        (&json!("enterprise"), &json!(1))
    );
    problem(&Answer::of(desk.request("PATCH", &path).header("If-Match", &etag).json(&change)).await, 412, "stale");
    let none = json!({ "max_users": 0, "max_projects": -1 });
    let answer = Answer::of(desk.request("PATCH", &path).header("If-Match", "*").json(&none)).await.expect(422);
    assert_eq!(answer.errors().len(), 2, "{answer:?}");
    owner.create("/v1/projects", &json!({ "name": "First" })).await;
    problem(&owner.post("/v1/projects", &json!({ "name": "Second" })).await, 409, "limit_reached");
    for (entries, is_both) in [
        (owner.get("/v1/audit-logs?action=organization.change_plan").await.expect(200).json()["data"].clone(), true),
        (json!(trail(&desk, "action=organization.change_plan").await), true),
    ] {
        assert_eq!(entries.as_array().unwrap().len() == 1, is_both, "{entries}");
    }
    problem(&desk.get(&format!("{ORGANIZATIONS}/01a1fa5a-0000-7000-8000-000000000000")).await, 404, "not_found");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_the_platform_suspends_its_owners_do_not_reactivate(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let desk = app.administrator().await.desk;
    let owner = app.tenant("Acme").await;
    let path = format!("{ORGANIZATIONS}/{}", owner.organization_id);
    let suspended = desk.post(&format!("{path}/suspend"), &json!({ "reason": "unpaid" })).await.expect(200).json();
    assert_eq!((&suspended["status"], &suspended["suspended_by_platform"]), (&json!("suspended"), &json!(true)));
    owner.get("/v1/customers").await.expect(200);
    let customer = json!({ "business_name": "Corner Café" });
    problem(&owner.post("/v1/customers", &customer).await, 403, "organization_suspended");
    problem(&owner.verb("/v1/organization/reactivate").await, 403, "suspended_by_platform");
    problem(&desk.post(&format!("{path}/suspend"), &json!({ "reason": "x" })).await, 409, "illegal_transition");
    desk.verb(&format!("{path}/reactivate")).await.expect(200);
    owner.post("/v1/customers", &customer).await.expect(201);
    // What owners suspend, both re-activate.
    owner.post("/v1/organization/suspend", &json!({ "reason": "holidays" })).await.expect(200);
    owner.verb("/v1/organization/reactivate").await.expect(200);
    owner.post("/v1/organization/suspend", &json!({ "reason": "holidays" })).await.expect(200);
    desk.verb(&format!("{path}/reactivate")).await.expect(200);

    let listed = desk.get(&format!("{ORGANIZATIONS}?status=active&slug=acme")).await.expect(200).json();
    assert!(listed["data"].as_array().unwrap().iter().any(|one| one["id"] == owner.organization_id));
    desk.post(&format!("{path}/close"), &json!({ "retention_days": 30 })).await.expect(200);
    problem(&owner.get("/v1/customers").await, 401, "unauthenticated");
    problem(&desk.verb(&format!("{path}/reactivate")).await, 409, "illegal_transition");
    let invite = json!({ "email": "eve@example.com" });
    problem(&desk.post(&format!("{path}/invite-owner"), &invite).await, 409, "illegal_transition");
    let nowhere = format!("{ORGANIZATIONS}/01a1fa5a-0000-7000-8000-000000000000");
    for (verb, body) in
        [("suspend", json!({ "reason": "x" })), ("close", json!({ "retention_days": 1 })), ("invite-owner", invite)]
    {
        problem(&desk.post(&format!("{nowhere}/{verb}"), &body).await, 404, "not_found");
    }
    let actions: Vec<Value> = trail(&desk, &format!("organization_id={}", owner.organization_id))
        .await
        .iter()
        .map(|entry| entry["action"].clone())
        .collect();
    let expected = ["close", "reactivate", "reactivate", "suspend"].map(|verb| format!("organization.{verb}"));
    assert_eq!(actions, expected);
}
