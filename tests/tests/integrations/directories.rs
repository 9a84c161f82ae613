//! Who may connect a directory, and decide what its groups stand for.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops where it fails")]
use purser_kernel::{Permission, SystemRole};
use purser_tests::{
    app::{Tenant, TestApp},
    database::{Engine, uuid_literal},
};
use rstest::rstest;
use serde_json::{Value, json};

fn directory() -> Value {
    json!({
        "name": "Our directory",
        "config": {
            "host": "ldap.example.com", "security": "ldaps", "bind_dn": "cn=purser,dc=example,dc=com",
            "base_dn": "dc=example,dc=com", "user_filter": "(uid={username})",
        },
        "credentials": { "bind_password": "looks people up" },
    })
}

async fn role(app: &TestApp, tenant: &Tenant, name: &str) -> String {
    let organization = uuid_literal(app.database.engine, &tenant.organization_id);
    let id = match app.database.engine {
        Engine::Sqlite => "lower(hex(id))",
        Engine::Postgres => "cast(id as text)",
    };
    let sql = format!("select {id} from roles where organization_id = {organization} and name = '{name}'");
    app.database.owner().await.rows(&sql).await.unwrap()[0][0].clone()
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_directory_is_connected_once_and_shows_no_password(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let owner = app.tenant("Harbor Foods").await;
    let created = owner.post("/v1/integrations/ldap", &directory()).await.expect(201);
    assert!(!created.body.contains("looks people up"));
    let (created, organization) = (created.json(), owner.organization_id.as_str());
    let id = created["id"].as_str().unwrap();
    assert_eq!((&created["kind"], &created["provider"]), (&json!("auth"), &json!("ldap")));
    assert_eq!(created["callback_path"], format!("/v1/auth/ldap/{organization}/{id}/login"));
    assert_eq!(created["config"]["subject_attribute"], "entryUUID");
    for path in [format!("/v1/integrations/{id}"), format!("/v1/integrations/{id}/ldap")] {
        assert_eq!(owner.get(&path).await.expect(200).json(), created);
    }

    // One is switched on at a time.
    assert_eq!(owner.post("/v1/integrations/ldap", &directory()).await.expect(409).problem(), "already_exists");
    let mut second = directory();
    second["is_active"] = false.into();
    let second = owner.create("/v1/integrations/ldap", &second).await;
    let path = format!("/v1/integrations/{}", second["id"].as_str().unwrap());
    for path in [path.clone(), format!("{path}/ldap")] {
        assert_eq!(owner.patch(&path, 1, &json!({ "is_active": true })).await.expect(409).problem(), "already_exists");
    }
    owner.patch(&format!("/v1/integrations/{id}"), 1, &json!({ "is_active": false })).await.expect(200);
    owner.patch(&path, 1, &json!({ "is_active": true })).await.expect(200);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn another_provider_s_fields_are_refused(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let owner = app.tenant("Harbor Foods").await;
    let directory = owner.create("/v1/integrations/ldap", &directory()).await;
    let whatsapp = owner.create("/v1/integrations", &purser_tests::whatsapp::integration()).await;
    let id = |value: &Value| value["id"].as_str().unwrap().to_owned();
    let number = json!({ "config": { "phone_number_id": "1" } });
    let refused = owner.patch(&format!("/v1/integrations/{}", id(&directory)), 1, &number).await.expect(422);
    assert_eq!(refused.errors()[0].1, "another_provider");
    let renamed = json!({ "name": "Taken" });
    owner.patch(&format!("/v1/integrations/{}/ldap", id(&whatsapp)), 1, &renamed).await.expect(404);
    owner.get(&format!("/v1/integrations/{}/group-roles", id(&whatsapp))).await.expect(404);
    let none = json!({ "group_roles": [] });
    owner.put(&format!("/v1/integrations/{}/group-roles", id(&whatsapp)), &none).await.expect(404);
}

/// Whoever names the directory can become everybody it vouches for.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_administrator_does_not_decide_who_is_an_owner(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let owner = app.tenant("Harbor Foods").await;
    let admin = app.member(&owner, SystemRole::Admin.permissions()).await;
    let created = owner.create("/v1/integrations/ldap", &directory()).await;
    let path = format!("/v1/integrations/{}", created["id"].as_str().unwrap());
    let pair = json!({ "group_name": "board", "role_id": role(&app, &owner, "owner").await });
    let attempts = [
        admin.post("/v1/integrations/ldap", &directory()).await,
        admin.patch(&path, 1, &json!({ "is_active": false })).await,
        admin.patch(&format!("{path}/ldap"), 1, &json!({ "config": directory()["config"] })).await,
        admin.put(&format!("{path}/group-roles"), &json!({ "group_roles": [pair] })).await,
        admin.delete(&path, 1).await,
    ];
    for attempt in attempts {
        assert_eq!(attempt.expect(403).json()["permission"], "identities.manage");
    }
    assert_eq!(owner.get(&path).await.expect(200).json(), created);
}

/// Else whoever may change a connection could have its password sent to a machine of their own.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_password_does_not_follow_a_directory_that_moves(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let owner = app.tenant("Harbor Foods").await;
    let created = owner.create("/v1/integrations/ldap", &directory()).await;
    let path = format!("/v1/integrations/{}/ldap", created["id"].as_str().unwrap());
    for (name, value) in [
        ("host", json!("ldap.example.org")),
        ("port", json!(1636)),
        ("security", json!("starttls")),
        ("ca_certificate", json!(include_str!("authority.pem"))),
        ("bind_dn", json!("cn=other,dc=example,dc=com")),
    ] {
        let mut config = directory()["config"].clone();
        config[name] = value;
        let refused = owner.patch(&path, 1, &json!({ "config": config })).await.expect(422);
        assert_eq!(refused.errors(), [("/credentials".to_owned(), "required".to_owned())], "{name}");
    }
    assert_eq!(owner.get(&path).await.expect(200).json(), created);
    // With the password it may; and what stays where it is needs none.
    let mut config = directory()["config"].clone();
    config["host"] = "ldap.example.org".into();
    let moved = json!({ "config": config, "credentials": directory()["credentials"] });
    owner.patch(&path, 1, &moved).await.expect(200);
    config["port"] = 636.into();
    config["user_filter"] = "(&(uid={username})(objectClass=person))".into();
    owner.patch(&path, 2, &json!({ "config": config })).await.expect(200);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn nobody_maps_a_group_to_what_they_do_not_hold(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let owner = app.tenant("Harbor Foods").await;
    let viewer = SystemRole::Viewer.permissions();
    let clerk = app.member(&owner, viewer | Permission::IdentitiesManage | Permission::IntegrationsRead).await;
    let created = owner.create("/v1/integrations/ldap", &directory()).await;
    let path = format!("/v1/integrations/{}/group-roles", created["id"].as_str().unwrap());
    let pair =
        async |group: &str, name: &str| json!({ "group_name": group, "role_id": role(&app, &owner, name).await });
    let (board, readers) = (pair("board", "owner").await, pair("readers", "viewer").await);
    let list = |pairs: &[&Value]| json!({ "group_roles": pairs });

    clerk.put(&path, &list(&[&board])).await.expect(403);
    clerk.put(&path, &list(&[&readers])).await.expect(403);
    owner.put(&path, &list(&[&board])).await.expect(200);
    // What an owner has decided is not theirs to take away, and not in the way.
    clerk.put(&path, &list(&[])).await.expect(403);
    clerk.put(&path, &list(&[&board])).await.expect(200);
    assert_eq!(clerk.get(&path).await.expect(200).json()["group_roles"].as_array().unwrap().len(), 1);
    assert!(!SystemRole::Admin.permissions().contains(Permission::IdentitiesManage));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_map_that_cannot_be_is_said_to_be_wrong(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let owner = app.tenant("Harbor Foods").await;
    let other = app.tenant("Somebody Else").await;
    let created = owner.create("/v1/integrations/ldap", &directory()).await;
    let path = format!("/v1/integrations/{}/group-roles", created["id"].as_str().unwrap());
    let foreign = role(&app, &other, "viewer").await;
    let body = json!({ "group_roles": [{ "group_name": " ", "role_id": foreign }] });
    let refused = owner.put(&path, &body).await.expect(422);
    let expected = [("/group_roles/0/group_name", "required"), ("/group_roles/0/role_id", "unknown_reference")];
    assert_eq!(refused.errors(), expected.map(|(pointer, code)| (pointer.to_owned(), code.to_owned())));
    assert_eq!(owner.get(&path).await.expect(200).json(), json!({ "group_roles": [] }));
}
