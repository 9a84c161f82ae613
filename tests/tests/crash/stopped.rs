//! Told to end: what was accepted is answered.
use purser_tests::{
    database::{Engine, TestDatabase},
    program::Program,
};
use rstest::rstest;
use serde_json::json;
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    process::Command,
};

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_accepted_request_is_answered_and_the_program_ends_well(#[case] engine: Engine) {
    let Some(database) = TestDatabase::new(engine).await else { return };
    let mut program = Program::start(&database, &[]).await;
    let tenant = program.tenant("olive@example.com").await;
    // A request of which the server has the head and waits for the body.
    let body = json!({ "business_name": "Corner Café" }).to_string();
    let mut stream = TcpStream::connect(program.url.trim_start_matches("http://")).await.unwrap();
    let head = format!(
        "POST /v1/customers HTTP/1.1\r\nHost: purser\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n",
        tenant.access_token,
        body.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut interim = [0; 25];
    stream.read_exact(&mut interim).await.unwrap();
    assert_eq!(&interim, b"HTTP/1.1 100 Continue\r\n\r\n");

    let process = program.child.id().unwrap().to_string();
    assert!(Command::new("kill").args(["-TERM", &process]).status().await.unwrap().success());
    stream.write_all(body.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 201 "), "{answer}");
    let ended = tokio::time::timeout(Duration::from_secs(30), program.child.wait()).await;
    assert!(ended.expect("the program ends in time").unwrap().success());
}
