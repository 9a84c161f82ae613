//! When a server may start, and on which schema.
use purser_api::{Config, app, migrations};
use purser_kernel::{Clock, SecretString};
use purser_tests::database::{Engine, TestDatabase};
use rstest::rstest;
use tempfile::TempDir;

fn config(database: &TestDatabase, data: &TempDir) -> Config {
    Config {
        database_url: Some(SecretString::from(database.application_url.clone())),
        database_owner_url: Some(SecretString::from(database.owner_url.clone())),
        data_dir: data.path().to_owned(),
        metrics_listen: None,
        ..Config::default()
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn up_takes_every_step_grants_what_is_needed_and_changes_nothing_the_second_time(#[case] engine: Engine) {
    let Some(database) = TestDatabase::empty(engine).await else { return };
    let data = tempfile::tempdir().unwrap();
    let config = config(&database, &data);
    let (steps, notices) = migrations::up(&config).await.unwrap();
    assert!(!steps.is_empty() && notices.is_empty(), "{notices:?}");
    let (again, _) = migrations::up(&config).await.unwrap();
    assert!(again.is_empty());
    migrations::up_to_date(&config).await.unwrap();
    let services = app::open(&config, Clock::system()).await.unwrap();
    drop(services.store.system_read().await.unwrap());
    services.store.close().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn down_takes_one_step_and_all_of_them_empty_the_database(#[case] engine: Engine) {
    let Some(database) = TestDatabase::new(engine).await else { return };
    let data = tempfile::tempdir().unwrap();
    let config = config(&database, &data);
    let steps = migrations::status(&config.database_as_owner()).await.unwrap();
    assert!(steps.iter().all(|step| step.applied));
    assert_eq!(migrations::down(&config, false).await.unwrap(), steps.len() - 1);
    let pending: Vec<_> = migrations::status(&config.database()).await.unwrap();
    let pending: Vec<_> = pending.iter().filter(|step| !step.applied).map(|step| &step.name).collect();
    assert_eq!(pending, [&steps.last().unwrap().name]);
    assert_eq!(migrations::down(&config, true).await.unwrap(), 0);
}

#[tokio::test]
async fn a_server_on_postgres_is_not_migrated_by_accident() {
    let Some(database) = TestDatabase::new(Engine::Postgres).await else { return };
    let data = tempfile::tempdir().unwrap();
    let config = config(&database, &data);
    migrations::down(&config, false).await.unwrap();
    let refused = app::open(&config, Clock::system()).await.err().unwrap();
    assert!(refused.advice().unwrap().contains("purser serve --migrate"), "{refused}");
    assert!(migrations::up_to_date(&config).await.is_err(), "it was left as it was");
}

#[tokio::test]
async fn an_embedded_database_is_brought_up_to_date_at_the_start() {
    let data = tempfile::tempdir().unwrap();
    let config = Config { data_dir: data.path().join("new"), metrics_listen: None, ..Config::default() };
    for _ in 0..2 {
        let services = app::open(&config, Clock::system()).await.unwrap();
        services.store.close().await;
    }
    assert!(config.database_file().exists());
    migrations::up_to_date(&config).await.unwrap();
}

/// Policies do not bind the owner: a server that connected as one would have one wall less.
#[tokio::test]
async fn a_server_does_not_start_as_the_owner_of_the_tables() {
    let Some(database) = TestDatabase::new(Engine::Postgres).await else { return };
    let data = tempfile::tempdir().unwrap();
    let owner = Some(SecretString::from(database.owner_url.clone()));
    let config = Config { database_url: owner, ..config(&database, &data) };
    let refused = app::open(&config, Clock::system()).await.err().unwrap();
    assert!(refused.what().contains("owns tables"), "{refused}");
    let (_, notices) = migrations::up(&config).await.unwrap();
    assert!(notices[0].what().contains("owns the tables"), "{notices:?}");
}

#[tokio::test]
async fn a_role_that_is_missing_is_named() {
    let Some(database) = TestDatabase::new(Engine::Postgres).await else { return };
    let data = tempfile::tempdir().unwrap();
    let config = Config { reporting_role: Some("nobody_has_this_name".to_owned()), ..config(&database, &data) };
    let (_, notices) = migrations::up(&config).await.unwrap();
    assert!(notices[0].what().contains("nobody_has_this_name"), "{notices:?}");
    assert!(notices[0].advice().unwrap().contains("CREATE ROLE"), "{notices:?}");
}
