//! The second factor as a client sees it.
use purser_tests::{
    app::{Answer, PASSWORD, Tenant, TestApp, eventually},
    database::Engine,
    totp::code_at,
};
use rstest::rstest;
use serde_json::{Value, json};

const TOTP: &str = "/v1/auth/mfa/totp";
const CONFIRM: &str = "/v1/auth/mfa/totp/confirm";
const REMOVE: &str = "/v1/auth/mfa/totp/remove";
const RECOVERY: &str = "/v1/auth/mfa/recovery-codes";

/// The code of the step after the present one: that of the present one was taken when the app was confirmed.
fn code(secret: &str) -> String {
    code_at(secret, 1)
}

fn text(value: &Value, name: &str) -> String {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}")).to_owned()
}

/// Gets the person an app. Returns its secret and the recovery codes.
async fn enrol(person: &Tenant) -> (String, Vec<String>) {
    let begun = person.post(TOTP, &json!({ "password": PASSWORD })).await.expect(200).json();
    let secret = text(&begun, "secret");
    assert!(text(&begun, "otpauth_uri").contains(&secret));
    // The code of the next step is left for what follows.
    let confirmed = person.post(CONFIRM, &json!({ "code": code_at(&secret, 0) })).await.expect(200).json();
    let codes = confirmed["recovery_codes"].as_array().unwrap().iter().map(|code| code.as_str().unwrap().to_owned());
    (secret, codes.collect())
}

async fn log_in(app: &TestApp, person: &Tenant, password: &str) -> Answer {
    let body = json!({ "email": person.email, "password": password });
    app.anonymous("POST", "/v1/auth/login", Some(&body)).await
}

/// The challenge that the right password brings.
async fn challenge(app: &TestApp, person: &Tenant) -> String {
    let answer = log_in(app, person, PASSWORD).await.expect(401);
    assert_eq!(answer.problem(), "mfa_required");
    assert!(!answer.body.contains("access_token"), "{answer:?}");
    text(&answer.json(), "challenge")
}

async fn verify(app: &TestApp, challenge: &str, code: &str) -> Answer {
    let body = json!({ "challenge": challenge, "code": code });
    app.anonymous("POST", "/v1/auth/mfa/verify", Some(&body)).await
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn signing_in_takes_a_password_and_a_code(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let ann = app.tenant("Acme").await;
    assert_eq!(ann.get("/v1/auth/mfa").await.expect(200).json()["totp_confirmed_at"], Value::Null);
    // What is only begun is not asked for.
    ann.post(TOTP, &json!({ "password": PASSWORD })).await.expect(200);
    log_in(&app, &ann, PASSWORD).await.expect(200);
    let (secret, recovery) = enrol(&ann).await;
    assert_eq!(recovery.len(), 10);
    let status = ann.get("/v1/auth/mfa").await.expect(200);
    assert_eq!((status.json()["recovery_codes_left"].clone(), status.body.contains(&secret)), (json!(10), false));
    ann.get("/v1/products").await.expect(200);

    let token = challenge(&app, &ann).await;
    // The challenge is good for the second step and for nothing else.
    assert_eq!(ann.with_token(&token).get("/v1/me").await.expect(401).problem(), "unauthenticated");
    let refreshed = app.anonymous("POST", "/v1/auth/refresh", Some(&json!({ "refresh_token": token }))).await;
    assert_eq!(refreshed.expect(401).problem(), "invalid_refresh_token");
    let wrong = verify(&app, &token, "nonsense").await.expect(401);
    assert_eq!(wrong.problem(), "invalid_mfa_code");
    let now = code(&secret);
    let signed_in = verify(&app, &token, &now).await.expect(200).json();
    ann.with_token(&text(&signed_in, "access_token")).get("/v1/me").await.expect(200);
    // Neither the challenge nor the code again.
    assert_eq!(verify(&app, &token, &code(&secret)).await.expect(401).problem(), "invalid_mfa_challenge");
    let other = challenge(&app, &ann).await;
    assert_eq!(verify(&app, &other, &now).await.expect(401).problem(), "invalid_mfa_code");
    verify(&app, &other, &recovery[0]).await.expect(200);
    // A wrong password is told as such, whether there is a second factor or not.
    assert_eq!(log_in(&app, &ann, "wrong horse battery staple").await.expect(401).problem(), "invalid_credentials");
    for (action, count) in [("mfa.enable", 1), ("session.sign_in", 5)] {
        let trail = ann.get(&format!("/v1/audit-logs?action={action}")).await.expect(200);
        assert!(trail.json()["data"].as_array().unwrap().len() >= count, "{action}: {trail:?}");
        assert!(!trail.body.contains(&secret), "{trail:?}");
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_code_is_taken_once_however_many_bring_it(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let ann = app.tenant("Acme").await;
    let (secret, recovery) = enrol(&ann).await;
    for code in [code(&secret), recovery[0].clone()] {
        let challenges = [challenge(&app, &ann).await, challenge(&app, &ann).await, challenge(&app, &ann).await];
        let attempts = challenges.iter().map(|challenge| verify(&app, challenge, &code));
        let answers = futures_util::future::join_all(attempts).await;
        let taken = answers.iter().filter(|answer| answer.status == 200).count();
        let refused = answers.iter().filter(|answer| answer.status == 401).count();
        assert_eq!((taken, refused), (1, 2), "{answers:?}");
    }
    // One challenge, two codes that are right.
    let token = challenge(&app, &ann).await;
    let attempts = recovery[1..4].iter().map(|code| verify(&app, &token, code));
    let answers = futures_util::future::join_all(attempts).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1, "{answers:?}");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn who_has_lost_the_app_has_codes_on_paper(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let ann = app.tenant("Acme").await;
    let (_, first) = enrol(&ann).await;
    let token = challenge(&app, &ann).await;
    // As people write it down.
    verify(&app, &token, &first[0].to_uppercase().replace('-', " ")).await.expect(200);
    let left = async || ann.get("/v1/auth/mfa").await.expect(200).json()["recovery_codes_left"].clone();
    assert_eq!(left().await, 9);
    let again = challenge(&app, &ann).await;
    assert_eq!(verify(&app, &again, &first[0]).await.expect(401).problem(), "invalid_mfa_code");
    // New ones end the old ones, and whoever wants them shows who they are.
    assert_eq!(ann.post(RECOVERY, &json!({})).await.expect(422).errors()[0].0, "/password");
    let wrong = ann.post(RECOVERY, &json!({ "password": "wrong horse battery" })).await.expect(403);
    assert_eq!(wrong.problem(), "wrong_password");
    let renewed = ann.post(RECOVERY, &json!({ "code": first[1] })).await.expect(200).json();
    assert_eq!(left().await, 10);
    assert_eq!(verify(&app, &again, &first[2]).await.expect(401).problem(), "invalid_mfa_code");
    verify(&app, &again, renewed["recovery_codes"][0].as_str().unwrap()).await.expect(200);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn guessing_codes_is_slowed_down(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let ann = app.tenant("Acme").await;
    let (secret, _) = enrol(&ann).await;
    let token = challenge(&app, &ann).await;
    for wrong in ["1", "2", "3", "4", "5"] {
        verify(&app, &token, wrong).await.expect(401);
    }
    let paused = verify(&app, &token, &code(&secret)).await.expect(429);
    assert_eq!(paused.problem(), "too_many_requests");
    assert!((1..=5).contains(&paused.header("retry-after").parse::<u64>().unwrap()), "{paused:?}");
    // By whatever door, and with another challenge.
    let other = challenge(&app, &ann).await;
    verify(&app, &other, &code(&secret)).await.expect(429);
    ann.post(REMOVE, &json!({ "code": code(&secret) })).await.expect(429);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_session_alone_changes_no_factor(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let ann = app.tenant("Acme").await;
    for path in [REMOVE, RECOVERY] {
        let answer = ann.post(path, &json!({ "password": PASSWORD })).await.expect(409);
        assert_eq!(answer.problem(), "mfa_not_enrolled", "{path}");
    }
    assert_eq!(ann.post(CONFIRM, &json!({ "code": "123456" })).await.expect(409).problem(), "mfa_not_enrolled");
    let wrong = ann.post(TOTP, &json!({ "password": "wrong horse battery" })).await.expect(403);
    assert_eq!(wrong.problem(), "wrong_password");
    let (secret, _) = enrol(&ann).await;
    assert_eq!(ann.post(TOTP, &json!({ "password": PASSWORD })).await.expect(409).problem(), "mfa_already_enrolled");
    let both = json!({ "password": PASSWORD, "code": "123456" });
    assert_eq!(ann.post(REMOVE, &both).await.expect(422).errors()[0].0, "/code");
    assert_eq!(ann.post(REMOVE, &json!({ "code": "nonsense" })).await.expect(403).problem(), "wrong_mfa_code");
    ann.post(REMOVE, &json!({ "code": code(&secret) })).await.expect(204);
    log_in(&app, &ann, PASSWORD).await.expect(200);
    // What was shown to another app before is worth nothing.
    let (other, _) = enrol(&ann).await;
    assert_ne!(secret, other);
    let token = challenge(&app, &ann).await;
    assert_eq!(verify(&app, &token, &code(&secret)).await.expect(401).problem(), "invalid_mfa_code");
    ann.post(REMOVE, &json!({ "password": PASSWORD })).await.expect(204);
    // The factor that the challenge was for is gone, and the challenge with it.
    assert_eq!(verify(&app, &token, &code(&other)).await.expect(401).problem(), "invalid_mfa_challenge");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_organization_may_ask_for_it(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let owner = app.tenant("Acme").await;
    let member = app.member(&owner, purser_kernel::Permission::ProductsRead.into()).await;
    enrol(&owner).await;
    let settings = owner.get("/v1/organization/settings").await.expect(200);
    let version = settings.json()["version"].as_i64().unwrap();
    owner.patch("/v1/organization/settings", version, &json!({ "require_mfa": true })).await.expect(200);
    // Also for those who were signed in before.
    let refused = eventually("the member to hear of it", || async {
        let answer = member.get("/v1/products").await;
        (answer.status == 403).then_some(answer)
    })
    .await;
    assert_eq!(refused.problem(), "mfa_enrolment_required");
    member.get("/v1/me").await.expect(200);
    assert_eq!(member.get("/v1/auth/mfa").await.expect(200).json()["is_required"], true);
    owner.get("/v1/products").await.expect(200);
    // They can sign in, to get themselves an app and for nothing else.
    let body = json!({ "email": member.email, "password": PASSWORD, "organization_id": owner.organization_id });
    let signed_in = app.anonymous("POST", "/v1/auth/login", Some(&body)).await.expect(200).json();
    let member = member.with_token(&text(&signed_in, "access_token"));
    assert_eq!(member.get("/v1/products").await.expect(403).problem(), "mfa_enrolment_required");
    assert_eq!(member.get("/v1/nothing").await.expect(404).problem(), "not_found");
    enrol(&member).await;
    member.get("/v1/products").await.expect(200);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_challenge_that_never_was_opens_nothing(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let (ann, bob) = (app.tenant("Acme").await, app.tenant("Other").await);
    let ((anns, _), _) = (enrol(&ann).await, enrol(&bob).await);
    let (of_ann, of_bob) = (challenge(&app, &ann).await, challenge(&app, &bob).await);
    let mixed = format!("{}{}", &of_ann[..65], &of_bob[65..]);
    for token in ["", "x", &ann.refresh_token, &mixed, &"A".repeat(108), &"A".repeat(100_000)] {
        let answer = verify(&app, token, &code(&anns)).await.expect(401);
        assert_eq!(answer.problem(), "invalid_mfa_challenge");
    }
    // The code of another person is wrong.
    assert_eq!(verify(&app, &of_bob, &code(&anns)).await.expect(401).problem(), "invalid_mfa_code");
    verify(&app, &of_ann, &code(&anns)).await.expect(200);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn another_password_by_mail_goes_around_nothing(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let ann = app.tenant("Acme").await;
    let (secret, _) = enrol(&ann).await;
    let challenge = challenge(&app, &ann).await;
    app.anonymous("POST", "/v1/auth/password/forgot", Some(&json!({ "email": ann.email }))).await.expect(202);
    let token = app.mail(&ann.email, "Choose a new password").await.token();
    let chosen = "another long and private sentence";
    let body = json!({ "token": token, "password": chosen });
    let reset = app.anonymous("POST", "/v1/auth/password/reset", Some(&body)).await.expect(204);
    assert_eq!(reset.body, "", "it opens no session");
    // What the old password had begun is over, and the new one alone opens nothing.
    assert_eq!(verify(&app, &challenge, &code(&secret)).await.expect(401).problem(), "invalid_mfa_challenge");
    let answer = log_in(&app, &ann, chosen).await.expect(401);
    assert_eq!(answer.problem(), "mfa_required");
    verify(&app, &text(&answer.json(), "challenge"), &code(&secret)).await.expect(200);
}
