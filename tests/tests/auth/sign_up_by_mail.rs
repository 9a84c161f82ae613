//! Signing up by a mail, which tells nobody who has an account.
use crate::house::clock;
use chrono::TimeDelta;
use purser_auth::{ForgetStrangers, SignUpMode};
use purser_store::jobs::NewJob;
use purser_tests::{
    app::{Answer, PASSWORD, TestApp},
    database::{Engine, Watch, uuid_literal},
};
use rstest::rstest;
use serde_json::{Value, json};

const ANN: &str = "ann@example.com";
const FINISH: &str = "Finish signing up";
const KNOWN: &str = "You have an account already";

async fn request(app: &TestApp, email: &str) -> Answer {
    app.anonymous("POST", "/v1/auth/signup/request", Some(&json!({ "email": email }))).await
}

fn founder(token: &str) -> Value {
    json!({ "token": token, "organization_name": "Blue Harbor", "full_name": "Ann Example", "password": PASSWORD })
}

async fn complete(app: &TestApp, token: &str) -> Answer {
    app.anonymous("POST", "/v1/auth/signup/complete", Some(&founder(token))).await
}

async fn count(app: &TestApp, table: &str) -> String {
    app.database
        .owner()
        .await
        .rows(&format!("select cast(count(*) as text) from {table}"))
        .await
        .unwrap()
        .remove(0)
        .remove(0)
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn who_answers_the_mail_owns_an_organization_and_is_verified(#[case] engine: Engine) {
    let Some(app) = TestApp::start_with(engine, |config| config.sign_up = SignUpMode::ByMail).await else { return };
    request(&app, "Ann@Example.com").await.expect(202);
    let mail = app.mail("Ann@Example.com", FINISH).await;
    assert!(mail.text.contains("/complete-signup#token="), "{mail:?}");
    let answer = complete(&app, &mail.token()).await.expect(201);
    assert_eq!(answer.header("cache-control"), "no-store");
    assert!(!answer.body.contains(PASSWORD));
    let signed_up = answer.json();
    assert_eq!(signed_up["organization"]["slug"], "blue-harbor");
    assert_eq!(signed_up["user"]["email"], "Ann@Example.com");
    assert!(signed_up["user"]["email_verified_at"].is_string());
    // They can sign in, and are not asked to show once more that the mail arrives.
    let body = json!({ "email": ANN, "password": PASSWORD });
    app.anonymous("POST", "/v1/auth/login", Some(&body)).await.expect(200);
    app.settle().await;
    assert_eq!(app.mails("Ann@Example.com").len(), 1);
    assert_eq!(count(&app, "sign_ups").await, "0");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn where_a_mail_is_wanted_nobody_signs_up_without_one(#[case] engine: Engine) {
    let Some(app) = TestApp::start_with(engine, |config| config.sign_up = SignUpMode::ByMail).await else { return };
    request(&app, ANN).await.expect(202);
    complete(&app, &app.mail(ANN, FINISH).await.token()).await.expect(201);
    // The same for an address that somebody has and one that nobody has.
    for email in [ANN, "bob@example.com"] {
        let body = json!({ "organization_name": "Mill", "full_name": "Bob", "email": email, "password": PASSWORD });
        let refused = app.anonymous("POST", "/v1/auth/signup", Some(&body)).await.expect(403);
        assert_eq!(refused.problem(), "sign_up_by_mail");
    }
    assert_eq!(count(&app, "users").await, "1");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn only_the_mailbox_learns_that_there_is_an_account(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let ann = app.tenant("Harbor Foods").await;
    let spellings = [ann.email.clone(), ann.email.to_uppercase(), format!(" {} ", ann.email)];
    for email in spellings.iter().map(String::as_str).chain(["nobody@example.com"]) {
        let answer = request(&app, email).await.expect(202);
        assert_eq!(answer.body, "", "{email}");
    }
    app.settle().await;
    let mails = app.mails(&ann.email);
    assert_eq!(mails.iter().filter(|mail| mail.subject == KNOWN).count(), 3);
    assert!(mails.iter().all(|mail| mail.subject != FINISH && !mail.text.contains("complete-signup")));
    assert_eq!(app.mails("nobody@example.com").len(), 1);
    // What looks like an address and is none is refused for what it is, whoever has the one that it looks like.
    for email in ["\u{430}nn@example.com", "ann@example.com.", "ann@example..com", "ann", ""] {
        let refused = request(&app, email).await.expect(422);
        assert_eq!(refused.json()["errors"][0]["pointer"], "/email", "{email:?}");
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn asking_for_the_mail_writes_the_same_for_everybody(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let (ann, disabled) = (app.tenant("Harbor Foods").await, app.tenant("Mill Foods").await);
    let id = uuid_literal(engine, &disabled.user_id);
    let sql = format!("update users set is_active = false where id = {id}");
    app.database.owner().await.execute(&sql).await.unwrap();
    let mut watch = Watch::over(&app.database).await;
    for email in [ann.email.as_str(), disabled.email.as_str(), "nobody@example.com"] {
        let answer = request(&app, email).await.expect(202);
        assert_eq!((answer.body.as_str(), answer.header("content-length")), ("", "0"));
        let changes = watch.changes().await;
        let tables: Vec<_> = changes.iter().filter_map(|change| change.split(':').next()).collect();
        assert_eq!(tables, ["+ jobs", "+ sign_ups"], "{email}");
        assert!(!changes[0].contains(email), "a job is read by every worker: {changes:?}");
    }
    let told = "select cast(count(*) as text) from sign_ups where token_hash is not null";
    assert_eq!(app.database.owner().await.rows(told).await.unwrap(), [["0"]]);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_mail_that_is_sent_again_is_the_same(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    request(&app, ANN).await.expect(202);
    let first = app.mail(ANN, FINISH).await;
    app.settle().await;
    // As if the worker had died between sending it and saying so.
    std::fs::remove_dir_all(app.database.folder.path().join("mail")).unwrap();
    let again = "update jobs set status = 'ready' where kind = 'auth.mail_sign_up'";
    app.database.owner().await.execute(again).await.unwrap();
    let second = app.mail(ANN, FINISH).await;
    assert_eq!((second.message_id, second.text), (first.message_id.clone(), first.text.clone()));
    complete(&app, &first.token()).await.expect(201);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn of_ten_answers_at_once_one_founds_an_organization(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    request(&app, ANN).await.expect(202);
    let token = app.mail(ANN, FINISH).await.token();
    let answers = futures_util::future::join_all((0..10).map(|_| complete(&app, &token))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    let lost = answers.iter().filter(|answer| answer.status == 400 && answer.problem() == "invalid_token");
    assert_eq!(lost.count(), 9);
    assert_eq!(count(&app, "organizations").await, "1");
    // Another mail to the same address was underway: its owner learns what happened meanwhile.
    request(&app, "bob@example.com").await.expect(202);
    app.settle().await;
    request(&app, "bob@example.com").await.expect(202);
    app.settle().await;
    let tokens: Vec<String> = app.mails("bob@example.com").iter().map(purser_tests::app::ReceivedMail::token).collect();
    assert_eq!(tokens.len(), 2);
    complete(&app, &tokens[1]).await.expect(201);
    assert_eq!(complete(&app, &tokens[0]).await.expect(409).problem(), "email_taken");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_token_outlives_wrong_answers_and_not_its_day(#[case] engine: Engine) {
    let clock = clock();
    let Some(app) = TestApp::start_at(engine, clock.clone(), |_| {}).await else { return };
    request(&app, ANN).await.expect(202);
    let token = app.mail(ANN, FINISH).await.token();
    let mut wrong = founder(&token);
    (wrong["full_name"], wrong["password"]) = (" ".into(), "short".into());
    let refused = app.anonymous("POST", "/v1/auth/signup/complete", Some(&wrong)).await.expect(422);
    let pointers: Vec<_> = refused.json()["errors"].as_array().unwrap().iter().map(|e| e["pointer"].clone()).collect();
    assert_eq!(pointers, ["/full_name", "/password"]);
    // The address is known before anybody writes it: it is no password either.
    wrong["full_name"] = "Ann Example".into();
    wrong["password"] = "ann@example.com ann@example.com".into();
    let refused = app.anonymous("POST", "/v1/auth/signup/complete", Some(&wrong)).await.expect(422);
    assert_eq!(refused.json()["errors"][0]["code"], "contains_personal_data");
    let other = if token.as_bytes()[60] == b'x' { "y" } else { "x" };
    for tampered in [&token[1..], &format!("{}{other}{}", &token[..60], &token[61..]), "x", ""] {
        assert_eq!(complete(&app, tampered).await.expect(400).problem(), "invalid_token", "{tampered}");
    }
    request(&app, "bob@example.com").await.expect(202);
    let late = app.mail("bob@example.com", FINISH).await.token();
    clock.advance(TimeDelta::days(1) - TimeDelta::seconds(1));
    complete(&app, &token).await.expect(201);
    clock.advance(TimeDelta::seconds(1));
    assert_eq!(complete(&app, &late).await.expect(400).problem(), "invalid_token");
    assert_eq!(count(&app, "users").await, "1");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_address_gets_three_mails_an_hour(#[case] engine: Engine) {
    let clock = clock();
    let Some(app) = TestApp::start_at(engine, clock.clone(), |_| {}).await else { return };
    for email in [ANN, "ANN@example.com", ANN, ANN, ANN] {
        request(&app, email).await.expect(202);
        app.settle().await;
    }
    assert_eq!(app.mails(ANN).len(), 3);
    // Whoever goes on asking keeps nobody from a mail in the next hour.
    for _ in 0..4 {
        clock.advance(TimeDelta::minutes(15));
        request(&app, ANN).await.expect(202);
        app.settle().await;
    }
    clock.advance(TimeDelta::minutes(1));
    request(&app, ANN).await.expect(202);
    app.settle().await;
    assert_eq!(app.mails(ANN).len(), 5);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_address_that_nobody_completes_with_is_forgotten(#[case] engine: Engine) {
    let clock = clock();
    let Some(app) = TestApp::start_at(engine, clock.clone(), |_| {}).await else { return };
    request(&app, ANN).await.expect(202);
    let wrong = json!({ "email": "nobody@example.com", "password": PASSWORD });
    app.anonymous("POST", "/v1/auth/login", Some(&wrong)).await.expect(401);
    app.settle().await;
    let forget = async || {
        let tx = app.app().services().store.system().await.unwrap();
        tx.enqueue(NewJob::new(ForgetStrangers::KIND, json!({}))).await.unwrap();
        tx.commit().await.unwrap();
        app.settle().await;
    };
    clock.advance(TimeDelta::hours(23));
    forget().await;
    assert_eq!(count(&app, "sign_in_strangers").await, "1");
    clock.advance(TimeDelta::hours(1));
    forget().await;
    assert_eq!(count(&app, "sign_ups").await, "1", "until its last moment");
    clock.advance(TimeDelta::seconds(1));
    forget().await;
    assert_eq!(count(&app, "sign_ups").await, "0");
    assert_eq!(count(&app, "sign_in_strangers").await, "0", "a day later the count begins anew");
}
