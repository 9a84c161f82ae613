//! What streams of events that wait cost the server's memory, and how long an event takes to all of them:
//!
//! ```sh
//! cargo build --release && cargo run --release -p purser-tests --example stream_memory            # PostgreSQL
//! cargo run --release -p purser-tests --example stream_memory sqlite
//! ```
//!
//! `purser serve` is a process of its own, whose resident memory Linux tells: when it has been asked a little, with streams that wait, after an
//! event was told to all of them, and when they are gone. `PURSER_STREAMS` says how many streams, 1,000 without it; half of them follow
//! one organization, as one person, and the others one of ten each.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a program that prints what it measures"
)]
use futures_util::future::join_all;
use purser_kernel::clock::Stopwatch;
use purser_tests::{
    app::Tenant,
    database::{Engine, TestDatabase},
    program::Program,
};
use serde_json::json;
use std::{env, fs, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// Organizations that share the other half.
const OTHERS: usize = 10;

/// A client with no more memory than its socket.
async fn follow(program: &Program, tenant: &Tenant) -> TcpStream {
    let mut stream = TcpStream::connect(program.url.trim_start_matches("http://")).await.unwrap();
    let request = format!(
        "GET /v1/events/stream?type=project.created HTTP/1.1\r\nHost: purser\r\nAuthorization: Bearer {}\r\n\r\n",
        tenant.access_token
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let begun = read_until(&mut stream, "retry: ").await;
    assert!(begun.starts_with("HTTP/1.1 200 "), "{begun}");
    stream
}

async fn read_until(stream: &mut TcpStream, end: &str) -> String {
    let (mut text, mut part) = (String::new(), [0; 2048]);
    while !text.contains(end) {
        let read = stream.read(&mut part).await.unwrap();
        assert!(read > 0, "it ended: {text}");
        text.push_str(&String::from_utf8_lossy(&part[..read]));
    }
    text
}

/// Resident memory, in KiB: proc(5).
fn resident(process: u32) -> i64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[tokio::main]
async fn main() {
    let engine = match env::args().nth(1).as_deref() {
        Some("sqlite") => Engine::Sqlite,
        _ => Engine::Postgres,
    };
    let count: usize = env::var("PURSER_STREAMS").map_or(1_000, |count| count.parse().expect("a number"));
    let most = count.to_string();
    let Some(database) = TestDatabase::new(engine).await else { return };
    let allowed = [("PURSER_STREAMS_PER_CALLER", &*most), ("PURSER_STREAMS_PER_ORGANIZATION", &*most)];
    let program = Program::start_with(&database, &[], &allowed).await;
    let process = program.child.id().unwrap();
    let mut tenants = Vec::new();
    for number in 0..=OTHERS {
        tenants.push(program.tenant(&format!("owner{number}@example.com")).await);
    }
    for tenant in &tenants {
        tenant.create("/v1/projects", &json!({ "name": "Warm" })).await;
    }
    tokio::time::sleep(Duration::from_secs(3)).await;
    let before = resident(process);

    let mut streams = Vec::with_capacity(count);
    for number in 0..count {
        let tenant = if number % 2 == 0 { 0 } else { 1 + (number / 2) % OTHERS };
        streams.push((tenant, follow(&program, &tenants[tenant]).await));
    }
    // Longer than two heartbeats: each stream has looked whether its caller is still there.
    tokio::time::sleep(Duration::from_secs(35)).await;
    let waiting = resident(process);

    let watch = Stopwatch::start();
    for tenant in &tenants {
        tenant.create("/v1/projects", &json!({ "name": "Told" })).await;
    }
    join_all(streams.iter_mut().map(|(_, stream)| read_until(stream, "\"Told\""))).await;
    let told_in = watch.elapsed_ms();
    let told = resident(process);
    drop(streams);
    tokio::time::sleep(Duration::from_secs(35)).await;
    let after = resident(process);

    let each = (waiting - before) / i64::try_from(count).unwrap();
    println!("{engine:?}, {count} streams, resident KiB");
    println!("without {before}, waiting {waiting}, after an event to all {told}, when they are gone {after}");
    println!("each {each} KiB; told to all in {told_in} ms");
}
