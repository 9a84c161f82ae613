//! How soon an event is where it is sent, and how many are:
//!
//! ```sh
//! cargo run --release -p purser-tests --example webhooks_speed             # PostgreSQL
//! cargo run --release -p purser-tests --example webhooks_speed sqlite
//! ```
//!
//! *Latency*: ten organizations with an endpoint each; 500 events a second in all, eleven seconds long, each in a transaction of its own. Measured from
//! the event's commit until the receiver has the request, on loopback. The first second, in which connections are opened and statements
//! prepared, stands apart. *Queue*: a hundred organizations with ten endpoints each, of which one in
//! twenty takes requests and never answers; a thousand deliveries for each organization are queued at once. Measured until everything that
//! can be delivered is; memory is that of the process, in which server and receivers are. `PURSER_SPEED_EVENTS` says how many events in a second.
#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a program that prints what it measures"
)]
use purser_kernel::{Scope, clock::Stopwatch};
use purser_store::{
    Store,
    outbox::{DomainEvent, Readers},
    prelude::{Permission, example_id},
};
use purser_tests::{
    app::{Tenant, TestApp},
    database::Engine,
};
use serde::Serialize;
use serde_json::json;
use std::{
    env, fs,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};
use utoipa::ToSchema;
use uuid::Uuid;

/// How long events happen.
const SECONDS: usize = 11;
const ORGANIZATIONS: usize = 100;
const ENDPOINTS: usize = 10;
/// Of each organization; with its endpoints a thousand deliveries.
const EVENTS: usize = 100;

#[tokio::main]
async fn main() {
    let engine = match env::args().nth(1).as_deref() {
        Some("sqlite") => Engine::Sqlite,
        _ => Engine::Postgres,
    };
    latency(engine).await;
    queue(engine).await;
}

async fn start(engine: Engine) -> Option<TestApp> {
    TestApp::start_with(engine, |config| {
        config.workers = 4;
        config.database_max_connections = 20;
        config.webhook_timeout = Duration::from_secs(15);
    })
    .await
}

/// Something that happened, by its number.
#[derive(Serialize, ToSchema)]
struct Happened {
    number: usize,
}

impl DomainEvent for Happened {
    const TYPE: &'static str = "speed.happened";
    const RESOURCE: &'static str = "speed";
    const READERS: Readers = Readers::Holding(Permission::WebhooksRead);

    fn resource_id(&self) -> Uuid {
        example_id::<()>().as_uuid()
    }

    fn example() -> Self {
        Self { number: 1 }
    }
}

async fn latency(engine: Engine) {
    let rate: usize = env::var("PURSER_SPEED_EVENTS").map_or(500, |rate| rate.parse().expect("a number"));
    let Some(app) = start(engine).await else { return };
    let (watch, count) = (Stopwatch::start(), rate * SECONDS);
    let times = Arc::new(Mutex::new(vec![(None::<Duration>, None::<Duration>); count]));
    let arrived = times.clone();
    let url = receive(move |body| {
        // What else happens, such as that there is an endpoint now, is taken and not counted.
        let event: serde_json::Value = serde_json::from_slice(body).ok()?;
        let number = event["data"]["number"].as_u64().and_then(|number| usize::try_from(number).ok());
        if let Some(number) = number {
            arrived.lock().ok()?[number].1.get_or_insert(watch.elapsed());
        }
        Some(())
    })
    .await;
    let mut tenants = Vec::new();
    for _ in 0..10 {
        let tenant = app.tenant("Measured").await;
        tenant.create("/v1/webhook-endpoints", &json!({ "url": url })).await;
        tenants.push(scope(&tenant));
    }
    let (store, mut tick) = (app.app().services().store.clone(), tokio::time::interval(Duration::from_millis(20)));
    let mut number = 0;
    while number < count {
        tick.tick().await;
        for _ in 0..(rate / 50).max(1).min(count - number) {
            let (store, times, scope) = (store.clone(), times.clone(), tenants[number % tenants.len()].clone());
            tokio::spawn(async move {
                emit(&store, &scope, &[Happened { number }]).await;
                times.lock().unwrap()[number].0 = Some(watch.elapsed());
            });
            number += 1;
        }
    }
    let happened = watch.elapsed();
    let left = || times.lock().unwrap().iter().filter(|(_, arrived)| arrived.is_none()).count();
    while left() > 0 && watch.elapsed() < happened + Duration::from_mins(1) {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let lost = left();
    println!("{engine:?}: {count} events in {:.1} s, {lost} not there a minute later", happened.as_secs_f64());
    let times = times.lock().unwrap();
    let (first, others) = times.split_at(rate);
    for (seconds, times) in [("first second", first), ("those after it", others)] {
        let (p50, p99) = (percentile(times, 50), percentile(times, 99));
        println!("{engine:?}: {seconds}: p50 {p50:.1} ms, p99 {p99:.1} ms");
    }
}

/// In milliseconds, from the commit to the receiver.
fn percentile(times: &[(Option<Duration>, Option<Duration>)], part: usize) -> f64 {
    let took = |(committed, arrived): &(Option<Duration>, Option<Duration>)| {
        Some(arrived.as_ref()?.saturating_sub(*committed.as_ref()?).as_secs_f64())
    };
    let mut took: Vec<f64> = times.iter().filter_map(took).collect();
    took.sort_by(f64::total_cmp);
    took.get(took.len() * part / 100).map_or(f64::NAN, |seconds| seconds * 1_000.0)
}

async fn queue(engine: Engine) {
    let Some(app) = start(engine).await else { return };
    let taken = Arc::new(AtomicUsize::new(0));
    let count = taken.clone();
    let url = receive(move |_| {
        count.fetch_add(1, Ordering::Relaxed);
        Some(())
    })
    .await;
    let hanging = receive(|_| None).await;
    let mut scopes = Vec::new();
    for place in 0..ORGANIZATIONS {
        let tenant = app.tenant("Measured").await;
        for endpoint in 0..ENDPOINTS {
            let hangs = (place * ENDPOINTS + endpoint).is_multiple_of(20);
            let url = if hangs { &hanging } else { &url };
            // Its own events, such as that of an endpoint that is made, are none of those that are counted.
            let body = json!({ "url": url, "event_types": ["organization.updated"] });
            tenant.create("/v1/webhook-endpoints", &body).await;
        }
        scopes.push(scope(&tenant));
    }
    // As all of them: an endpoint does not ask for what is not published.
    let mut owner = app.database.owner().await;
    owner.execute("update webhook_endpoints set event_types = null").await.unwrap();
    let store = &app.app().services().store;
    let before = memory();
    let watch = Stopwatch::start();
    for scope in &scopes {
        let events: Vec<_> = (0..EVENTS).map(|number| Happened { number }).collect();
        emit(store, scope, &events).await;
    }
    let goal = ORGANIZATIONS * ENDPOINTS * EVENTS * 19 / 20;
    let mut quarter = 1;
    while quarter <= 4 {
        tokio::time::sleep(Duration::from_millis(50)).await;
        if taken.load(Ordering::Relaxed) >= goal * quarter / 4 {
            let (seconds, done) = (watch.elapsed().as_secs_f64(), goal * quarter / 4);
            println!(
                "{engine:?}: {done} of {goal} after {seconds:.1} s; memory {before} MiB before, {} MiB now",
                memory()
            );
            quarter += 1;
        }
        assert!(
            watch.elapsed() < Duration::from_mins(15),
            "{} after a quarter of an hour",
            taken.load(Ordering::Relaxed)
        );
    }
}

fn scope(tenant: &Tenant) -> Scope {
    Scope::system(tenant.organization_id.parse().unwrap(), "speed")
}

async fn emit(store: &Store, scope: &Scope, events: &[Happened]) {
    let tx = store.write(scope).await.unwrap();
    tx.emit_many(events).await.unwrap();
    tx.commit().await.unwrap();
}

/// Resident memory, in MiB.
fn memory() -> String {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib: Option<u64> = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
    kib.map_or_else(|| "?".to_owned(), |kib| (kib / 1_024).to_string())
}

/// Somebody who takes requests and shows `look` their bodies; where that says nothing, there is no answer.
async fn receive(look: impl Fn(&[u8]) -> Option<()> + Send + Sync + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let look = Arc::new(look);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(answer(stream, look.clone()));
        }
    });
    url
}

async fn answer(stream: TcpStream, look: Arc<impl Fn(&[u8]) -> Option<()>>) -> Option<()> {
    let mut stream = BufReader::new(stream);
    loop {
        let mut length = 0;
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).await.ok()? == 0 {
                return None;
            }
            let line = line.trim_end().to_ascii_lowercase();
            if let Some(value) = line.strip_prefix("content-length: ") {
                length = value.parse().ok()?;
            }
            if line.is_empty() {
                break;
            }
        }
        let mut body = vec![0; length];
        stream.read_exact(&mut body).await.ok()?;
        if look(&body).is_none() {
            // Until the other side gives up.
            stream.read_u8().await.ok();
            return None;
        }
        stream.write_all(b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n").await.ok()?;
    }
}
