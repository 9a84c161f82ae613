//! Signing in with the organization's own OpenID provider, a real one.
#![expect(clippy::indexing_slicing, reason = "a test stops where it fails")]
mod cookies;
mod lies;
mod renewal;
mod second_factor;
mod twice;

use purser_kernel::Links;
use purser_tests::{
    app::{Answer, Tenant, TestApp},
    database::{Engine, uuid_literal},
    openid::{OpenIdProvider, REDIRECT_URI},
};
use rstest::rstest;
use serde_json::{Value, json};

/// An organization with a provider that knows Ann.
struct House {
    app: TestApp,
    provider: OpenIdProvider,
    owner: Tenant,
    /// The connection with the provider.
    integration: Value,
}

fn ann() -> Value {
    json!({ "claims": { "email": "ann@example.com", "name": "Ann Miller", "groups": ["sales"] } })
}

impl House {
    async fn new(engine: Engine) -> Option<Self> {
        Self::with(engine, |_| {}).await
    }

    /// With a connection that `change` has had a look at.
    async fn with(engine: Engine, change: impl FnOnce(&mut Value)) -> Option<Self> {
        let provider = OpenIdProvider::start()?;
        let app = TestApp::start_with(engine, |config| {
            config.workers = 0;
            config.cookies = true;
            config.public_url = Links::new("https://purser.example.com").ok();
        });
        let app = app.await?;
        let owner = app.tenant("Harbor Foods").await;
        provider.person("ann", ann()).await;
        let mut body = provider.integration();
        change(&mut body);
        let integration = owner.create("/v1/integrations/oidc", &body).await;
        Some(Self { app, provider, owner, integration })
    }

    fn id(&self) -> &str {
        self.integration["id"].as_str().unwrap()
    }

    fn door(&self, step: &str) -> String {
        format!("/v1/auth/oidc/{}/{}/{step}", self.owner.organization_id, self.id())
    }

    async fn start(&self) -> Value {
        self.app.anonymous("POST", &self.door("start"), None).await.expect(200).json()
    }

    /// What a client has when the person has signed in at the provider.
    async fn answered(&self, subject: &str) -> Value {
        let begun = self.start().await;
        let mut answer = self.provider.sign_in(begun["authorization_url"].as_str().unwrap(), subject).await;
        answer["sign_in"] = begun["sign_in"].clone();
        answer
    }

    async fn finish(&self, answer: &Value) -> Answer {
        self.app.anonymous("POST", &self.door("callback"), Some(answer)).await
    }

    async fn log_in(&self, subject: &str) -> Answer {
        self.finish(&self.answered(subject).await).await
    }

    /// Somebody of the provider, signed in.
    async fn signed_in(&self, subject: &str) -> Tenant {
        let answer = self.log_in(subject).await.expect(200).json();
        let mut person = self.owner.clone();
        answer["user"]["id"].as_str().unwrap().clone_into(&mut person.user_id);
        answer["access_token"].as_str().unwrap().clone_into(&mut person.access_token);
        answer["refresh_token"].as_str().unwrap().clone_into(&mut person.refresh_token);
        person
    }

    async fn map(&self, group: &str, role: &str) {
        let roles = self.owner.get("/v1/roles").await.expect(200).json();
        let role = roles["data"].as_array().unwrap().iter().find(|found| found["name"] == role).unwrap();
        let body = json!({ "group_roles": [{ "group_name": group, "role_id": role["id"] }] });
        self.owner.put(&format!("/v1/integrations/{}/group-roles", self.id()), &body).await.expect(200);
    }

    async fn count(&self, table: &str) -> String {
        let sql = format!("select cast(count(*) as text) from {table}");
        self.app.database.owner().await.rows(&sql).await.unwrap()[0][0].clone()
    }

    async fn execute(&self, sql: &str) {
        self.app.database.owner().await.execute(sql).await.unwrap();
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn whom_the_provider_knows_is_a_member_from_the_first_sign_in(#[case] engine: Engine) {
    let Some(house) = House::new(engine).await else { return };
    assert_eq!(house.integration["callback_path"], house.door("start"));
    assert_eq!(house.integration["config"]["redirect_uri"], REDIRECT_URI);
    house.map("sales", "operator").await;
    let first = house.signed_in("ann").await;
    let me = first.get("/v1/me").await.expect(200).json();
    assert_eq!(me["organization"]["id"], house.owner.organization_id.as_str());
    assert_eq!((&me["user"]["email"], &me["user"]["full_name"]), (&json!("ann@example.com"), &json!("Ann Miller")));
    assert_eq!(me["roles"], json!(["operator"]));
    // The same person, whatever else has changed about them.
    let moved = json!({ "claims": { "email": "ann.miller@example.com", "name": "Ann", "groups": [] } });
    house.provider.person("ann", moved).await;
    let second = house.signed_in("ann").await;
    assert_eq!(second.user_id, first.user_id);
    let me = second.get("/v1/me").await.expect(200).json();
    assert_eq!((&me["user"]["email"], &me["roles"]), (&json!("ann.miller@example.com"), &json!([])));
    let elsewhere = json!({ "organization_id": house.owner.organization_id });
    let refused = second.post("/v1/auth/switch-organization", &elsewhere).await.expect(403);
    assert_eq!(refused.problem(), "vouched_for_one_organization");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_browser_is_sent_to_the_provider_with_all_that_binds_it(#[case] engine: Engine) {
    let gold = json!({ "acr_values": ["urn:example:gold"] });
    let Some(house) = House::with(engine, |body| body["config"]["second_factor"] = gold).await else { return };
    let begun = house.start().await;
    let address: reqwest::Url = begun["authorization_url"].as_str().unwrap().parse().unwrap();
    assert!(address.as_str().starts_with(&format!("{}/auth?", house.provider.issuer())), "{address}");
    let query: std::collections::BTreeMap<_, _> = address.query_pairs().into_owned().collect();
    for (name, value) in [
        ("response_type", "code"),
        ("client_id", "purser"),
        ("redirect_uri", REDIRECT_URI),
        ("code_challenge_method", "S256"),
        ("scope", "openid email profile groups offline_access"),
        ("prompt", "consent"),
        ("acr_values", "urn:example:gold"),
    ] {
        assert_eq!(query[name], value, "{name}");
    }
    let other: reqwest::Url = house.start().await["authorization_url"].as_str().unwrap().parse().unwrap();
    let other: std::collections::BTreeMap<_, _> = other.query_pairs().into_owned().collect();
    for name in ["state", "nonce", "code_challenge"] {
        assert_eq!(query[name].len(), 43, "{name}");
        assert_ne!(query[name], other[name], "{name}");
    }
    // The address says nothing of what the client keeps for itself.
    assert!(!address.as_str().contains(begun["sign_in"].as_str().unwrap()));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn nobody_s_account_is_taken_over_by_an_address_that_a_provider_names(#[case] engine: Engine) {
    let Some(house) = House::new(engine).await else { return };
    let victim = house.app.tenant("Somebody Else").await;
    for address in [&victim.email, &house.owner.email] {
        let claims = json!({ "email": address, "email_verified": true, "name": "Ann" });
        house.provider.person("ann", json!({ "claims": claims })).await;
        let ann = house.signed_in("ann").await;
        assert!(ann.user_id != victim.user_id && ann.user_id != house.owner.user_id);
        assert_eq!(ann.get("/v1/me").await.expect(200).json()["roles"], json!([]));
    }
    // The address still leads to whoever has it, with their own password.
    let body = json!({ "email": victim.email, "password": purser_tests::app::PASSWORD });
    let own = house.app.anonymous("POST", "/v1/auth/login", Some(&body)).await.expect(200).json();
    assert_eq!(own["user"]["id"], victim.user_id.as_str());
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn somebody_without_an_address_is_told_so(#[case] engine: Engine) {
    let Some(house) = House::new(engine).await else { return };
    house.provider.person("bob", json!({ "claims": { "name": "Bob" } })).await;
    assert_eq!(house.log_in("bob").await.expect(403).problem(), "identity_incomplete");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_provider_is_believed_by_the_certificate_that_was_agreed(#[case] engine: Engine) {
    let Some(house) = House::new(engine).await else { return };
    house.signed_in("ann").await;
    let path = format!("/v1/integrations/{}/oidc", house.id());
    let mut body = house.provider.integration();
    body["config"]["ca_certificate"] = include_str!("../integrations/authority.pem").into();
    house.owner.patch(&path, 1, &body).await.expect(200);
    let refused = house.app.anonymous("POST", &house.door("start"), None).await.expect(503);
    assert_eq!((refused.problem(), refused.header("retry-after")), ("provider_unavailable".into(), "5"));
}

/// On one's own machine, in development.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_provider_on_ones_own_desk_needs_no_certificate(#[case] engine: Engine) {
    let Some(mut house) = House::with(engine, |body| body["is_active"] = false.into()).await else { return };
    let mut body = house.provider.integration();
    body["config"]["issuer"] = house.provider.plain_issuer().into();
    body["config"]["ca_certificate"] = Value::Null;
    house.integration = house.owner.create("/v1/integrations/oidc", &body).await;
    house.signed_in("ann").await.get("/v1/me").await.expect(200);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn whoever_is_disabled_here_stays_so(#[case] engine: Engine) {
    let Some(house) = House::new(engine).await else { return };
    let ann = house.signed_in("ann").await;
    let literal = uuid_literal(engine, &ann.user_id);
    house.execute(&format!("update memberships set status = 'disabled' where user_id = {literal}")).await;
    assert_eq!(house.log_in("ann").await.expect(401).problem(), "sign_in_refused");
}
