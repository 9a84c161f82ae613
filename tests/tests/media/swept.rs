//! Bytes that are nobody's go, and nobody's else.
use crate::folder;
use chrono::TimeDelta;
use purser_kernel::{Clock, Id, ids::MediaFileId};
use purser_media::Sweep;
use purser_store::jobs::NewJob;
use purser_tests::{
    app::{Tenant, TestApp, eventually},
    database::Engine,
};
use rstest::rstest;
use serde_json::json;
use std::fs;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// By a clock that can be moved. The files are as old as the machine says.
async fn start(engine: Engine) -> Option<(TestApp, Clock, Tenant)> {
    let clock = Clock::fixed(Clock::system().now());
    let app = TestApp::start_at(engine, clock.clone(), |_| {}).await?;
    let tenant = app.tenant("Acme").await;
    Some((app, clock, tenant))
}

async fn sweep(app: &TestApp) {
    let tx = app.app().services().store.system().await.unwrap();
    tx.enqueue(NewJob::new(Sweep::KIND, json!({}))).await.unwrap();
    tx.commit().await.unwrap();
    eventually("the sweep to be over", || async {
        let sql = format!("select status from jobs where kind = '{}' and status <> 'done'", Sweep::KIND);
        app.database.owner().await.rows(&sql).await.unwrap().is_empty().then_some(())
    })
    .await;
}

fn id() -> String {
    let id: MediaFileId = Id::generate();
    id.to_string()
}

/// As after a crash between the last byte and the commit, or between a deletion and the end of its job.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_nobody_knows_goes_after_a_day(#[case] engine: Engine) {
    let Some((app, clock, tenant)) = start(engine).await else { return };
    let file = tenant.upload("", "text/plain", "hello").await.expect(201).json();
    let known = file["id"].as_str().unwrap().to_owned();
    let (lost, unfinished) = (id(), format!("{}.part", id()));
    let place = folder::of(&app, &tenant);
    for name in [&*lost, &unfinished, "NOT-OURS"] {
        fs::write(place.join(name), "lost").unwrap();
    }
    // Of an organization that this database does not know: it may be another one's folder.
    let elsewhere = place.parent().unwrap().join(id());
    fs::create_dir(&elsewhere).unwrap();
    fs::write(elsewhere.join(id()), "somebody's").unwrap();

    sweep(&app).await;
    assert_eq!(folder::names(&app, &tenant).len(), 4, "they may be coming in just now");
    clock.advance(TimeDelta::hours(25));
    sweep(&app).await;
    let mut left = vec!["NOT-OURS".to_owned(), known];
    left.sort();
    assert_eq!(folder::names(&app, &tenant), left);
    assert_eq!(fs::read_dir(elsewhere).unwrap().count(), 1);
    let tenant = tenant.signed_in_at(&app.url).await;
    let content = format!("/v1/media-files/{}/content", file["id"].as_str().unwrap());
    assert_eq!(tenant.get(&content).await.expect(200).body, "hello");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_sweep_is_in_no_uploads_way(#[case] engine: Engine) {
    let Some((app, _, tenant)) = start(engine).await else { return };
    let head = format!(
        "POST /v1/media-files HTTP/1.1\r\nHost: purser\r\nAuthorization: Bearer {}\r\nContent-Type: text/plain\r\n\
         Content-Length: 10\r\nConnection: close\r\n\r\n01234",
        tenant.access_token
    );
    let mut line = TcpStream::connect(app.url.trim_start_matches("http://")).await.unwrap();
    line.write_all(head.as_bytes()).await.unwrap();
    folder::has(&app, &tenant, 1).await;
    sweep(&app).await;
    line.write_all(b"56789").await.unwrap();
    let mut answer = String::new();
    line.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
    let files = tenant.get("/v1/media-files").await.expect(200).json();
    let content = format!("/v1/media-files/{}/content", files["data"][0]["id"].as_str().unwrap());
    assert_eq!(tenant.get(&content).await.expect(200).body, "0123456789");
}

/// It stood still for a day: what it has sent was given up, and it is told to begin again.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_upload_that_was_given_up_promises_nothing(#[case] engine: Engine) {
    let Some((app, clock, tenant)) = start(engine).await else { return };
    let head = format!(
        "POST /v1/media-files HTTP/1.1\r\nHost: purser\r\nAuthorization: Bearer {}\r\nContent-Type: text/plain\r\n\
         Content-Length: 10\r\nConnection: close\r\n\r\n01234",
        tenant.access_token
    );
    let mut line = TcpStream::connect(app.url.trim_start_matches("http://")).await.unwrap();
    line.write_all(head.as_bytes()).await.unwrap();
    folder::has(&app, &tenant, 1).await;
    clock.advance(TimeDelta::hours(25));
    sweep(&app).await;
    folder::has(&app, &tenant, 0).await;
    line.write_all(b"56789").await.unwrap();
    let mut answer = String::new();
    line.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
    let tenant = tenant.signed_in_at(&app.url).await;
    assert_eq!(tenant.get("/v1/media-files").await.expect(200).json()["data"], json!([]));
    assert_eq!(folder::names(&app, &tenant), [""; 0]);
}
