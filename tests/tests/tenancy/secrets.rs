//! What an organization has Purser keep, and what is seen of it.
use crate::{problem, refused, rows};
use purser_kernel::{ExposeSecret, Permission, PermissionSet, Scope};
use purser_store::ports::Secrets;
use purser_tenancy::Tenancy;
use purser_tests::{
    app::{Answer, TestApp, eventually},
    database::Engine,
};
use rstest::rstest;
use serde_json::{Value, json};

const LIST: &str = "/v1/organization/secrets";
const OPENAI: &str = "/v1/organization/secrets/openai_api_key";
const VALUE: &str = "sk-proj-0123456789abcdefWXYZ";

fn value(text: &str) -> Value {
    json!({ "value": text })
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_secret_is_used_and_never_shown(#[case] engine: Engine) {
    let Some(app) = TestApp::start(engine).await else { return };
    let (owner, other) = (app.tenant("Acme").await, app.tenant("Other").await);
    let first = owner.put(OPENAI, &value(VALUE)).await.expect(200);
    assert_eq!((&first.json()["name"], &first.json()["last_four"]), (&json!("openai_api_key"), &json!("WXYZ")));
    // What came along when it was copied is no part of it.
    let second = owner.put(OPENAI, &value(" sk-proj-another-value-QRST\n")).await.expect(200).json();
    assert_eq!((&second["last_four"], &second["created_at"]), (&json!("QRST"), &first.json()["created_at"]));
    assert!(second["last_rotated_at"].as_str() > first.json()["last_rotated_at"].as_str());
    owner.put("/v1/organization/secrets/anthropic_api_key", &value(VALUE)).await.expect(200);
    let names: Vec<Value> = rows(&owner, LIST).await.into_iter().map(|row| row["name"].clone()).collect();
    assert_eq!(names, ["anthropic_api_key", "openai_api_key"]);
    assert!(rows(&other, LIST).await.is_empty());

    let store = &app.app().services().store;
    let opened = async |tenant: &purser_tests::app::Tenant, name| {
        let scope = Scope::system(tenant.organization_id.parse().unwrap(), "test");
        Tenancy.open(&store.read(&scope).await.unwrap(), name).await.unwrap()
    };
    let kept = opened(&owner, "openai_api_key").await.unwrap();
    assert_eq!(kept.expose_secret(), "sk-proj-another-value-QRST");
    assert!(opened(&owner, "no_such_key").await.is_none());
    assert!(opened(&other, "openai_api_key").await.is_none());

    problem(&Answer::of(other.request("DELETE", OPENAI)).await, 404, "not_found");
    Answer::of(owner.request("DELETE", OPENAI)).await.expect(204);
    problem(&Answer::of(owner.request("DELETE", OPENAI)).await, 404, "not_found");
    assert!(opened(&owner, "openai_api_key").await.is_none());

    let trail = owner.get("/v1/audit-logs?resource=organization_secret").await.expect(200);
    let actions: Vec<_> = trail.json()["data"].as_array().unwrap().iter().map(|row| row["action"].clone()).collect();
    assert_eq!(actions.len(), 4);
    assert_eq!(actions[0], "organization_secret.delete");
    let published = eventually("the events to be numbered", || async {
        let sql = "select event_type || cast(payload as text) from outbox_events
                   where resource = 'organization_secret' and sequence is not null order by sequence";
        let rows = app.database.owner().await.rows(sql).await.unwrap();
        (rows.len() == 4).then_some(rows)
    })
    .await;
    let written = format!("{trail:?}{published:?}");
    assert!(!written.contains("sk-proj") && !written.contains("QRST") && !written.contains("WXYZ"), "{written}");
    assert!(published[3][0].starts_with("organization_secret.deleted"));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn names_and_values_are_bounded(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let owner = app.tenant("Acme").await;
    for name in ["ab", "1_key", "Key", "open-ai", "key_", "_key", "a%20b", "schl%C3%BCssel", &"k".repeat(65)] {
        let path = format!("{LIST}/{name}");
        refused(&owner.put(&path, &value(VALUE)).await, &[("/name", "invalid_name")]);
        problem(&Answer::of(owner.request("DELETE", &path)).await, 404, "not_found");
    }
    owner.put(&format!("{LIST}/{}", "k".repeat(64)), &value(VALUE)).await.expect(200);
    for (text, code) in [
        ("", "too_short"),
        // Four of fifteen characters would be shown.
        ("012345678901234", "too_short"),
        ("   0123456789   \n", "too_short"),
        ("0123456789\u{7}012345", "control_character"),
        (&"x".repeat(8_193), "too_long"),
    ] {
        refused(&owner.put(OPENAI, &value(text)).await, &[("/value", code)]);
    }
    for text in ["0123456789012345", &"ß".repeat(8_192), "-----BEGIN KEY-----\r\nAAAA\r\n-----END KEY-----\r\n"] {
        owner.put(OPENAI, &value(text)).await.expect(200);
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn neither_programs_nor_managers_touch_them(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let owner = app.tenant("Acme").await;
    assert!(Permission::decisions().contains(Permission::SecretsManage));
    let scopes = json!({ "name": "Program", "scopes": ["secrets.manage"] });
    assert_eq!(owner.post("/v1/api-keys", &scopes).await.status, 422);
    let others = app.member(&owner, PermissionSet::all() - Permission::SecretsManage).await;
    problem(&others.get(LIST).await, 403, "forbidden");
    problem(&others.put(OPENAI, &value(VALUE)).await, 403, "forbidden");
    problem(&Answer::of(others.request("DELETE", OPENAI)).await, 403, "forbidden");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn of_two_that_write_at_once_one_value_is_whole(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let owner = app.tenant("Acme").await;
    for _ in 0..5 {
        let (one, two) = (value("the first value 0001"), value("the second value 0002"));
        let (one, two) = tokio::join!(owner.put(OPENAI, &one), owner.put(OPENAI, &two));
        assert_eq!((one.status, two.status), (200, 200), "{one:?} {two:?}");
        let kept = rows(&owner, LIST).await;
        let last_four = kept[0]["last_four"].as_str().unwrap();
        assert!(kept.len() == 1 && ["0001", "0002"].contains(&last_four), "{kept:?}");
        Answer::of(owner.request("DELETE", OPENAI)).await.expect(204);
    }
}
