//! Choosing and changing passwords.
use crate::house::{self, House};
use purser_auth::{AuthOptions, BreachedPasswords};
use purser_entity_auth::user_credential;
use purser_kernel::hex;
use purser_tests::{
    app::{Answer, PASSWORD, Tenant, TestApp},
    database::{Engine, Watch},
};
use rstest::rstest;
use serde_json::json;
use sha1::{Digest, Sha1};
use tempfile::TempDir;

const NEW: &str = "another horse battery staple";
const WRONG: &str = "wrong horse battery staple";

async fn change(person: &Tenant, current: &str, new: &str) -> Answer {
    person.post("/v1/auth/password", &json!({ "current_password": current, "new_password": new })).await
}

async fn log_in(app: &TestApp, email: &str, password: &str) -> Answer {
    app.anonymous("POST", "/v1/auth/login", Some(&json!({ "email": email, "password": password }))).await
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_changed_password_ends_the_other_sessions(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let ann = app.tenant("Harbor Foods").await;
    let elsewhere = ann.signed_in_at(&app.url).await;
    change(&ann, PASSWORD, NEW).await.expect(204);
    ann.get("/v1/me").await.expect(200);
    assert_eq!(elsewhere.get("/v1/me").await.expect(401).problem(), "unauthenticated");
    let body = json!({ "refresh_token": elsewhere.refresh_token });
    let renewed = app.anonymous("POST", "/v1/auth/refresh", Some(&body)).await.expect(401);
    assert_eq!(renewed.problem(), "invalid_refresh_token");
    assert_eq!(log_in(&app, &ann.email, PASSWORD).await.expect(401).problem(), "invalid_credentials");
    log_in(&app, &ann.email, NEW).await.expect(200);
    let trail = ann.get("/v1/audit-logs?action=user.password_change").await.expect(200);
    assert_eq!(trail.json()["data"].as_array().unwrap().len(), 1);
    assert!(!trail.body.contains(NEW) && !trail.body.contains("argon2"));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn the_current_password_is_guessed_no_faster_than_at_sign_in(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let ann = app.tenant("Harbor Foods").await;
    for _ in 0..3 {
        assert_eq!(change(&ann, WRONG, NEW).await.expect(403).problem(), "wrong_password");
    }
    // They count together.
    for _ in 0..2 {
        log_in(&app, &ann.email, WRONG).await.expect(401);
    }
    for answer in [change(&ann, PASSWORD, NEW).await, log_in(&app, &ann.email, PASSWORD).await] {
        assert_eq!(answer.expect(429).problem(), "too_many_requests");
    }
    ann.get("/v1/me").await.expect(200);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn of_two_changes_at_once_one_wins(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let ann = app.tenant("Harbor Foods").await;
    let other = format!("{NEW} too");
    let (first, second) = tokio::join!(change(&ann, PASSWORD, NEW), change(&ann, PASSWORD, &other));
    let (won, lost, password) =
        if first.status == 204 { (first, second, NEW) } else { (second, first, other.as_str()) };
    won.expect(204);
    assert_eq!(lost.expect(403).problem(), "wrong_password");
    log_in(&app, &ann.email, password).await.expect(200);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_is_guessed_first_is_refused_wherever_a_password_is_chosen(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let ann = app.tenant("Harbor Foods").await;
    let megabyte = "x".repeat(1_000_000);
    let refused = [
        ("short pass", "too_short"),
        (&*megabyte, "too_long"),
        ("Password2026!", "too_common"),
        ("qwertyuiop12", "too_common"),
        ("harbor foods 77", "contains_personal_data"),
        (&*format!("{}!!", ann.email), "contains_personal_data"),
    ];
    let mut watch = Watch::over_changes(&app.database).await;
    for (password, code) in refused {
        let answer = change(&ann, PASSWORD, password).await.expect(422);
        assert_eq!(answer.errors(), [("/new_password".to_owned(), code.to_owned())], "{code}");
        let body = json!({
            "organization_name": "Harbor Foods", "full_name": "Ann", "email": ann.email, "password": password,
        });
        let answer = app.anonymous("POST", "/v1/auth/signup", Some(&body)).await.expect(422);
        assert_eq!(answer.errors(), [("/password".to_owned(), code.to_owned())], "{code}");
    }
    // No password is that long, so there is nothing to compare.
    assert_eq!(change(&ann, &megabyte, NEW).await.expect(403).problem(), "wrong_password");
    for email in [ann.email.as_str(), "nobody@example.com"] {
        assert_eq!(log_in(&app, email, &megabyte).await.expect(401).problem(), "invalid_credentials");
    }
    assert_eq!(watch.changes().await, Vec::<String>::new());
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_user_name_is_no_password_of_its_own(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let ann = app.tenant("Harbor Foods").await;
    let chosen = "zuvexolibramat";
    change(&ann, PASSWORD, &format!("{chosen} 7!")).await.expect(204);
    let profile = ann.get("/v1/me/profile").await.expect(200).json();
    let named = json!({ "username": chosen });
    ann.patch("/v1/me/profile", profile["version"].as_i64().unwrap(), &named).await.expect(200);
    let answer = change(&ann, &format!("{chosen} 7!"), &format!("{chosen} 8!")).await.expect(422);
    assert_eq!(answer.errors(), [("/new_password".to_owned(), "contains_personal_data".to_owned())]);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn the_installation_says_how_short_a_password_may_be(#[case] engine: Engine) {
    let Some(app) = TestApp::start_with(engine, |config| config.password_min_length = 16).await else { return };
    let body = |password: &str| json!({ "organization_name": "Acme", "full_name": "Ann", "email": "ann@example.com", "password": password });
    let answer = app.anonymous("POST", "/v1/auth/signup", Some(&body("kitchen window."))).await.expect(422);
    assert_eq!(answer.errors(), [("/password".to_owned(), "too_short".to_owned())]);
    app.anonymous("POST", "/v1/auth/signup", Some(&body("kitchen window 7"))).await.expect(201);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_was_breached_elsewhere_is_nobody_s_new_password(#[case] engine: Engine) {
    const BREACHED: &str = "sommerurlaub am meer 77";
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("breached.txt");
    let mut hashes =
        [BREACHED, "password", "123456"].map(|password| hex::encode(&Sha1::digest(password)).to_uppercase());
    hashes.sort();
    std::fs::write(&path, hashes.map(|hash| format!("{hash}:7\r\n")).concat()).unwrap();
    let list = BreachedPasswords::open(&path).unwrap();
    let listed = |config: &mut purser_api::Config| (config.workers, config.breached_passwords) = (0, Some(list));
    let Some(app) = TestApp::start_with(engine, listed).await else { return };

    let body = |password: &str| json!({ "organization_name": "Acme", "full_name": "Ann", "email": "ann@example.com", "password": password });
    let sign_up = async |password: &str| app.anonymous("POST", "/v1/auth/signup", Some(&body(password))).await;
    assert_eq!(sign_up(BREACHED).await.expect(422).errors(), [("/password".to_owned(), "breached".to_owned())]);
    let ann = app.tenant("Harbor Foods").await;
    let mut watch = Watch::over_changes(&app.database).await;
    let answer = change(&ann, PASSWORD, BREACHED).await.expect(422);
    assert_eq!(answer.errors(), [("/new_password".to_owned(), "breached".to_owned())]);
    // While nobody can tell, nobody chooses.
    std::fs::remove_file(&path).unwrap();
    assert_eq!(change(&ann, PASSWORD, NEW).await.expect(503).problem(), "unavailable");
    assert_eq!(watch.changes().await, Vec::<String>::new());
    // A newer list is looked into at once.
    std::fs::write(&path, format!("{}:1\n", "0".repeat(40))).unwrap();
    change(&ann, PASSWORD, BREACHED).await.expect(204);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn signing_in_renews_a_hash_that_was_made_by_other_parameters(#[case] engine: Engine) {
    let Some(house) = House::new(engine).await else { return };
    let ann = house.sign_up("ann@example.com").await;
    let hash = async || {
        let tx = house.store.person_read(ann.user.id).await.unwrap();
        let row = tx.system().find::<user_credential::Entity>().one().await.unwrap().unwrap();
        row.password_hash.unwrap()
    };
    let before = hash().await;
    house.log_in("ann@example.com", house::PASSWORD).await.unwrap();
    assert_eq!(hash().await, before);

    let stronger = house.with(AuthOptions { argon2_memory_kib: 16, ..house::options() });
    let log_in = |password: &str| purser_auth::LogIn {
        email: "ann@example.com".into(),
        password: password.into(),
        organization_id: None,
    };
    stronger.log_in(log_in(WRONG), purser_kernel::Client::default(), "test".into()).await.unwrap_err();
    assert_eq!(hash().await, before);
    stronger.log_in(log_in(house::PASSWORD), purser_kernel::Client::default(), "test".into()).await.unwrap();
    let after = hash().await;
    assert!(before.contains("m=8,") && after.contains("m=16,"), "{after}");
    house.log_in("ann@example.com", house::PASSWORD).await.unwrap();
}
