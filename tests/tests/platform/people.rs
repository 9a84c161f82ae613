//! Accounts, as those look after them who administer the platform.
use crate::{problem, trail};
use purser_tests::{
    app::{PASSWORD, TestApp},
    database::Engine,
};
use rstest::rstest;
use serde_json::json;

const USERS: &str = "/v1/platform/users";

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_person_is_shut_out_of_everything_at_once(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let admin = app.administrator().await;
    let desk = &admin.desk;
    let ann = app.tenant("Acme").await;
    let program = ann.program(purser_kernel::Permission::ProductsRead.into()).await;
    program.get("/v1/products").await.expect(200);
    ann.get("/v1/me").await.expect(200);
    let path = format!("{USERS}/{}", ann.user_id);
    let why = json!({ "reason": "a stolen password" });
    assert_eq!(desk.post(&format!("{path}/disable"), &why).await.expect(200).json()["is_active"], false);
    problem(&ann.get("/v1/me").await, 401, "unauthenticated");
    problem(&program.get("/v1/products").await, 401, "unauthenticated");
    let refresh = json!({ "refresh_token": ann.refresh_token });
    problem(&app.anonymous("POST", "/v1/auth/refresh", Some(&refresh)).await, 401, "invalid_refresh_token");
    let login = json!({ "email": ann.email, "password": PASSWORD });
    problem(&app.anonymous("POST", "/v1/auth/login", Some(&login)).await, 401, "invalid_credentials");
    // Twice is as good as once.
    desk.post(&format!("{path}/disable"), &why).await.expect(200);
    desk.verb(&format!("{path}/enable")).await.expect(200);
    problem(&ann.get("/v1/me").await, 401, "unauthenticated");
    app.anonymous("POST", "/v1/auth/login", Some(&login)).await.expect(200);
    let entries = trail(desk, &format!("user_id={}", ann.user_id)).await;
    assert_eq!((entries.len(), &entries[1]["details"]), (2, &why));
    let own = format!("{USERS}/{}/disable", admin.person.user_id);
    problem(&desk.post(&own, &why).await, 403, "own_account");
    let nobody = format!("{USERS}/01a1fa5a-0000-7000-8000-000000000000");
    problem(&desk.get(&nobody).await, 404, "not_found");
    problem(&desk.post(&format!("{nobody}/disable"), &why).await, 404, "not_found");

    // An administrator who is shut out is one no more for that time.
    let other = app.administrator().await;
    desk.post(&format!("{USERS}/{}/disable", other.person.user_id), &why).await.expect(200);
    problem(&other.desk.get(USERS).await, 401, "unauthenticated");
    let found = desk.get(&format!("{USERS}?email={}", ann.email)).await.expect(200).json();
    assert_eq!((found["data"].as_array().unwrap().len(), &found["data"][0]["id"]), (1, &json!(ann.user_id)));
}

/// Who has lost app and codes is let in again, and hears of it.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_lost_second_factor_is_taken_away_by_the_platform_alone(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let admin = app.administrator().await;
    let ann = app.candidate().await;
    let reset = format!("{USERS}/{}/reset-mfa", ann.person.user_id);
    let why = json!({ "reason": "lost the phone, known by voice" });
    admin.desk.post(&reset, &why).await.expect(204);
    problem(&ann.person.get("/v1/me").await, 401, "unauthenticated");
    let login = json!({ "email": ann.person.email, "password": PASSWORD });
    let back = app.anonymous("POST", "/v1/auth/login", Some(&login)).await.expect(200).json();
    let back = ann.person.with_tokens(&back);
    let status = back.get("/v1/auth/mfa").await.expect(200).json();
    assert_eq!((&status["totp_confirmed_at"].is_null(), &status["recovery_codes_left"]), (&true, &json!(0)));
    let mail = app.mail(&ann.person.email, "Your second factor was taken away").await;
    assert!(mail.text.contains("If you have not"), "{mail:?}");
    problem(&admin.desk.post(&reset, &why).await, 409, "mfa_not_enrolled");
    let entries = trail(&admin.desk, "action=user.reset_mfa").await;
    assert_eq!((entries.len(), &entries[0]["details"]), (1, &why));
    // Not one's own, nor another administrator's: a command takes the office from them first.
    for other in [&admin.person, &app.administrator().await.person] {
        let reset = format!("{USERS}/{}/reset-mfa", other.user_id);
        problem(&admin.desk.post(&reset, &why).await, 403, "platform_administrator");
    }
}
