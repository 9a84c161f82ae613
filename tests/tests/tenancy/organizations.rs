//! What an organization says of itself, founding another, and closing one.
use crate::{problem, refused, rows};
use purser_tests::{
    app::{Answer, PASSWORD, Tenant, TestApp},
    database::Engine,
    whatsapp,
};
use rstest::rstest;
use serde_json::{Value, json};

const OWN: &str = "/v1/organization";
const CLOSE: &str = "/v1/organization/close";

/// The slugs and statuses of the person's organizations.
async fn own(tenant: &Tenant) -> Vec<(String, String)> {
    let text = |row: &Value, name: &str| row[name].as_str().unwrap().to_owned();
    let rows = rows(tenant, "/v1/organizations").await;
    rows.iter().map(|row| (text(row, "slug"), text(row, "status"))).collect()
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn says_of_itself_what_it_is_told(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let before = owner.get(OWN).await.expect(200);
    assert_eq!((before.header("etag"), &before.json()["slug"]), ("\"1\"", &json!("blue-harbor-foods")));
    let body = json!({
        "name": " Harbor ", "slug": "harbor-24", "kind": "wholesale", "description": "Fish\nand more",
        "email": "Desk@harbor.example.com", "phone": "+49 30 123456", "website": "https://harbor.example.com/en?a=b",
    });
    let changed = owner.patch(OWN, 1, &body).await.expect(200);
    assert_eq!(changed.header("etag"), "\"2\"");
    let mut kept = body.clone();
    kept["name"] = "Harbor".into();
    for (name, value) in kept.as_object().unwrap() {
        assert_eq!(changed.json()[name], *value, "{name}");
    }
    problem(&owner.patch(OWN, 1, &body).await, 412, "stale");
    let cleared = owner.patch(OWN, 2, &json!({ "phone": null, "website": null })).await.expect(200).json();
    assert_eq!(
        (&cleared["phone"], &cleared["website"], &cleared["kind"]),
        (&json!(null), &json!(null), &json!("wholesale"))
    );
    let me = owner.get("/v1/me").await.expect(200).json();
    assert_eq!((&me["organization"]["name"], &me["is_suspended"]), (&json!("Harbor"), &json!(false)));

    for (name, value, code) in [
        ("name", "", "required"),
        ("slug", "Harbor", "not_a_slug"),
        ("slug", "ha", "not_a_slug"),
        ("slug", "a--b", "not_a_slug"),
        ("slug", "-ab", "not_a_slug"),
        ("slug", &*"a".repeat(49), "not_a_slug"),
        ("email", "nobody", "not_an_email"),
        ("phone", "call me", "not_a_phone_number"),
        ("website", "harbor.example.com", "not_an_address"),
        ("website", "javascript:alert(1)", "not_an_address"),
        ("website", "http://", "not_an_address"),
        ("kind", "a\nb", "control_character"),
    ] {
        refused(&owner.patch(OWN, 3, &json!({ name: value })).await, &[(&format!("/{name}"), code)]);
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_name_in_addresses_is_never_anothers(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let (one, other) = (app.tenant("Acme").await, app.tenant("Other").await);
    problem(&other.patch(OWN, 1, &json!({ "slug": "acme" })).await, 409, "slug_taken");
    one.patch(OWN, 1, &json!({ "slug": "acme-trading" })).await.expect(200);
    problem(&other.patch(OWN, 1, &json!({ "slug": "acme" })).await, 409, "slug_taken");
    // One's own comes back.
    one.patch(OWN, 2, &json!({ "slug": "acme" })).await.expect(200);
    one.post(CLOSE, &json!({ "retention_days": 1 })).await.expect(200);
    for slug in ["acme", "acme-trading"] {
        problem(&other.patch(OWN, 1, &json!({ "slug": slug })).await, 409, "slug_taken");
    }
    let namesake = app.tenant("Acme").await.get(OWN).await.expect(200).json()["slug"].as_str().unwrap().to_owned();
    assert!(namesake.starts_with("acme-") && namesake != "acme-trading", "{namesake}");

    let third = app.tenant("Third").await;
    let wanted = json!({ "slug": "wanted" });
    let (first, second) = tokio::join!(other.patch(OWN, 1, &wanted), third.patch(OWN, 1, &wanted));
    let mut statuses = [first.status, second.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409], "{first:?} {second:?}");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn who_founds_another_owns_it(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Acme").await;
    let member = app.member(&owner, purser_kernel::PermissionSet::empty()).await;
    let body = json!({ "name": " Acme Labs " });
    let founded = member.post_keyed("/v1/organizations", "labs", &body).await.expect(201);
    let again = member.post_keyed("/v1/organizations", "labs", &body).await.expect(201);
    assert_eq!((&again.body, again.header("idempotency-replayed")), (&founded.body, "true"));
    problem(
        &member.post_keyed("/v1/organizations", "labs", &json!({ "name": "Other" })).await,
        422,
        "idempotency_key_reused",
    );
    let founded = founded.json();
    assert_eq!((&founded["name"], &founded["slug"]), (&json!("Acme Labs"), &json!("acme-labs")));
    let there = member.signed_in_to(founded["id"].as_str().unwrap()).await;
    let me = there.get("/v1/me").await.expect(200).json();
    assert_eq!((&me["roles"], &me["organization"]["id"]), (&json!(["owner"]), &founded["id"]));
    there.create("/v1/customers", &json!({ "business_name": "First" })).await;
    let slugs: Vec<_> = own(&member).await.into_iter().map(|(slug, _)| slug).collect();
    assert_eq!(slugs.len(), 3, "{slugs:?}");
    assert!(["acme", "elsewhere", "acme-labs"].iter().all(|slug| slugs.contains(&(*slug).to_owned())), "{slugs:?}");
    refused(&member.post("/v1/organizations", &json!({ "name": "" })).await, &[("/name", "required")]);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn nobody_gets_into_one_that_is_closed(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Acme").await;
    let member = app.member(&owner, purser_kernel::PermissionSet::all()).await;
    let callback = owner.connect_whatsapp().await;
    let elsewhere = owner.create("/v1/organizations", &json!({ "name": "Acme Labs" })).await;
    for days in [0, -1, 3654] {
        refused(&owner.post(CLOSE, &json!({ "retention_days": days })).await, &[("/retention_days", "out_of_range")]);
    }
    let closed = owner.post(CLOSE, &json!({ "retention_days": 30 })).await.expect(200).json();
    assert_eq!(closed["status"], "closed");
    let time = |name: &str| closed[name].as_str().unwrap().parse::<chrono::DateTime<chrono::Utc>>().unwrap();
    assert_eq!((time("purge_after") - time("closed_at")).num_days(), 30);

    for tenant in [&owner, &member] {
        problem(&tenant.get("/v1/me").await, 401, "unauthenticated");
        problem(&tenant.post("/v1/customers", &json!({ "business_name": "Late" })).await, 401, "unauthenticated");
        problem(&tenant.verb("/v1/organization/reactivate").await, 401, "unauthenticated");
        let login = json!({ "email": tenant.email, "password": PASSWORD, "organization_id": owner.organization_id });
        problem(&app.anonymous("POST", "/v1/auth/login", Some(&login)).await, 401, "invalid_credentials");
        let refresh = json!({ "refresh_token": tenant.refresh_token });
        problem(&app.anonymous("POST", "/v1/auth/refresh", Some(&refresh)).await, 401, "invalid_refresh_token");
    }
    let message = whatsapp::messages(&[whatsapp::text("4915112345678", "hello?")]);
    let knocked = owner.deliver(&callback, &message).await;
    let unknown = callback.replace(&owner.organization_id, elsewhere["id"].as_str().unwrap());
    let never = owner.deliver(&unknown, &message).await;
    assert_eq!((knocked.status, &knocked.body), (404, &never.body), "as a door that never was");

    // Its owner still sees that it was theirs; others do not.
    let owner = owner.signed_in_to(elsewhere["id"].as_str().unwrap()).await;
    assert_eq!(own(&owner).await[0], ("acme".to_owned(), "closed".to_owned()));
    let login = json!({ "email": member.email, "password": PASSWORD });
    let signed_in = app.anonymous("POST", "/v1/auth/login", Some(&login)).await;
    let token = signed_in.expect(200).json()["access_token"].as_str().unwrap().to_owned();
    let list = Answer::of(app.request("GET", "/v1/organizations").bearer_auth(token)).await.expect(200).json();
    assert_eq!(list["data"].as_array().unwrap().len(), 1, "{list}");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn only_an_owner_decides_about_its_existence(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let owner = app.tenant("Acme").await;
    let admin = app.member(&owner, purser_kernel::SystemRole::Admin.permissions()).await;
    problem(&admin.post("/v1/organization/suspend", &json!({ "reason": "x" })).await, 403, "forbidden");
    problem(&admin.post(CLOSE, &json!({ "retention_days": 1 })).await, 403, "forbidden");
    problem(&admin.verb("/v1/organization/reactivate").await, 403, "forbidden");
    owner.get("/v1/customers").await.expect(200);
}
