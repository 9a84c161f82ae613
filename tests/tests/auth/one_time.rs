//! Tokens that come by mail: a forgotten password, a verified address.
use crate::house::clock;
use chrono::TimeDelta;
use purser_tests::{
    app::{Answer, PASSWORD, ReceivedMail, Tenant, TestApp},
    database::{Engine, Watch},
};
use rstest::rstest;
use serde_json::{Value, json};

const NEW: &str = "another horse battery staple";
const CONFIRM: &str = "Confirm your mail address";
const CHOOSE: &str = "Choose a new password";

async fn forgot(app: &TestApp, email: &str) -> Answer {
    app.anonymous("POST", "/v1/auth/password/forgot", Some(&json!({ "email": email }))).await
}

async fn reset(app: &TestApp, token: &str, password: &str) -> Answer {
    let body = json!({ "token": token, "password": password });
    app.anonymous("POST", "/v1/auth/password/reset", Some(&body)).await
}

async fn verify(app: &TestApp, token: &str) -> Answer {
    app.anonymous("POST", "/v1/auth/email/verify", Some(&json!({ "token": token }))).await
}

async fn log_in(app: &TestApp, email: &str, password: &str) -> Answer {
    app.anonymous("POST", "/v1/auth/login", Some(&json!({ "email": email, "password": password }))).await
}

async fn verified_at(person: &Tenant) -> Value {
    person.get("/v1/me").await.expect(200).json()["user"]["email_verified_at"].clone()
}

fn about(mails: &[ReceivedMail], subject: &str) -> Vec<ReceivedMail> {
    mails.iter().filter(|mail| mail.subject == subject).cloned().collect()
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn signing_up_sends_a_mail_that_verifies_the_address(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let ann = app.tenant("Harbor Foods").await;
    assert_eq!(verified_at(&ann).await, Value::Null);
    let mail = app.mail(&ann.email, CONFIRM).await;
    assert!(mail.text.contains("/verify-email#token="), "{mail:?}");
    verify(&app, &mail.token()).await.expect(204);
    let time = verified_at(&ann).await;
    assert!(time.is_string());
    // It works once, and for what it was made for.
    assert_eq!(verify(&app, &mail.token()).await.expect(400).problem(), "invalid_token");
    assert_eq!(verified_at(&ann).await, time);
    // Whoever has shown it is not asked again.
    ann.verb("/v1/auth/email/verification").await.expect(202);
    app.settle().await;
    assert_eq!(app.mails(&ann.email).len(), 1);
    let trail = ann.get("/v1/audit-logs?action=user.email_verify").await.expect(200);
    assert_eq!(trail.json()["data"].as_array().unwrap().len(), 1);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_forgotten_password_is_replaced_once(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let (ann, bob) = (app.tenant("Harbor Foods").await, app.tenant("Mill Foods").await);
    let elsewhere = ann.signed_in_at(&app.url).await;
    for _ in 0..2 {
        forgot(&app, &ann.email.to_uppercase()).await.expect(202);
    }
    app.settle().await;
    let mails = about(&app.mails(&ann.email), CHOOSE);
    assert_eq!(mails.len(), 2);
    let token = mails[0].token();
    assert!(!app.mails(&bob.email).iter().any(|mail| mail.subject == CHOOSE));

    // A password that is not good enough does not use the token up.
    let refused = reset(&app, &token, "Password2026!").await.expect(422);
    assert_eq!(refused.errors(), [("/password".to_owned(), "too_common".to_owned())]);
    let refused = reset(&app, &token, "harborfoods 77").await.expect(422);
    assert_eq!(refused.errors(), [("/password".to_owned(), "contains_personal_data".to_owned())]);
    let answer = reset(&app, &token, NEW).await.expect(204);
    assert!(answer.body.is_empty() && answer.header("set-cookie").is_empty(), "it signs nobody in");

    for session in [&ann, &elsewhere] {
        assert_eq!(session.get("/v1/me").await.expect(401).problem(), "unauthenticated");
    }
    log_in(&app, &ann.email, PASSWORD).await.expect(401);
    let ann = {
        let answer = log_in(&app, &ann.email, NEW).await.expect(200).json();
        let mut ann = ann.clone();
        ann.access_token = answer["access_token"].as_str().unwrap().to_owned();
        ann
    };
    // The mail has arrived, so the address is theirs.
    assert!(verified_at(&ann).await.is_string());
    // Neither again, nor by the other mail that lies there.
    for token in [token, mails[1].token()] {
        assert_eq!(reset(&app, &token, "a third horse battery").await.expect(400).problem(), "invalid_token");
    }
    bob.get("/v1/me").await.expect(200);
    let trail = ann.get("/v1/audit-logs?action=user.password_reset").await.expect(200);
    assert_eq!(trail.json()["data"].as_array().unwrap().len(), 1);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn of_ten_resets_at_once_one_wins(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let ann = app.tenant("Harbor Foods").await;
    forgot(&app, &ann.email).await.expect(202);
    let token = app.mail(&ann.email, CHOOSE).await.token();
    let passwords: Vec<String> = (0..10).map(|number| format!("{NEW} {number}")).collect();
    let answers = futures_util::future::join_all(passwords.iter().map(|password| reset(&app, &token, password))).await;
    let won: Vec<usize> = (0..10).filter(|number| answers[*number].status == 204).collect();
    assert_eq!(won.len(), 1, "{answers:?}");
    assert_eq!(answers.iter().filter(|answer| answer.status == 400).count(), 9, "{answers:?}");
    log_in(&app, &ann.email, &passwords[won[0]]).await.expect(200);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn whatever_is_wrong_with_a_token_the_answer_is_the_same(#[case] engine: Engine) {
    let clock = clock();
    let Some(app) = TestApp::start_at(engine, clock.clone(), |_| {}).await else { return };
    let (ann, bob) = (app.tenant("Harbor Foods").await, app.tenant("Mill Foods").await);
    forgot(&app, &ann.email).await.expect(202);
    let reset_token = app.mail(&ann.email, CHOOSE).await.token();
    let verify_token = app.mail(&ann.email, CONFIRM).await.token();
    let bobs = app.mail(&bob.email, CONFIRM).await.token();
    let garbage = ["", "x", &"A".repeat(87), &format!("{reset_token}A"), &reset_token[..80]].map(str::to_owned);
    let mut tampered = reset_token.clone().into_bytes();
    tampered[80] = if tampered[80] == b'A' { b'B' } else { b'A' };
    let tampered = String::from_utf8(tampered).unwrap();

    let mut answers = Vec::new();
    for token in garbage.iter().chain([&tampered, &verify_token, &bobs]) {
        answers.push(reset(&app, token, NEW).await);
    }
    for token in garbage.iter().chain([&tampered, &reset_token]) {
        answers.push(verify(&app, token).await);
    }
    clock.advance(TimeDelta::hours(1));
    answers.push(reset(&app, &reset_token, NEW).await);
    verify(&app, &bobs).await.expect(204);
    answers.push(verify(&app, &bobs).await);
    clock.advance(TimeDelta::days(3));
    answers.push(verify(&app, &verify_token).await);
    let first = answers[0].body.clone();
    for answer in answers {
        let answer = answer.expect(400);
        assert_eq!((answer.problem().as_str(), &answer.body), ("invalid_token", &first));
    }
    log_in(&app, &ann.email, PASSWORD).await.expect(200);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn asking_tells_nothing_about_who_exists(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let (ann, disabled) = (app.tenant("Harbor Foods").await, app.tenant("Mill Foods").await);
    let id = purser_tests::database::uuid_literal(engine, &disabled.user_id);
    let sql = format!("update users set is_active = false where id = {id}");
    app.database.owner().await.execute(&sql).await.unwrap();
    let mut watch = Watch::over_changes(&app.database).await;
    for email in [ann.email.as_str(), disabled.email.as_str(), "nobody@example.com"] {
        let answer = forgot(&app, email).await.expect(202);
        assert_eq!((answer.body.as_str(), answer.header("content-length")), ("", "0"));
        let changes = watch.changes().await;
        assert!(changes.len() == 1 && changes[0].starts_with("+ jobs: "), "{changes:#?}");
        assert!(!changes[0].contains(email), "{changes:#?}");
    }
    let answer = forgot(&app, "no address").await.expect(422);
    assert_eq!(answer.errors(), [("/email".to_owned(), "not_an_email".to_owned())]);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn nobody_gets_more_than_a_few_mails_an_hour(#[case] engine: Engine) {
    let clock = clock();
    let Some(app) = TestApp::start_at(engine, clock.clone(), |_| {}).await else { return };
    let ann = app.tenant("Harbor Foods").await;
    for _ in 0..8 {
        forgot(&app, &ann.email).await.expect(202);
        ann.verb("/v1/auth/email/verification").await.expect(202);
    }
    app.settle().await;
    let mails = app.mails(&ann.email);
    assert_eq!((about(&mails, CHOOSE).len(), about(&mails, CONFIRM).len()), (3, 3));
    clock.advance(TimeDelta::minutes(61));
    forgot(&app, &ann.email).await.expect(202);
    app.settle().await;
    assert_eq!(about(&app.mails(&ann.email), CHOOSE).len(), 4);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_mail_that_is_sent_again_is_the_same(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let ann = app.tenant("Harbor Foods").await;
    let first = app.mail(&ann.email, CONFIRM).await;
    app.settle().await;
    // As if the worker had died between sending it and saying so.
    let folder = app.database.folder.path().join("mail");
    std::fs::remove_dir_all(&folder).unwrap();
    let again = "update jobs set status = 'ready' where kind = 'auth.mail_token'";
    app.database.owner().await.execute(again).await.unwrap();
    let second = app.mail(&ann.email, CONFIRM).await;
    assert_eq!((second.message_id, second.text), (first.message_id, first.text));
    // Nothing in the tables makes the token.
    let token = purser_tests::app::mails(&app.database, &ann.email)[0].token();
    for row in app.database.owner().await.rows("select payload from jobs").await.unwrap_or_default() {
        assert!(!row[0].contains(&token) && !row[0].contains(&ann.email), "{row:?}");
    }
    verify(&app, &token).await.expect(204);
}
