//! What a stream looks like to what stands between it and its reader.
use super::{lively, newest};
use purser_tests::{app::Answer, database::Engine};
use rstest::rstest;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn nobody_keeps_packs_or_gathers_it(#[case] engine: Engine) {
    let Some(app) = lively(engine).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let last = newest(&app, &owner).await;
    let mut stream = owner.follow("").await;
    for (name, value) in [
        ("content-type", "text/event-stream"),
        ("cache-control", "no-store"),
        ("x-accel-buffering", "no"),
        ("content-encoding", "identity"),
        ("x-content-type-options", "nosniff"),
    ] {
        assert_eq!(stream.header(name), value, "{name}");
    }
    assert!(!stream.header("x-request-id").is_empty());
    // It shows that it is there, and how far it is.
    while stream.heartbeats < 3 {
        stream.wait_for_heartbeat().await;
    }
    assert_eq!(stream.last_id, last);
}

/// As it stands on the wire, to a client that would take it packed.
#[tokio::test]
async fn its_beginning_comes_at_once() {
    let Some(app) = lively(Engine::Sqlite).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let last = newest(&app, &owner).await;
    let mut stream = TcpStream::connect(app.url.trim_start_matches("http://")).await.unwrap();
    let request = format!(
        "GET /v1/events/stream HTTP/1.1\r\nHost: purser\r\nAccept: text/event-stream\r\nAccept-Encoding: gzip\r\n\
         Authorization: Bearer {}\r\n\r\n",
        owner.access_token
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let (mut text, mut part) = (String::new(), [0; 4096]);
    while !text.contains(": heartbeat\n") {
        let read = stream.read(&mut part).await.unwrap();
        assert!(read > 0, "{text}");
        text.push_str(std::str::from_utf8(&part[..read]).unwrap());
    }
    assert!(text.starts_with("HTTP/1.1 200 OK\r\n"), "{text}");
    assert!(text.contains(&format!("retry: 2000\nid: {last}\n\n")), "{text}");
}

/// RFC 9110, section 9.3.2: the headers, and no body whose end somebody would wait for.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_head_is_answered_and_leaves_no_stream_open(#[case] engine: Engine) {
    let few = |config: &mut purser_api::Config| config.streams_per_caller = 1;
    let Some(app) = purser_tests::app::TestApp::start_with(engine, few).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    for _ in 0..3 {
        let head = Answer::of(owner.request("HEAD", "/v1/events/stream")).await.expect(200);
        assert_eq!((head.header("content-type"), head.body.as_str()), ("text/event-stream", ""));
    }
}
