//! Who may connect an OpenID provider, and what can be changed about it.
use purser_kernel::{Links, SystemRole};
use purser_tests::{app::TestApp, database::Engine};
use rstest::rstest;
use serde_json::{Value, json};

const SECRET: &str = "known to the provider";

fn provider() -> Value {
    json!({
        "name": "Our provider",
        "config": { "issuer": "https://id.example.com/", "client_id": "purser" },
        "credentials": { "client_secret": SECRET },
    })
}

async fn app(engine: Engine) -> Option<TestApp> {
    let public = Links::new("https://purser.example.com").ok();
    TestApp::start_with(engine, |config| (config.workers, config.public_url) = (0, public)).await
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_provider_is_connected_once_and_shows_no_secret(#[case] engine: Engine) {
    let Some(app) = app(engine).await else { return };
    let owner = app.tenant("Harbor Foods").await;
    let created = owner.post("/v1/integrations/oidc", &provider()).await.expect(201);
    assert!(!created.body.contains(SECRET));
    let (created, organization) = (created.json(), owner.organization_id.as_str());
    let id = created["id"].as_str().unwrap();
    assert_eq!((&created["kind"], &created["provider"]), (&json!("auth"), &json!("oidc")));
    assert_eq!(created["callback_path"], format!("/v1/auth/oidc/{organization}/{id}/start"));
    assert_eq!(created["config"]["scopes"], json!(["email", "profile"]));
    assert_eq!(created["config"]["redirect_uri"], "https://purser.example.com/oidc/callback");
    for path in [format!("/v1/integrations/{id}"), format!("/v1/integrations/{id}/oidc")] {
        assert_eq!(owner.get(&path).await.expect(200).json(), created);
    }
    owner.get(&format!("/v1/integrations/{id}/ldap")).await.expect(404);
    // One vouches at a time.
    assert_eq!(owner.post("/v1/integrations/oidc", &provider()).await.expect(409).problem(), "already_exists");
    let trail = owner.get("/v1/audit-logs?action=integration.create").await.expect(200);
    assert!(!trail.body.contains(SECRET), "{trail:?}");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_administrator_does_not_decide_who_vouches(#[case] engine: Engine) {
    let Some(app) = app(engine).await else { return };
    let owner = app.tenant("Harbor Foods").await;
    let admin = app.member(&owner, SystemRole::Admin.permissions()).await;
    let created = owner.create("/v1/integrations/oidc", &provider()).await;
    let path = format!("/v1/integrations/{}", created["id"].as_str().unwrap());
    for attempt in [
        admin.post("/v1/integrations/oidc", &provider()).await,
        admin.patch(&format!("{path}/oidc"), 1, &json!({ "config": provider()["config"] })).await,
        admin.patch(&path, 1, &json!({ "is_active": false })).await,
        admin.delete(&path, 1).await,
    ] {
        assert_eq!(attempt.expect(403).json()["permission"], "identities.manage");
    }
    assert_eq!(owner.get(&path).await.expect(200).json(), created);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn people_stay_their_issuer_s_and_the_secret_its_client_s(#[case] engine: Engine) {
    let Some(app) = app(engine).await else { return };
    let owner = app.tenant("Harbor Foods").await;
    let created = owner.create("/v1/integrations/oidc", &provider()).await;
    let path = format!("/v1/integrations/{}/oidc", created["id"].as_str().unwrap());
    let with = |name: &str, value: Value| {
        let mut config = provider()["config"].clone();
        config[name] = value;
        json!({ "config": config })
    };
    let elsewhere = with("issuer", "https://id.example.org/".into());
    let refused = owner.patch(&path, 1, &elsewhere).await.expect(422);
    assert_eq!(refused.errors(), [("/config/issuer".to_owned(), "fixed".to_owned())]);
    let authority = include_str!("authority.pem").into();
    for moved in [with("client_id", "another".into()), with("ca_certificate", authority)] {
        let refused = owner.patch(&path, 1, &moved).await.expect(422);
        assert_eq!(refused.errors(), [("/credentials".to_owned(), "required".to_owned())]);
    }
    assert_eq!(owner.get(&path).await.expect(200).json(), created);
    let mut moved = with("client_id", "another".into());
    moved["credentials"] = provider()["credentials"].clone();
    owner.patch(&path, 1, &moved).await.expect(200);
    let mut wider = moved["config"].clone();
    wider["groups_claim"] = "groups".into();
    owner.patch(&path, 2, &json!({ "config": wider })).await.expect(200);
}
