//! The master key is replaced by another while Purser serves, and everything goes on.
use base64::{Engine as _, engine::general_purpose::STANDARD};
use purser_api::{Config, app::App};
use purser_kernel::{Clock, ExposeSecret, Scope, SecretString};
use purser_store::{DatabaseOptions, MasterKey, MasterRotation, Rewrapped, Store, Vault, ports::Secrets};
use purser_tenancy::Tenancy;
use purser_tests::{
    app::{Answer, PASSWORD, Tenant, TestApp},
    database::Engine,
    totp::code_at,
};
use rstest::rstest;
use serde_json::{Value, json};
use std::{
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};

fn key(byte: u8) -> SecretString {
    SecretString::from(STANDARD.encode([byte; 32]))
}

fn with(own: u8, previous: Option<u8>) -> impl FnOnce(&mut Config) {
    move |config| {
        config.master_key = Some(key(own));
        config.master_key_previous = previous.map(key);
    }
}

async fn refresh(app: &TestApp, token: &str) -> Answer {
    app.anonymous("POST", "/v1/auth/refresh", Some(&json!({ "refresh_token": token }))).await
}

/// Signs in with a code of the app and uses a secret: the first is sealed by the master key, the other by a key that it wraps.
async fn works(app: &TestApp, owner: &Tenant, recovery_code: &str) -> Tenant {
    let body = json!({ "email": owner.email, "password": PASSWORD });
    let asked = app.anonymous("POST", "/v1/auth/login", Some(&body)).await.expect(401).json();
    let body = json!({ "challenge": asked["challenge"], "code": recovery_code });
    let signed_in = app.anonymous("POST", "/v1/auth/mfa/verify", Some(&body)).await.expect(200).json();
    let scope = Scope::system(owner.organization_id.parse().unwrap(), "test");
    let tx = app.app().services().store.read(&scope).await.unwrap();
    let secret = Tenancy.open(&tx, "openai_api_key").await.unwrap().unwrap();
    assert_eq!(secret.expose_secret(), "sk-0123456789abcdef");
    owner.at(&app.url).with_tokens(&signed_in)
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn everything_goes_on_under_the_next_master_key(#[case] engine: Engine) {
    let Some(mut app) = TestApp::start(engine).await else { return };
    let (owner, other) = (app.tenant("Acme").await, app.tenant("Other").await);
    for tenant in [&owner, &other] {
        let body = json!({ "value": "sk-0123456789abcdef" });
        tenant.put("/v1/organization/secrets/openai_api_key", &body).await.expect(200);
    }
    let begun = owner.post("/v1/auth/mfa/totp", &json!({ "password": PASSWORD })).await.expect(200).json();
    let code = code_at(begun["secret"].as_str().unwrap(), 0);
    let confirmed = owner.post("/v1/auth/mfa/totp/confirm", &json!({ "code": code })).await.expect(200).json();
    let codes: Vec<&str> =
        confirmed["recovery_codes"].as_array().unwrap().iter().map(|it| it.as_str().unwrap()).collect();
    let role = owner.create("/v1/roles", &json!({ "name": "Packer", "permissions": [] })).await;
    let invitation = json!({ "email": "nora@example.com", "role_id": role["id"] });
    owner.create("/v1/invitations", &invitation).await;
    let invitation = app.mail("nora@example.com", "invites you").await.token();
    app.anonymous("POST", "/v1/auth/password/forgot", Some(&json!({ "email": other.email }))).await.expect(202);
    let reset = app.mail(&other.email, "Choose a new password").await.token();
    app.anonymous("POST", "/v1/auth/signup/request", Some(&json!({ "email": "olga@example.com" }))).await.expect(202);
    let sign_up = app.mail("olga@example.com", "Finish signing up").await.token();
    let successor = refresh(&app, &other.refresh_token).await.expect(200).json()["refresh_token"].clone();

    // Every process gets both keys first: the old one goes on sealing, and processes that have it alone understand everything.
    app.restart_with(with(8, Some(7))).await;
    let again = refresh(&app, &other.refresh_token).await.expect(200).json();
    assert_eq!(again["refresh_token"], successor, "the same successor, whoever is asked");
    works(&app, &owner, codes[0]).await;
    let founded = app.tenant("Founded meanwhile").await;
    let services = app.app().services();
    let left = services.store.keys_left(&Tenancy).await.unwrap();
    assert!(!left.own_master_key_seals);
    // Three organizations; the two keys that sign, that of the seals, the app and the recovery codes.
    assert_eq!(left.on_other_master_keys, Rewrapped { keys: 3, secrets: 5, unreadable: 0 });

    // The rotation, while the server runs.
    let rotated = services.store.rotate_master_key(&Tenancy).await.unwrap();
    assert_eq!(rotated, MasterRotation::Done(Rewrapped { keys: 3, secrets: 5, unreadable: 0 }));
    let left = services.store.keys_left(&Tenancy).await.unwrap();
    assert_eq!((left.own_master_key_seals, left.on_other_master_keys), (true, Rewrapped::default()));
    assert_eq!(services.store.rotate_master_key(&Tenancy).await.unwrap(), MasterRotation::UpToDate);
    works(&app, &owner, codes[1]).await;
    founded.get("/v1/me").await.expect(200);
    let again = refresh(&app, &other.refresh_token).await.expect(200).json();
    assert_eq!(again["refresh_token"], successor, "also when another key makes new ones");
    let body = json!({ "token": invitation, "full_name": "Nora", "password": PASSWORD });
    app.anonymous("POST", "/v1/invitations/accept", Some(&body)).await.expect(200);
    let body = json!({ "token": reset, "password": "correct pony battery staple" });
    app.anonymous("POST", "/v1/auth/password/reset", Some(&body)).await.expect(204);

    let body = json!({ "token": sign_up, "organization_name": "Mill", "full_name": "Olga", "password": PASSWORD });
    app.anonymous("POST", "/v1/auth/signup/complete", Some(&body)).await.expect(201);

    // Then the old key can go.
    app.restart_with(with(8, None)).await;
    let owner = works(&app, &owner, codes[2]).await;
    let renewed = refresh(&app, &owner.refresh_token).await.expect(200).json();
    let same = refresh(&app, &owner.refresh_token).await.expect(200).json();
    assert_eq!(renewed["refresh_token"], same["refresh_token"]);
    let fresh = app.tenant("Founded afterwards").await;
    assert_eq!(fresh.get("/v1/me").await.expect(200).json()["roles"], json!(["owner"]));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_process_with_the_wrong_keys_does_not_start(#[case] engine: Engine) {
    let Some(mut app) = TestApp::start_without_workers(engine).await else { return };
    app.tenant("Acme").await;
    let url = app.database.application_url.clone();
    let refused = async |own, previous| {
        let config = Config {
            database_url: Some(SecretString::from(url.clone())),
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            metrics_listen: None,
            master_key: Some(key(own)),
            master_key_previous: previous,
            ..Config::default()
        };
        App::start(config).await.err().map(|failure| failure.to_string())
    };
    assert!(refused(8, None).await.unwrap().contains("PURSER_MASTER_KEY is not the key of this database"));
    assert!(refused(8, Some(key(9))).await.unwrap().contains("PURSER_MASTER_KEY is not the key of this database"));

    app.restart_with(with(8, Some(7))).await;
    app.app().services().store.rotate_master_key(&Tenancy).await.unwrap();
    assert!(refused(7, None).await.is_some(), "the old key alone");
    // As after a rotation that was stopped.
    let stop = "update master_keys set status = 'retiring' where status = 'retired'";
    assert_eq!(app.database.owner().await.execute(stop).await.unwrap(), 1);
    assert!(refused(8, None).await.unwrap().contains("PURSER_MASTER_KEY_PREVIOUS"));
    let rotated = app.app().services().store.rotate_master_key(&Tenancy).await.unwrap();
    assert_eq!(rotated, MasterRotation::Done(Rewrapped::default()));
    assert_eq!(refused(8, None).await, None);
}

async fn store(app: &TestApp, own: u8, previous: Option<u8>) -> Store {
    let master = MasterKey::new([own; 32]);
    let master = match previous {
        Some(previous) => master.in_place_of(&MasterKey::new([previous; 32])),
        None => master,
    };
    let options = DatabaseOptions::new(&app.database.application_url);
    Store::connect(&options, Clock::system(), Vault::new(&master).unwrap()).await.unwrap()
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn wherever_it_is_stopped_it_goes_on(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let mut tenants = Vec::new();
    for _ in 0..4 {
        tenants.push(app.tenant("Acme").await.organization_id.parse().unwrap());
    }
    let both = store(&app, 8, Some(7)).await;
    let mut patience = Duration::from_micros(200);
    loop {
        let ended = tokio::time::timeout(patience, both.rotate_master_key(&Tenancy)).await;
        // Some of it under one key and some under the other: who has both opens it.
        for organization in &tenants {
            both.vault().check(&both, *organization).await.unwrap();
        }
        if let Ok(rotated) = ended {
            // Up to date when it was dropped while its last commit went on.
            let rotated = rotated.unwrap();
            let complete =
                matches!(rotated, MasterRotation::UpToDate | MasterRotation::Done(Rewrapped { unreadable: 0, .. }));
            assert!(complete, "{rotated:?}");
            break;
        }
        patience *= 2;
    }
    let (new, old) = (store(&app, 8, None).await, store(&app, 7, None).await);
    for organization in &tenants {
        new.vault().check(&new, *organization).await.unwrap();
        assert!(old.vault().check(&old, *organization).await.is_err());
    }
    let left: Value = json!(new.keys_left(&Tenancy).await.unwrap().on_other_master_keys.unreadable);
    assert_eq!(left, 0);
}
