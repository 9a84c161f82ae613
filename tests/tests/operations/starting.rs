//! Starting and ending.
use base64::{Engine as _, engine::general_purpose::STANDARD};
use purser_api::{Config, app::App};
use purser_kernel::SecretString;
use purser_tests::{
    app::TestApp,
    database::{Engine, TestDatabase},
    program::Program,
};
use rstest::rstest;
use std::net::{Ipv4Addr, SocketAddr};

const ANY_PORT: (Ipv4Addr, u16) = (Ipv4Addr::LOCALHOST, 0);

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn the_wrong_master_key_is_noticed_at_the_start(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    app.tenant("Acme").await;
    let config = |key: [u8; 32]| Config {
        database_url: Some(SecretString::from(app.database.application_url.clone())),
        listen: SocketAddr::from(ANY_PORT),
        metrics_listen: None,
        master_key: Some(SecretString::from(STANDARD.encode(key))),
        ..Config::default()
    };
    let refused = App::start(config([8; 32])).await.err().unwrap();
    assert!(refused.advice().unwrap().contains("PURSER_MASTER_KEY"), "{refused}");
    App::start(config([7; 32])).await.unwrap().stop().await.unwrap();
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_address_that_is_taken_is_named(#[case] engine: Engine) {
    let Some(app) = TestApp::start_without_workers(engine).await else { return };
    let taken = app.app().address;
    let config = Config {
        database_url: Some(SecretString::from(app.database.application_url.clone())),
        listen: taken,
        metrics_listen: None,
        master_key: Some(SecretString::from(STANDARD.encode([7; 32]))),
        ..Config::default()
    };
    let refused = App::start(config).await.err().unwrap();
    assert!(refused.what().contains(&taken.to_string()), "{refused}");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn two_servers_of_a_process_share_its_metrics(#[case] engine: Engine) {
    let listening = |config: &mut Config| config.metrics_listen = Some(SocketAddr::from(ANY_PORT));
    let Some(first) = TestApp::start_with(engine, listening).await else { return };
    let Some(second) = TestApp::start_with(engine, listening).await else { return };
    first.tenant("Acme").await;
    for app in [&first, &second] {
        let address = app.app().metrics_address().unwrap();
        let answer = reqwest::Client::new().get(format!("http://{address}/metrics")).send().await.unwrap();
        assert!(answer.headers()["content-type"].to_str().unwrap().starts_with("text/plain; version=0.0.4"));
        let text = answer.text().await.unwrap();
        assert!(text.contains("# TYPE purser_"), "{text}");
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_was_committed_is_there_after_a_restart(#[case] engine: Engine) {
    let Some(mut app) = TestApp::start(engine).await else { return };
    let tenant = app.tenant("Acme").await;
    app.restart().await;
    let tenant = tenant.at(&app.url);
    assert_eq!(tenant.get("/v1/products").await.status, 200);
}

/// It is meant for somebody's desk, and dangerous wherever others make endpoints.
#[rstest]
#[case::sqlite(Engine::Sqlite, "development")]
#[case::sqlite_in_production(Engine::Sqlite, "production")]
#[case::postgres(Engine::Postgres, "development")]
#[case::postgres_in_production(Engine::Postgres, "production")]
#[tokio::test]
async fn whoever_lets_webhooks_reach_this_machine_is_warned(#[case] engine: Engine, #[case] environment: &str) {
    const ALLOW: &str = "PURSER_WEBHOOKS_ALLOW_LOOPBACK";
    let Some(database) = TestDatabase::new(engine).await else { return };
    for allowed in ["true", "false"] {
        // Production refuses hashes that are as cheap as those of other tests.
        let variables = [("PURSER_ENVIRONMENT", environment), ("PURSER_ARGON2_MEMORY_KIB", "7168"), (ALLOW, allowed)];
        let server = Program::start_with(&database, &["--no-workers"], &variables).await;
        let log = server.log("serving").await;
        let is_warned = log.lines().any(|line| line.contains("WARN") && line.contains(ALLOW));
        assert_eq!(is_warned.to_string(), allowed, "{log}");
        server.kill().await;
    }
}
