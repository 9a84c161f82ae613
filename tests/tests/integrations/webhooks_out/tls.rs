//! Deliveries over TLS, by the real program in an environment of its own.
use purser_tests::{
    app::{Tenant, eventually},
    database::{Engine, TestDatabase},
    program::Program,
    receiver::Receiver,
};
use rstest::rstest;
use serde_json::{Value, json};
use tempfile::TempDir;

/// A program that believes the authority in `trusted`, and whose environment names a proxy that is not there.
async fn program(database: &TestDatabase, trusted: &TempDir) -> Program {
    let authority = trusted.path().join("authority.pem");
    let nowhere = "http://127.0.0.1:9";
    Program::start_with(
        database,
        &[],
        &[
            ("PURSER_WEBHOOKS_ALLOW_LOOPBACK", "true"),
            ("SSL_CERT_FILE", authority.to_str().unwrap()),
            ("HTTP_PROXY", nowhere),
            ("HTTPS_PROXY", nowhere),
            ("ALL_PROXY", nowhere),
            ("http_proxy", nowhere),
            ("https_proxy", nowhere),
            ("all_proxy", nowhere),
        ],
    )
    .await
}

async fn first(tenant: &Tenant, status: &str) -> Value {
    eventually(&format!("a delivery with the status {status}"), || async {
        let page = tenant.get(&format!("/v1/webhook-deliveries?status={status}")).await.expect(200).json();
        page["data"].get(0).cloned()
    })
    .await
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_receiver_whose_authority_is_believed_gets_it_directly_whatever_proxy_is_named(#[case] engine: Engine) {
    let Some(database) = TestDatabase::new(engine).await else { return };
    let folder = TempDir::new().unwrap();
    let receiver = Receiver::start_tls(folder.path()).await;
    let program = program(&database, &folder).await;
    let tenant = program.tenant("olive@example.com").await;
    for url in [receiver.url.clone(), receiver.url.replace("127.0.0.1", "localhost")] {
        tenant.create("/v1/webhook-endpoints", &json!({ "url": url, "event_types": ["project.created"] })).await;
    }
    tenant.create("/v1/projects", &json!({ "name": "Quay" })).await;
    let requests = receiver.wait(2).await;
    assert_eq!(requests[0].json()["data"]["name"], "Quay");
    first(&tenant, "success").await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_receiver_whose_authority_nobody_believes_gets_nothing(#[case] engine: Engine) {
    let Some(database) = TestDatabase::new(engine).await else { return };
    let (folder, another) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let receiver = Receiver::start_tls(folder.path()).await;
    let _trusted = Receiver::start_tls(another.path()).await;
    let program = program(&database, &another).await;
    let tenant = program.tenant("olive@example.com").await;
    let endpoint = json!({ "url": receiver.url, "event_types": ["project.created"], "max_attempts": 1 });
    tenant.create("/v1/webhook-endpoints", &endpoint).await;
    tenant.create("/v1/projects", &json!({ "name": "Quay" })).await;
    let failed = first(&tenant, "failed").await;
    assert_eq!(failed["error"], "tls_failed", "{failed}");
    assert!(receiver.requests().is_empty());
}
