//! How administrators are made, and how they sign in.
use crate::{problem, trail};
use chrono::TimeDelta;
use purser_kernel::{Clock, Email, PlatformScope};
use purser_tests::{
    app::{Answer, PASSWORD, TestApp},
    database::{Engine, uuid_literal},
    totp::code_by,
};
use rstest::rstest;
use serde_json::json;

const LOGIN: &str = "/v1/platform/auth/login";
const VERIFY: &str = "/v1/platform/auth/mfa/verify";

async fn log_in(app: &TestApp, email: &str, password: &str) -> Answer {
    app.anonymous("POST", LOGIN, Some(&json!({ "email": email, "password": password }))).await
}

async fn verify(app: &TestApp, challenge: &str, code: &str) -> Answer {
    app.anonymous("POST", VERIFY, Some(&json!({ "challenge": challenge, "code": code }))).await
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn it_takes_a_password_and_a_code_and_lasts_an_hour(#[case] engine: Engine) {
    let clock = Clock::fixed(Clock::system().now());
    let Some(app) = TestApp::start_at(engine, clock.clone(), |config| config.workers = 0).await else { return };
    let mut admin = app.candidate().await;
    // A right password of somebody who is none is no better than a wrong one.
    for password in [PASSWORD, "wrong horse battery staple"] {
        problem(&log_in(&app, &admin.person.email, password).await, 401, "invalid_credentials");
    }
    let auth = &app.app().services().auth;
    let email = Email::parse("/email", &admin.person.email).unwrap();
    auth.grant_platform_admin(&PlatformScope::command("test"), &email).await.unwrap();
    problem(&log_in(&app, &admin.person.email, "wrong horse battery staple").await, 401, "invalid_credentials");

    let challenge = app.admin_challenge(&admin.person.email).await;
    problem(&verify(&app, &challenge, "000000").await, 401, "invalid_mfa_code");
    // The challenge is good at this door alone, and one from another door is not good here.
    let elsewhere = json!({ "challenge": challenge, "code": admin.codes[0] });
    let answer = app.anonymous("POST", "/v1/auth/mfa/verify", Some(&elsewhere)).await;
    problem(&answer, 401, "invalid_mfa_challenge");
    let tenants = json!({ "email": admin.person.email, "password": PASSWORD });
    let tenants = app.anonymous("POST", "/v1/auth/login", Some(&tenants)).await.expect(401).json();
    problem(&verify(&app, tenants["challenge"].as_str().unwrap(), &admin.codes[0]).await, 401, "invalid_mfa_challenge");
    let code = code_by(clock.now(), &admin.secret, 1);
    let signed_in = verify(&app, &challenge, &code).await.expect(200).json();
    assert_eq!((&signed_in["token_type"], &signed_in["expires_in"]), (&json!("Bearer"), &json!(3600)));
    assert_eq!(signed_in["admin"]["id"], admin.person.user_id);
    assert!(signed_in.get("refresh_token").is_none());
    // Neither works a second time.
    problem(&verify(&app, &challenge, &admin.codes[0]).await, 401, "invalid_mfa_challenge");
    let again = app.admin_challenge(&admin.person.email).await;
    problem(&verify(&app, &again, &code).await, 401, "invalid_mfa_code");

    let desk = admin.person.with_token(signed_in["access_token"].as_str().unwrap());
    desk.get("/v1/platform/organizations").await.expect(200);
    let entries = trail(&desk, "action=platform_session.sign_in").await;
    let outcomes: Vec<&str> = entries.iter().map(|entry| entry["outcome"].as_str().unwrap()).collect();
    assert_eq!(outcomes, ["failure", "success", "failure", "failure"]);
    assert!(entries.iter().all(|entry| entry["admin_id"] == admin.person.user_id));
    clock.advance(TimeDelta::minutes(59));
    desk.get("/v1/platform/organizations").await.expect(200);
    clock.advance(TimeDelta::minutes(2));
    problem(&desk.get("/v1/platform/organizations").await, 401, "unauthenticated");
    // A challenge waits for five minutes.
    let late = app.admin_challenge(&admin.person.email).await;
    clock.advance(TimeDelta::minutes(5));
    problem(&verify(&app, &late, &admin.codes.pop().unwrap()).await, 401, "invalid_mfa_challenge");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn the_same_pause_follows_wrong_passwords_and_codes(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let mut admin = app.administrator().await;
    let nobody = "nobody@example.com".to_owned();
    for email in [&admin.person.email, &nobody] {
        for _ in 0..5 {
            problem(&log_in(&app, email, "wrong horse battery staple").await, 401, "invalid_credentials");
        }
        let paused = log_in(&app, email, PASSWORD).await;
        problem(&paused, 429, "too_many_requests");
        assert_eq!(paused.header("retry-after"), "5");
    }
    // It is one pause, at whichever door.
    let tenants = json!({ "email": admin.person.email, "password": PASSWORD });
    problem(&app.anonymous("POST", "/v1/auth/login", Some(&tenants)).await, 429, "too_many_requests");
    // What is open goes on.
    admin.desk.get("/v1/platform/users").await.expect(200);

    let mut other = app.administrator().await;
    let challenge = app.admin_challenge(&other.person.email).await;
    for _ in 0..5 {
        problem(&verify(&app, &challenge, "000000").await, 401, "invalid_mfa_code");
    }
    problem(&verify(&app, &challenge, &other.codes.pop().unwrap()).await, 429, "too_many_requests");
    admin.codes.clear();
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn only_who_has_shown_all_of_it_is_made_one(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let auth = &app.app().services().auth;
    let who = PlatformScope::command("test");
    let grant = async |email: &str| {
        let email = Email::parse("/email", email).unwrap();
        format!("{:?}", auth.grant_platform_admin(&who, &email).await.unwrap())
    };
    assert_eq!(grant("nobody@example.com").await, "Unknown");
    let ann = app.tenant("Acme").await;
    assert_eq!(grant(&ann.email).await, "Unverified");
    let id = uuid_literal(engine, &ann.user_id);
    let verified = format!("update users set email_verified_at = created_at where id = {id}");
    app.database.owner().await.execute(&verified).await.unwrap();
    assert_eq!(grant(&ann.email).await, "NoSecondFactor");
    let mut candidate = app.candidate().await;
    assert_eq!(grant(&candidate.person.email).await, "Done");
    assert_eq!(grant(&candidate.person.email).await, "Already");

    let desk = app.signed_in_admin(&mut candidate).await;
    desk.get("/v1/platform/users").await.expect(200);
    let granted = trail(&desk, "action=platform_admin.grant").await;
    assert_eq!((granted.len(), &granted[0]["user_id"]), (1, &json!(candidate.person.user_id)));
    assert!(granted[0]["admin_id"].is_null());
    let email = Email::parse("/email", &candidate.person.email).unwrap();
    auth.revoke_platform_admin(&who, &email).await.unwrap();
    problem(&desk.get("/v1/platform/users").await, 401, "unauthenticated");
    problem(&log_in(&app, &candidate.person.email, PASSWORD).await, 401, "invalid_credentials");
    // They are still somebody.
    candidate.person.get("/v1/me").await.expect(200);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_session_ends_at_once_and_at_every_node(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let mut admin = app.administrator().await;
    let second = app.signed_in_admin(&mut admin).await;
    let node = app.another_node().await;
    second.at(&node.url).get("/v1/platform/users").await.expect(200);
    let sessions = admin.desk.get("/v1/platform/auth/sessions").await.expect(200).json();
    assert_eq!(sessions["data"].as_array().unwrap().len(), 2);
    let other = sessions["data"].as_array().unwrap().iter().find(|session| session["is_current"] == false).unwrap();
    let other = format!("/v1/platform/auth/sessions/{}", other["id"].as_str().unwrap());
    Answer::of(admin.desk.request("DELETE", &other)).await.expect(204);
    problem(&second.at(&node.url).get("/v1/platform/users").await, 401, "unauthenticated");
    problem(&Answer::of(admin.desk.request("DELETE", &other)).await, 404, "not_found");
    // Nobody ends somebody else's.
    let bystander = app.administrator().await;
    let theirs = bystander.desk.get("/v1/platform/auth/sessions").await.expect(200).json();
    let theirs = format!("/v1/platform/auth/sessions/{}", theirs["data"][0]["id"].as_str().unwrap());
    problem(&Answer::of(admin.desk.request("DELETE", &theirs)).await, 404, "not_found");
    admin.desk.verb("/v1/platform/auth/logout").await.expect(204);
    problem(&admin.desk.get("/v1/platform/users").await, 401, "unauthenticated");
    bystander.desk.get("/v1/platform/users").await.expect(200);
    node.app.stop().await.unwrap();
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn without_the_second_factor_there_is_no_way_in(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let admin = app.administrator().await;
    let proof = json!({ "password": PASSWORD });
    let kept = admin.person.post("/v1/auth/mfa/totp/remove", &proof).await;
    problem(&kept, 403, "platform_administrator");
    app.database.owner().await.execute("delete from mfa_factors").await.unwrap();
    problem(&log_in(&app, &admin.person.email, PASSWORD).await, 403, "mfa_enrolment_required");
}
