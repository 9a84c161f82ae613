//! Readers at the other end of a connection who take nothing of what they are sent.
use super::{happen, newest, numbers, project};
use purser_api::Config;
use purser_tests::{
    app::{Tenant, TestApp, eventually},
    database::Engine,
};
use rstest::rstest;
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
};

/// More than goes round, and much more than the reader's machine keeps for it.
const MANY: usize = 1_300;
/// As little as a machine can be asked to keep.
const LITTLE: u32 = 4_096;
/// Longer than anything that a test waits for.
const DEADLINE: Duration = Duration::from_mins(1);

/// Two streams of a person's, of which one that takes nothing is given up after two seconds.
fn impatient(config: &mut Config) {
    (config.send_timeout, config.streams_per_caller) = (Duration::from_secs(2), 2);
}

/// A stream from behind `after` on, on a connection of its own, and what was read of it: that it has begun.
async fn open(app: &TestApp, who: &Tenant, after: i64) -> (TcpStream, Vec<u8>) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(LITTLE).unwrap();
    let mut stream = socket.connect(app.url.trim_start_matches("http://").parse().unwrap()).await.unwrap();
    let request = format!(
        "GET /v1/events/stream HTTP/1.1\r\nHost: purser\r\nAuthorization: Bearer {}\r\nLast-Event-ID: {after}\r\n\r\n",
        who.access_token
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    while !answer.ends_with(format!("id: {after}\n\n\r\n").as_bytes()) {
        assert!(stream.read_buf(&mut answer).await.unwrap() > 0, "{}", String::from_utf8_lossy(&answer));
    }
    (stream, answer)
}

/// The body of an answer in chunks (RFC 9112, section 7.1), as far as it came.
fn body(answer: &str) -> String {
    let (_, mut rest) = answer.split_once("\r\n\r\n").unwrap();
    let mut body = String::new();
    while let Some((size, chunk)) = rest.split_once("\r\n") {
        let size = usize::from_str_radix(size, 16).unwrap();
        body.push_str(chunk.get(..size).unwrap_or(chunk));
        // Behind a chunk there is a line break.
        rest = chunk.get(size + 2..).unwrap_or_default();
    }
    body
}

/// The ids of the events that came whole, and the last id that did, with an event or without.
fn told(body: &str) -> (Vec<i64>, i64) {
    let (whole, _) = body.rsplit_once("\n\n").unwrap();
    let (mut ids, mut last) = (Vec::new(), -1);
    for block in whole.split("\n\n") {
        let field = |name: &str| block.lines().find_map(|line| line.strip_prefix(name));
        last = field("id: ").unwrap().parse().unwrap();
        ids.extend(field("data: ").map(|_| last));
    }
    (ids, last)
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn who_takes_nothing_is_left_holds_up_nobody_and_comes_back_without_loss(#[case] engine: Engine) {
    let Some(app) = TestApp::start_with(engine, impatient).await else { return };
    let owner = app.tenant("Blue Harbor Foods").await;
    let start = newest(&app, &owner).await;
    let (mut unread, mut answer) = open(&app, &owner, start).await;
    let mut quick = owner.follow_from("", start).await;
    project(&owner, "First").await;
    assert_eq!(quick.expect().await.id, start + 1);
    owner.try_follow("", None).await.unwrap_err().expect(429);

    happen(&app, &owner, MANY).await;
    let last = start + 1 + i64::try_from(MANY).unwrap();
    let all = quick.upto(last).await;
    assert_eq!(numbers(&all), (start + 2..=last).collect::<Vec<_>>(), "who reads is told all, whoever else does not");
    // The server has given up who does not, though nobody told it to.
    let place = eventually("a place to be free", || async { owner.try_follow("", None).await.ok() }).await;
    drop(place);

    // What had reached the reader's machine is there to be read, up to where the connection broke.
    let read = tokio::time::timeout(DEADLINE, unread.read_to_end(&mut answer)).await.unwrap();
    let answer = String::from_utf8(answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{read:?}: {answer}");
    let (ids, at) = told(&body(&answer));
    assert_eq!(ids, (start + 1..=at).collect::<Vec<_>>());
    assert!(at < last, "it was read as fast as by anybody else: {at}");
    let again = eventually("a place to be free", || async { owner.try_follow("", Some(&at.to_string())).await.ok() });
    let rest = again.await.upto(last).await;
    assert_eq!(numbers(&rest), (at + 1..=last).collect::<Vec<_>>());
}
