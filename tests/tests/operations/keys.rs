//! What an operator does about keys and administrators from the command line, while a server serves.
use purser_tests::{
    app::{Tenant, TestApp},
    database::Engine,
    program,
};
use rstest::rstest;
use serde_json::json;

const SECRET: &str = "/v1/organization/secrets/openai_api_key";

async fn keys(app: &TestApp, arguments: &[&str]) -> (bool, String) {
    program::run(&app.database, &[&["keys"], arguments].concat()).await
}

async fn admins(app: &TestApp, arguments: &[&str]) -> (bool, String) {
    program::run(&app.database, &[&["admins"], arguments].concat()).await
}

async fn slug(tenant: &Tenant) -> String {
    tenant.get("/v1/organization").await.expect(200).json()["slug"].as_str().unwrap().to_owned()
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn keys_are_replaced_and_what_is_left_on_old_ones_is_counted(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let (owner, other) = (app.tenant("Acme").await, app.tenant("Other").await);
    for tenant in [&owner, &other] {
        tenant.put(SECRET, &json!({ "value": "sk-0123456789abcdef" })).await.expect(200);
    }
    let (well, said) = keys(&app, &["rotate", "--organization", &slug(&owner).await]).await;
    assert!(well && said.contains("version 2 of its key seals") && said.contains(" 0 are left"), "{said}");
    let (well, said) = keys(&app, &["rotate", "--all-organizations"]).await;
    assert!(well && said.contains("2 organizations have a new key") && said.contains(" 0 are left"), "{said}");
    let (well, said) = keys(&app, &["status"]).await;
    assert!(well && said.contains("PURSER_MASTER_KEY seals"), "{said}");
    // Altered, so that its key does not open it: said, and the exit says it too.
    let bytes = match engine {
        Engine::Sqlite => "x'00'",
        Engine::Postgres => r"'\x00'::bytea",
    };
    let sql = format!("update organization_secrets set ciphertext = {bytes}");
    app.database.owner().await.execute(&sql).await.unwrap();
    let (well, said) = keys(&app, &["rotate", "--all-organizations"]).await;
    assert!(!well && said.contains("2 are left"), "{said}");
    // The next key was published a moment ago, and others have kept what was published before.
    let (well, said) = keys(&app, &["rotate", "--signing"]).await;
    assert!(!well, "{said}");
    // As if that were long ago. What was signed before stays good, and so is what is signed from now on.
    let published = "update signing_keys set not_before = '2026-01-01 00:00:00+00:00' where state = 'next'";
    assert_eq!(app.database.owner().await.execute(published).await.unwrap(), 1);
    let (well, said) = keys(&app, &["rotate", "--signing"]).await;
    assert!(well, "{said}");
    let (well, said) = keys(&app, &["rotate", "--signing"]).await;
    assert!(!well, "the one after it is new: {said}");
    owner.get("/v1/me").await.expect(200);
    owner.signed_in_at(&app.url).await.get("/v1/me").await.expect(200);
    for arguments in [&["rotate"][..], &["rotate", "--master", "--signing"], &["rotate", "--organization", "nobody"]] {
        let (well, said) = keys(&app, arguments).await;
        assert!(!well, "{arguments:?}: {said}");
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn keys_are_destroyed_only_of_who_is_closed_and_meant(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let owner = app.tenant("Acme").await;
    owner.put(SECRET, &json!({ "value": "sk-0123456789abcdef" })).await.expect(200);
    let slug = slug(&owner).await;
    let kept = async || {
        let sql = "select cast(count(*) as text) from encryption_keys";
        app.database.owner().await.rows(sql).await.unwrap()[0][0].clone()
    };
    let before = kept().await;
    // Open still, and then another name.
    assert!(!keys(&app, &["destroy", "--organization", &slug, "--confirm", &slug]).await.0);
    owner.post("/v1/organization/close", &json!({ "retention_days": 30 })).await.expect(200);
    assert!(!keys(&app, &["destroy", "--organization", &slug, "--confirm", "another"]).await.0);
    assert_eq!(kept().await, before);
    let (well, said) = keys(&app, &["destroy", "--organization", &slug, "--confirm", &slug]).await;
    assert!(well && said.contains("keys were destroyed"), "{said}");
    let (well, said) = keys(&app, &["rotate", "--organization", &slug]).await;
    assert!(!well, "there is nothing to replace: {said}");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn administrators_are_made_and_unmade(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let ordinary = app.tenant("Acme").await;
    for nobody in ["nobody@example.com", "no address", &ordinary.email] {
        assert!(!admins(&app, &["grant", nobody]).await.0, "{nobody}");
    }
    let (well, said) = admins(&app, &["list"]).await;
    assert!(well && !said.contains('@'), "{said}");

    let admin = app.administrator().await;
    let email = &*admin.person.email;
    let (well, said) = admins(&app, &["list"]).await;
    assert!(well && said.contains(email) && !said.contains(&ordinary.email), "{said}");
    assert!(admins(&app, &["grant", email]).await.0, "twice is once");
    admin.desk.get("/v1/platform/organizations").await.expect(200);
    let (well, said) = admins(&app, &["revoke", email]).await;
    assert!(well && said.contains("does not administer"), "{said}");
    admin.desk.get("/v1/platform/organizations").await.expect(401);
    let (well, said) = admins(&app, &["grant", email]).await;
    assert!(well && said.contains("administers the platform"), "{said}");
}
