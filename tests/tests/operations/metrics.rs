//! What those see who watch.
mod failed;
mod webhooks;

use purser_tests::{
    app::{TestApp, eventually},
    database::Engine,
};
use reqwest::Client;
use rstest::rstest;
use std::net::{Ipv4Addr, SocketAddr};

/// What is measured, by name and labels.
async fn measured(app: &TestApp) -> Vec<(String, f64)> {
    let address = app.app().metrics_address().unwrap();
    let client = Client::builder().no_proxy().build().unwrap();
    let text = client.get(format!("http://{address}/metrics")).send().await.unwrap().text().await.unwrap();
    let measured = text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.rsplit_once(' '));
    measured.map(|(name, value)| (name.to_owned(), value.parse().unwrap())).collect()
}

fn value(measured: &[(String, f64)], name: &str) -> f64 {
    let found = measured.iter().find(|(measured, _)| measured == name);
    found.unwrap_or_else(|| panic!("{name} is not among {measured:#?}")).1
}

/// How often something was counted so far, by name and labels. What never was is not shown.
async fn counted(app: &TestApp, name: &str) -> u64 {
    let found = measured(app).await.into_iter().find(|(measured, _)| measured == name);
    found.map_or(0, |(_, value)| value.to_string().parse().unwrap())
}

fn listening(config: &mut purser_api::Config) {
    config.metrics_listen = Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn how_many_jobs_wait_and_for_how_long_is_measured_by_kind(#[case] engine: Engine) {
    let app = TestApp::start_with(engine, |config| {
        config.workers = 0;
        listening(config);
    });
    let Some(app) = app.await else { return };
    for _ in 0..3 {
        app.tenant("Acme").await;
    }
    let mut owner = app.database.owner().await;
    for (number, change) in [
        "run_at = '2026-01-01 00:00:00+00:00'",
        "run_at = '2999-01-01 00:00:00+00:00'",
        "status = 'dead', attempts = 12",
    ]
    .into_iter()
    .enumerate()
    {
        let one = format!("select id from jobs where kind = 'auth.mail_token' order by id limit 1 offset {number}");
        assert_eq!(owner.execute(&format!("update jobs set {change} where id = ({one})")).await.unwrap(), 1);
    }
    owner.execute("update jobs set kind = 'of.another_version' where kind = 'outbox.dispatch'").await.unwrap();

    let measured = measured(&app).await;
    let depth = |kind: &str, status: &str| {
        value(&measured, &format!("purser_jobs{{kind=\"{kind}\",status=\"{status}\"}}")).to_string()
    };
    let mails = ["ready", "scheduled", "running", "dead"].map(|status| depth("auth.mail_token", status));
    assert_eq!(mails, ["1", "1", "0", "1"]);
    let age = |kind: &str| value(&measured, &format!("purser_jobs_oldest_ready_age{{kind=\"{kind}\"}}"));
    assert!(age("auth.mail_token") > 86_400.0 && age("media.sweep") < 1.0);
    // Whatever stands in the table, there are no more labels than kinds.
    assert_eq!([depth("other", "ready"), depth("outbox.dispatch", "ready")], ["3", "0"]);
    assert!(measured.iter().all(|(name, _)| !name.contains("of.another_version")));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_was_done_is_counted_by_kind(#[case] engine: Engine) {
    const DONE: &str = "purser_jobs_total{kind=\"auth.mail_token\",outcome=\"done\"}";
    const TIMED: &str = "purser_job_seconds_count{kind=\"auth.mail_token\"}";
    let Some(app) = TestApp::start_with(engine, listening).await else { return };
    app.tenant("Acme").await;
    eventually("the mail to be counted", || async {
        let measured = measured(&app).await;
        let counted = |name: &str| measured.iter().any(|(measured, value)| measured == name && *value >= 1.0);
        (counted(DONE) && counted(TIMED)).then_some(())
    })
    .await;
}
