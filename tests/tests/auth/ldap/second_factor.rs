//! The second factor of people whom a directory vouches for.
use super::House;
use purser_tests::{app::Tenant, database::Engine, slapd, totp::code_at};
use rstest::rstest;
use serde_json::json;

/// Gets Ann an app, and returns its secret.
async fn enrol(ann: &Tenant) -> String {
    let wrong = ann.post("/v1/auth/mfa/totp", &json!({ "password": "a guess" })).await.expect(403);
    assert_eq!(wrong.problem(), "wrong_password");
    let begun = ann.post("/v1/auth/mfa/totp", &json!({ "password": slapd::PASSWORD })).await.expect(200).json();
    let secret = begun["secret"].as_str().unwrap().to_owned();
    let code = json!({ "code": code_at(&secret, 0) });
    ann.post("/v1/auth/mfa/totp/confirm", &code).await.expect(200);
    secret
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_organization_that_wants_two_factors_is_open_to_its_directory_s_people(#[case] engine: Engine) {
    let Some(house) = House::new(engine).await else { return };
    house.map(&[("sales", "viewer")]).await;
    house.slapd.group("sales", "ann").await;
    let settings = house.owner.get("/v1/organization/settings").await.expect(200).json();
    let version = settings["version"].as_i64().unwrap();
    house.owner.patch("/v1/organization/settings", version, &json!({ "require_mfa": true })).await.expect(200);
    let ann = house.signed_in("ann").await;
    assert_eq!(ann.get("/v1/products").await.expect(403).problem(), "mfa_enrolment_required");
    let secret = enrol(&ann).await;
    ann.get("/v1/products").await.expect(200);

    let challenged = house.log_in("ann", slapd::PASSWORD).await.expect(401);
    assert_eq!(challenged.problem(), "mfa_required");
    let step = json!({ "challenge": challenged.json()["challenge"], "code": code_at(&secret, 1) });
    let entered = house.app.anonymous("POST", "/v1/auth/mfa/verify", Some(&step)).await.expect(200).json();
    let entered = ann.with_token(entered["access_token"].as_str().unwrap());
    entered.get("/v1/products").await.expect(200);
    // It is the directory's session as any other.
    let other = json!({ "organization_id": house.owner.organization_id });
    let refused = entered.post("/v1/auth/switch-organization", &other).await.expect(403);
    assert_eq!(refused.problem(), "vouched_for_one_organization");
    // Nor would they ever get into one that they found.
    let founded = entered.post("/v1/organizations", &json!({ "name": "Own" })).await.expect(403);
    assert_eq!(founded.problem(), "vouched_for_one_organization");
    house.slapd.change("ann", "employeeType", "disabled").await;
    house.make_due().await;
    assert_eq!(house.refresh(&ann).await.expect(401).problem(), "invalid_refresh_token");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn the_directory_s_password_is_guessed_no_faster_by_who_has_a_session(#[case] engine: Engine) {
    let Some(house) = House::new(engine).await else { return };
    let ann = house.signed_in("ann").await;
    let guess = json!({ "password": "a guess" });
    for _ in 0..5 {
        ann.post("/v1/auth/mfa/totp", &guess).await.expect(403);
    }
    let right = json!({ "password": slapd::PASSWORD });
    for path in ["/v1/auth/mfa/totp", "/v1/auth/mfa/totp/remove", "/v1/auth/mfa/recovery-codes"] {
        assert_eq!(ann.post(path, &right).await.expect(429).problem(), "too_many_requests", "{path}");
    }
    house.log_in("ann", slapd::PASSWORD).await.expect(429);
}
